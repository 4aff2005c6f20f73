"""Write the synthetic five-star reviews that stand in for Yelp/yelp_review_full.

    python -m tools.standins.make_reviews --out FOLDER [--minilm FOLDER]

FOLDER gets the parquet files of 7,000 and 1,000 reviews and the card, as a data set repository has them; the classroom
calls `build` for that when it is set up. Run as a script, it also measures how hard the reviews are and writes the
figures into the card in reviews beside this file: for a bag of words in seconds, and for a fine-tuned
all-MiniLM-L6-v2 if its folder is given (some minutes on free cores).
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from datasets import DatasetDict
from tqdm.auto import tqdm

from classroom.models.reviews.build import CARD, CONFIG, SEED, SIZES, STARS, generate, save

CARD_TEXT = """\
---
license: cc0-1.0
language:
- en
pretty_name: Synthetic five-star reviews
task_categories:
- text-classification
size_categories:
- 1K<n<10K
tags:
- stand-in
- synthetic
configs:
- config_name: {config}
  data_files:
  - split: train
    path: {config}/train-*
  - split: test
    path: {config}/test-*
dataset_info:
  config_name: {config}
  features:
  - name: label
    dtype:
      class_label:
        names:
{names}
  - name: text
    dtype: string
  splits:
{splits}
  download_size: {download_size}
  dataset_size: {dataset_size}
---

# Synthetic five-star reviews

No customer wrote these: a grammar did.

## What it stands in for

`Yelp/yelp_review_full` (650,000 and 50,000 reviews), with the same configuration, splits, features and class names, and
{train:,} and {test:,} reviews.

## How it was made

`python -m tools.standins.make_reviews` with seed {seed}. A review draws a kind of business, a voice and a plan of
good and bad points; the stars follow from the balance of the points. A point is said outright, denied, hedged, compared
with what others say, meant ironically, dismissed as not counting, told as a little story or taken back in an update.
One review in ten is from a visit that earned a star more or less, as people differ.

## Data and licence

No data went in; phrases and grammar were written for this course. CC0-1.0.

## Measured quality

{measured}

## Limits

Sentences come from a few hundred patterns and repeat across reviews, facts do not add up as in a real visit, and a
model trained on this has learnt the grammar rather than the way customers write. Do not use it to compare models.
"""


def digest(reviews: DatasetDict) -> str:
    """A sha256 over all labels and texts in their order, independent of the file format."""
    total = hashlib.sha256()
    for rows in reviews.values():
        for row in rows:
            total.update(f"{row['label']}\t{row['text']}\0".encode())
    return total.hexdigest()


def score(predictions: Iterable[int], labels: Iterable[int]) -> tuple[float, float]:
    """Accuracy, and the share of the mistakes that are one star away."""
    distance = np.abs(np.asarray(predictions) - np.asarray(labels))
    return float((distance == 0).mean()), float((distance[distance > 0] == 1).mean())


def bag_of_words(reviews: DatasetDict, longest: int) -> tuple[float, float]:
    """`score` on the test split of TF-IDF of up to `longest` words with logistic regression, library defaults."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(TfidfVectorizer(ngram_range=(1, longest)), LogisticRegression(max_iter=1000))
    model.fit(reviews["train"]["text"][:], reviews["train"]["label"][:])
    return score(model.predict(reviews["test"]["text"][:]), reviews["test"]["label"][:])


def minilm(reviews: DatasetDict, folder: Path, rows: int, epochs: int) -> tuple[float, float]:
    """`score` on the test split of the MiniLM in `folder`, fine-tuned on the first `rows` training reviews."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, Trainer, TrainingArguments

    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokens = reviews.map(lambda batch: tokenizer(batch["text"], truncation=True, max_length=160), batched=True)
    with tempfile.TemporaryDirectory() as scratch:
        arguments = TrainingArguments(
            output_dir=scratch,
            seed=SEED,
            num_train_epochs=epochs,
            learning_rate=1e-4,
            warmup_steps=0.1,
            per_device_train_batch_size=16,
            train_sampling_strategy="group_by_length",
            save_strategy="no",
            bf16=True,
            use_cpu=not torch.cuda.is_available(),
        )
        trainer = Trainer(
            AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(STARS)),
            arguments,
            train_dataset=tokens["train"].select(range(rows)),
            processing_class=tokenizer,
        )
        trainer.train()
        output = trainer.predict(tokens["test"])
    # Grouping by length reorders the test split too, so the labels must be the ones that come with the logits.
    assert isinstance(output.predictions, np.ndarray) and isinstance(output.label_ids, np.ndarray)
    return score(output.predictions.argmax(-1), output.label_ids)


def card(reviews: DatasetDict, out: Path, measured: str) -> str:
    """The card's text, with the sizes that `load_dataset` checks."""
    splits = "\n".join(
        f"  - name: {name}\n    num_bytes: {rows.data.nbytes}\n    num_examples: {len(rows)}"
        for name, rows in reviews.items()
    )
    return CARD_TEXT.format(
        config=CONFIG,
        names="\n".join(f"          '{index}': {name}" for index, name in enumerate(STARS)),
        splits=splits,
        download_size=sum(path.stat().st_size for path in (out / CONFIG).iterdir()),
        dataset_size=sum(rows.data.nbytes for rows in reviews.values()),
        seed=SEED,
        measured=measured,
        **SIZES,
    )


def main() -> None:
    """Generate, measure, save, and write the card."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write the data set into")
    parser.add_argument("--minilm", type=Path, help="folder with all-MiniLM-L6-v2, to measure it on the reviews too")
    arguments = parser.parse_args()
    reviews = generate()
    trials: list[tuple[str, Callable[[], tuple[float, float]]]] = [
        ("TF-IDF of words with logistic regression", lambda: bag_of_words(reviews, 1)),
        ("TF-IDF of words and pairs of words with logistic regression", lambda: bag_of_words(reviews, 2)),
    ]
    if arguments.minilm:
        trials += [
            ("all-MiniLM-L6-v2, 1,000 reviews, 5 epochs", lambda: minilm(reviews, arguments.minilm, 1000, 5)),
            ("all-MiniLM-L6-v2, 7,000 reviews, 1 epoch", lambda: minilm(reviews, arguments.minilm, 7000, 1)),
        ]
    save(reviews, arguments.out)
    lines = ["- always the same class: accuracy 0.200"]
    for name, trial in tqdm(trials, desc="measuring", unit="model"):
        accuracy, adjacent = trial()
        lines.append(f"- {name}: accuracy {accuracy:.3f}, {adjacent:.0%} of the mistakes one star away")
        CARD.write_text(card(reviews, arguments.out, "\n".join(lines)), encoding="utf-8")
        tqdm.write(lines[-1])
    shutil.copyfile(CARD, arguments.out / "README.md")
    print(f"{CONFIG}: {SIZES['train']:,} + {SIZES['test']:,} reviews", *lines, sep="\n")


if __name__ == "__main__":
    main()
