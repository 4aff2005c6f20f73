"""Generate the reviews and write them as the parquet files and the card of a data set repository."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from random import Random

from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

from classroom.models.reviews.compose import write
from classroom.models.reviews.grammar import load

CARD = Path(__file__).with_name("README.md")
CONFIG = "yelp_review_full"
SIZES = {"train": 7000, "test": 1000}
STARS = ["1 star", "2 star", "3 stars", "4 stars", "5 stars"]  # as the original spells them
SEED = 42


def generate() -> DatasetDict:
    """Return the reviews: classes equally frequent in each split, no two texts of the same words."""
    material, rng, seen = load(), Random(SEED), set()
    splits = {}
    features = Features({"label": ClassLabel(names=STARS), "text": Value("string")})
    for split, size in SIZES.items():
        labels = [index % len(STARS) for index in range(size)]
        rng.shuffle(labels)
        texts = []
        for label in labels:
            while (words := tuple(re.findall(r"[a-z']+", (text := write(material, label + 1, rng)).lower()))) in seen:
                pass
            seen.add(words)
            texts.append(text)
        splits[split] = Dataset.from_dict({"label": labels, "text": texts}, features=features)
    return DatasetDict(splits)


def save(reviews: DatasetDict, out: Path) -> None:
    """Write one parquet file a split, named as on the Hub."""
    (out / CONFIG).mkdir(parents=True, exist_ok=True)
    for split, rows in reviews.items():
        rows.to_parquet(out / CONFIG / f"{split}-00000-of-00001.parquet")


def build(out: Path) -> None:
    """Write the data set repository into the folder `out`: parquet files and card, the same bytes every time."""
    save(generate(), out)
    shutil.copyfile(CARD, out / "README.md")
