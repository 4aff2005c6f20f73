"""One progress bar for a training, in place of the Trainer's growing table, whose times differ in every run."""

from __future__ import annotations

import os

from tqdm.auto import tqdm
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments


class ProgressBar(TrainerCallback):
    """Counts the steps of a training and shows the last loss; nothing is left on the page when it is done."""

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_) -> None:
        self.bar = tqdm(
            total=state.max_steps,
            initial=state.global_step,
            desc="training",
            unit="step",
            leave=False,
            disable=bool(os.environ.get("TQDM_DISABLE")),  # tqdm itself heeds it in a terminal, not in a notebook
        )

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_) -> None:
        self.bar.update()

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, logs: dict, **_) -> None:
        if "loss" in logs:
            self.bar.set_postfix(loss=f"{float(logs['loss']):.2f}")

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_) -> None:
        self.bar.close()
