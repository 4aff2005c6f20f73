"""What the stand-ins made from MiniLM share: attach LoRA, train, save in half precision, write the card.

A stand-in is kept as a PEFT adapter on `sentence-transformers/all-MiniLM-L6-v2` (Hu et al. 2021, "LoRA: Low-Rank
Adaptation of Large Language Models") and its head; `classroom.models.adapters.merge` makes a checkpoint of the two.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from datasets import Dataset
from huggingface_hub import ModelCardData
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoConfig, BertTokenizer, PreTrainedModel, Trainer, TrainingArguments
from transformers.trainer_utils import get_last_checkpoint

from classroom.models.adapters import SEED, build

BASE_ID = "sentence-transformers/all-MiniLM-L6-v2"
CARD_SECTIONS = (
    "What it stands in for",
    "How it was made",
    "Data and licence",
    "Measured quality",
    "Limits",
)
Collator = Callable[[list[dict[str, Any]]], dict[str, Any]]
ENCODER_LINEAR = r".*encoder\.layer\.\d+\.(.*\.)?(query|key|value|dense)"


def attach(
    model_class: type[PreTrainedModel],
    base: Path,
    *,
    rank: int,
    heads: Sequence[str],
    bias: Literal["none", "all"] = "none",
    **settings: object,
) -> PeftModel:
    """`model_class` on MiniLM with LoRA of `rank` on every linear layer of the encoder and `heads` trained in full.

    `heads` are module names outside the encoder (`["classifier"]`), `settings` go into the configuration
    (`id2label=…`). BERT's own dropout stays, LoRA adds none.
    `bias="all"` trains and keeps every bias, bare ones in a head included.
    """
    config = AutoConfig.from_pretrained(base, architectures=[model_class.__name__], **settings)
    lora = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        target_modules=ENCODER_LINEAR,
        modules_to_save=list(heads),
        bias=bias,
    )
    return get_peft_model(build(model_class, base, config), lora)


def train(
    model: PeftModel,
    dataset: Dataset,
    collator: Collator,
    work: Path,
    *,
    epochs: float,
    learning_rate: float,
    head_learning_rate: float | None = None,
    batch_size: int = 32,
    loss: Callable[..., torch.Tensor] | None = None,
    bf16: bool = True,
) -> None:
    """Train the adapter and the heads on `dataset` (columns input_ids, labels …), batches of similar length.

    A run that was stopped goes on from the last checkpoint in `work`. `loss(outputs, labels, num_items_in_batch)`
    replaces the model's own, `head_learning_rate` is for everything but LoRA.
    """
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    groups = [
        {"params": [p for name, p in named if "lora_" in name], "lr": learning_rate},
        {"params": [p for name, p in named if "lora_" not in name], "lr": head_learning_rate or learning_rate},
    ]
    arguments = TrainingArguments(
        output_dir=str(work),
        num_train_epochs=epochs,
        per_device_train_batch_size=batch_size,
        warmup_steps=0.1,
        train_sampling_strategy="group_by_length",
        bf16=bf16,
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
        dataloader_num_workers=8 if torch.cuda.is_available() else 0,
        save_steps=100,
        save_total_limit=1,
        logging_steps=50,
        seed=SEED,
        use_cache=True,  # the Trainer would leave False in the model's configuration
    )
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    trainer = Trainer(
        model,
        arguments,
        train_dataset=dataset,
        data_collator=collator,
        compute_loss_func=loss,
        optimizers=(optimizer, None),
    )
    trainer.train(resume_from_checkpoint=get_last_checkpoint(str(work)) if work.exists() else None)


def predict(model: PreTrainedModel, dataset: Dataset, collator: Collator, work: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the likeliest class for every text or token of `dataset`, and the labels, padded with -100."""
    arguments = TrainingArguments(
        output_dir=str(work),
        per_device_eval_batch_size=64,
        use_cpu=not torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
    )
    output = Trainer(model, arguments, data_collator=collator).predict(dataset)
    # One output and one label a text or token: arrays, not tuples of them.
    assert isinstance(output.predictions, np.ndarray) and isinstance(output.label_ids, np.ndarray)
    return output.predictions.argmax(-1), output.label_ids


def save(model: PeftModel, tokenizer: BertTokenizer, folder: Path) -> None:
    """Write the adapter and its heads in fp16, the model's configuration and the tokenizer into `folder`."""
    halved = copy.deepcopy(model)
    halved.half()
    halved.peft_config["default"].base_model_name_or_path = BASE_ID
    halved.save_pretrained(str(folder), save_embedding_layers=False)
    bare = model.get_base_model()
    assert isinstance(bare, PreTrainedModel)
    bare.config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def write_card(folder: Path, title: str, data: ModelCardData, sections: dict[str, str]) -> None:
    """Write `folder`/README.md: `data` as its front matter, then every one of CARD_SECTIONS, in that order.

    Raises ValueError if a section is missing, empty or unknown.
    """
    if set(sections) != set(CARD_SECTIONS) or not all(sections.values()):
        raise ValueError(f"A card has exactly these sections, none of them empty: {', '.join(CARD_SECTIONS)}")
    body = "\n\n".join(f"## {name}\n\n{sections[name].strip()}" for name in CARD_SECTIONS)
    text = f"---\n{data.to_yaml()}\n---\n\n# {title}\n\n{body}\n"
    (folder / "README.md").write_text(text, encoding="utf-8")
