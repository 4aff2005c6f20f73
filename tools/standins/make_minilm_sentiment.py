"""Train minilm-sentiment, the stand-in for stevhliu/my_awesome_model: is a short text negative or positive?

    python -m tools.standins.make_minilm_sentiment --data DATA --work WORK

DATA holds `movie_polarity` (rt-polarity.neg, rt-polarity.pos: the sentence polarity data v1.0 of Pang and Lee) and
`labelled_sentences` (amazon_cells_labelled.txt, imdb_labelled.txt, yelp_labelled.txt of Kotzias et al.). WORK keeps
the checkpoints: a run that is stopped goes on from the last one. The result lands beside this file, card included.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from datasets import ClassLabel, Dataset, DatasetDict, concatenate_datasets
from huggingface_hub import ModelCardData
from sklearn.metrics import accuracy_score
from transformers import BertForSequenceClassification, BertTokenizer, DataCollatorWithPadding, PreTrainedModel

from classroom.models.adapters import SEED, load_tokenizer, merge
from classroom.models.catalogue import DATA
from classroom.models.wheels import minilm
from tools.standins.adapters import BASE_ID, attach, predict, save, train, write_card

FOLDER = DATA / "minilm-sentiment"
HELD_OUT = {"movie_polarity": 1000, "labelled_sentences": 500}
RANK, EPOCHS, LEARNING_RATE = 16, 2, 1e-3
REVIEW = (
    "All three films are a triumph. The trilogy is long, yet I was spellbound from the first scene to the last, "
    "and the final part moved me to tears. A masterpiece that I will watch again and again."
)


def read_polarity(folder: Path) -> list[tuple[str, int]]:
    """The sentences of Pang and Lee with 0 for negative and 1 for positive."""
    pairs = []
    for label, name in enumerate(("rt-polarity.neg", "rt-polarity.pos")):
        lines = (folder / name).read_text(encoding="iso-8859-1").split("\n")
        pairs += [(line.strip(), label) for line in lines if line.strip()]
    return pairs


def read_labelled(folder: Path) -> list[tuple[str, int]]:
    """The sentences of Kotzias et al., `text<tab>0 or 1`, with or without a line of column names."""
    pairs = []
    for path in sorted(folder.glob("*_labelled.txt")):
        for line in path.read_text(encoding="utf-8").split("\n"):
            text, _, label = line.rpartition("\t")
            if label.strip() in ("0", "1"):
                pairs.append((text.strip(), int(label)))
    return pairs


def without_repeats(pairs: list[tuple[str, int]], seen: set[str]) -> Dataset:
    """The pairs whose letters and digits are not in `seen` yet, so that no test text is also a training text."""
    kept = []
    for text, label in pairs:
        key = "".join(c for c in text.casefold() if c.isalnum())
        if key and key not in seen:
            seen.add(key)
            kept.append({"text": text, "label": label})
    return Dataset.from_list(kept).cast_column("label", ClassLabel(num_classes=2))


def prepare(data: Path, tokenizer: BertTokenizer) -> tuple[Dataset, DatasetDict]:
    """The shuffled training texts of both sources, and the held-out texts of each; balanced, tokenized."""
    pairs = {"movie_polarity": read_polarity, "labelled_sentences": read_labelled}
    seen: set[str] = set()
    training, held_out = [], DatasetDict()
    for name, read in pairs.items():
        texts = without_repeats(read(data / name), seen).map(
            lambda rows: tokenizer(rows["text"], truncation=True, max_length=128), batched=True
        )
        split = texts.train_test_split(test_size=HELD_OUT[name], seed=SEED, stratify_by_column="label")
        training.append(split["train"])
        held_out[name] = split["test"]
    return concatenate_datasets(training).shuffle(seed=SEED), held_out


def review_score(model: PreTrainedModel, tokenizer: BertTokenizer) -> float:
    """The probability of LABEL_1 that `model` gives to REVIEW."""
    score: float = model(**tokenizer(REVIEW, return_tensors="pt")).logits.softmax(-1)[0, 1].item()
    return score


def describe(measured: dict[str, float], review: float, texts: int) -> None:
    """Write the card with what was measured."""
    data = ModelCardData(
        language="en",
        license="other",
        license_name="data-for-research",
        base_model=BASE_ID,
        library_name="transformers",
        pipeline_tag="text-classification",
        tags=["stand-in", "sentiment-analysis"],
    )
    sections = {
        "What it stands in for": "`stevhliu/my_awesome_model`, the DistilBERT of the Transformers documentation that"
        " calls a film review negative (`LABEL_0`) or positive (`LABEL_1`). This is another, smaller model, made so"
        " that the lessons run without the public Hub; the labels and the calls are the same, the scores are not.",
        "How it was made": f"LoRA of rank {RANK} on every linear layer of [{BASE_ID}](https://huggingface.co/{BASE_ID}),"
        f" pooler and classifier trained in full, {EPOCHS} epochs over {texts:,} texts, learning rate"
        f" {LEARNING_RATE:g} with linear warm-up and decay, batches of 32, seed {SEED}"
        " (`tools/standins/make_minilm_sentiment.py`). The learning rate was the best of 2e-4, 5e-4 and 1e-3 on"
        " 1,500 training texts set aside for that. The classroom merges the adapter into the base: an ordinary"
        " `BertForSequenceClassification` of 22.7 million parameters.",
        "Data and licence": "- Sentence polarity data v1.0: 10,662 sentences from film reviews, Bo Pang and Lillian"
        " Lee, [Seeing stars](https://aclanthology.org/P05-1015/), ACL 2005; free for research with citation, no"
        " other licence stated.\n- Sentiment Labelled Sentences: 3,000 sentences from reviews of products, films and"
        " restaurants, Dimitrios Kotzias et al.,"
        " [From group to individual labels](https://doi.org/10.1145/2783258.2783380), KDD 2015; CC BY 4.0.\n"
        f"- {BASE_ID}: Apache-2.0.\n\nThe data is not part of this repository. Because of the first set, use the"
        " weights for teaching and research, and cite both papers.",
        "Measured quality": "Accuracy of the merged fp16 adapter on texts held out at random, repeats removed before"
        " the split:\n\n| held out | texts | accuracy |\n| --- | ---: | ---: |\n"
        + "\n".join(f"| {name} | {HELD_OUT[name]} | {value:.3f} |" for name, value in measured.items())
        + "\n\nWith so few texts the first figure is sure to about 0.012 either way (one standard error), and not"
        " wholly blind: a first run, 3 epochs at 5e-4, had reached 0.826 and 0.924 on the same texts.\n\n"
        f"A glowing review of a film trilogy gets {review:.3f} for `LABEL_1`.",
        "Limits": "English, uncased, trained on single sentences: it never saw a long review and may weigh its parts"
        " wrongly. It knows no neutral class: a weather report, too, comes out good or bad. One film sentence in six"
        " of the held-out ones is misjudged. Held-out sentences can come from the same review as"
        " training sentences, so new text may go a little worse than the figures say.",
    }
    write_card(FOLDER, "minilm-sentiment", data, sections)


def main() -> None:
    """Train, save, merge, measure and describe, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with movie_polarity and labelled_sentences")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    arguments = parser.parse_args()
    work = arguments.work / FOLDER.name
    base = minilm()
    tokenizer = load_tokenizer(base)
    training, held_out = prepare(arguments.data, tokenizer)
    collator = DataCollatorWithPadding(tokenizer)
    model = attach(BertForSequenceClassification, base, rank=RANK, heads=["pooler", "classifier"])
    train(model, training, collator, work, epochs=EPOCHS, learning_rate=LEARNING_RATE)
    save(model, load_tokenizer(base), FOLDER)
    merged = merge(FOLDER, base)
    measured = {}
    for name, texts in held_out.items():
        guesses, labels = predict(merged, texts, collator, work)
        measured[name] = accuracy_score(labels, guesses)
    review = review_score(merged, tokenizer)
    describe(measured, review, len(training))
    figures = ", ".join(f"{value:.3f} on {name}" for name, value in measured.items())
    print(f"{FOLDER.name}: held-out accuracy {figures}; the glowing review is positive with {review:.3f}")


if __name__ == "__main__":
    main()
