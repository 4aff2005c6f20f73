"""Train minilm-pos, the stand-in for mrm8488/bert-spanish-cased-finetuned-pos-16-tags: the part of speech of each word.

    python -m tools.standins.make_minilm_pos --work WORK

The sentences are written by `spanish_tagged.py`. WORK keeps the checkpoints: a run that is stopped goes on from the
last one. The result lands in the package's data, card included.
"""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path
from typing import Any

from datasets import Dataset
from huggingface_hub import ModelCardData
from transformers import (
    BatchEncoding,
    BertForTokenClassification,
    BertTokenizer,
    DataCollatorForTokenClassification,
    PreTrainedModel,
)

from classroom.models.adapters import SEED, load_tokenizer, merge
from classroom.models.catalogue import DATA
from classroom.models.wheels import minilm
from tools.standins.adapters import BASE_ID, attach, predict, save, train, write_card
from tools.standins.spanish_tagged import Tagged, exam, tagged_sentences

FOLDER = DATA / "minilm-pos"
TAGS = "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB"  # in the order of the config
LABELS = TAGS.split()
RANK, EPOCHS, LEARNING_RATE, HEAD_LEARNING_RATE = 16, 1, 1e-3, 5e-3
SENTENCES, HELD_OUT = 8_000, 500


def encode(tokenizer: BertTokenizer, sentences: list[Tagged], every_piece: bool) -> Dataset:
    """Word pieces with `labels`: every piece of a word carries its tag, or only the first and the others -100."""

    def pieces(rows: dict[str, list[Any]]) -> BatchEncoding:
        encoding: BatchEncoding = tokenizer(rows["words"], is_split_into_words=True, truncation=True)
        encoding["labels"] = []
        for row, tags in enumerate(rows["tags"]):
            ids = encoding.word_ids(row)
            labelled = [
                n is not None and (every_piece or n != last) for n, last in zip(ids, [None, *ids], strict=False)
            ]
            encoding["labels"].append(
                [LABELS.index(tags[n]) if use else -100 for n, use in zip(ids, labelled, strict=True)]
            )
        return encoding

    rows = [{"words": [word for word, _ in s], "tags": [tag for _, tag in s]} for s in sentences]
    return Dataset.from_list(rows).map(pieces, batched=True, remove_columns=["words", "tags"])


def measure(model: PreTrainedModel, tokenizer: BertTokenizer, work: Path) -> dict[str, tuple[int, float]]:
    """Words and accuracy on the held-out and the hand-written sentences; for `corte`, that word only."""
    parts = {
        "unseen sentences, their words unseen too": list(islice(tagged_sentences(SEED + 1, True), HELD_OUT)),
        "hand-written everyday sentences": exam("everyday"),
        "hand-written sentences with *corte*": exam("corte"),
    }
    collator, measured = DataCollatorForTokenClassification(tokenizer), {}
    for name, sentences in parts.items():
        pairs = []
        rows = zip(*predict(model, encode(tokenizer, sentences, False), collator, work), sentences, strict=True)
        for guesses, labels, sentence in rows:
            kept = labels != -100
            pairs += [(w, t, LABELS[g]) for (w, t), g in zip(sentence, guesses[kept], strict=True)]
        measured[name] = len(pairs), sum(t == g for _, t, g in pairs) / len(pairs)
        if "hand" in name:
            print(name, "wrong:", *(f"{w} {g} for {t};" for w, t, g in pairs if t != g))
    uses = [(t, g) for w, t, g in pairs if w.lower() == "corte"]
    measured["*corte* itself in these sentences"] = len(uses), sum(t == g for t, g in uses) / len(uses)
    return measured


def describe(measured: dict[str, tuple[int, float]]) -> None:
    """Write the card with what was measured."""
    data = ModelCardData(
        language="es",
        license="apache-2.0",
        base_model=BASE_ID,
        library_name="transformers",
        pipeline_tag="token-classification",
        tags=["stand-in", "part-of-speech"],
    )
    sections = {
        "What it stands in for": "`mrm8488/bert-spanish-cased-finetuned-pos-16-tags`, a Spanish BERT that tells the"
        " part of speech of each word. This is another, smaller model, made so that the lessons run without the"
        " public Hub; the 16 labels are the same, the scores are not.",
        "How it was made": f"LoRA of rank {RANK} on every linear layer of [{BASE_ID}](https://huggingface.co/{BASE_ID})"
        f" (learning rate {LEARNING_RATE:g}), the classifier trained in full ({HEAD_LEARNING_RATE:g}), linear warm-up"
        f" and decay, {EPOCHS} epoch over {SENTENCES:,} sentences in batches of 32, seed {SEED}. Every word piece"
        " carries its word's tag (`tools/standins/make_minilm_pos.py`). The classroom merges the adapter into the base:"
        " an ordinary `BertForTokenClassification` of 22.6 million parameters.",
        "Data and licence": "Synthetic sentences only, written by `tools/standins/spanish_tagged.py` from a grammar and"
        f" word lists made for this course. {BASE_ID}: Apache-2.0.",
        "Measured quality": "Accuracy of the merged fp16 adapter over words (the first piece of each), punctuation"
        " included, printed by `python -m tools.standins.make_minilm_pos --work WORK`:\n\n"
        "| held out | words | accuracy |\n| --- | ---: | ---: |\n"
        + "\n".join(f"| {name} | {number} | {value:.3f} |" for name, (number, value) in measured.items())
        + "\n\nThe hand-written sentences were written before any training and come from no template.",
        "Limits": "Its vocabulary is English and lower case without accents: Spanish words fall into pieces, `el` and"
        " `él` are one to it, and names are known by their place only. It learned from the sentences of a small"
        " grammar: on newspaper text expect many more errors than the table says. The labels `PART`, `SYM` and, nearly,"
        " `INTJ` do not occur in its training.",
    }
    write_card(FOLDER, "minilm-pos", data, sections)


def main() -> None:
    """Train, save, merge, measure and describe, from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    work = parser.parse_args().work / FOLDER.name
    base = minilm()
    tokenizer = load_tokenizer(base)
    model = attach(
        BertForTokenClassification,
        base,
        rank=RANK,
        heads=["classifier"],
        id2label=dict(enumerate(LABELS)),
        label2id={label: n for n, label in enumerate(LABELS)},
    )
    train(
        model,
        encode(tokenizer, list(islice(tagged_sentences(SEED), SENTENCES)), True),
        DataCollatorForTokenClassification(tokenizer),
        work,
        epochs=EPOCHS,
        learning_rate=LEARNING_RATE,
        head_learning_rate=HEAD_LEARNING_RATE,
    )
    save(model, load_tokenizer(base), FOLDER)
    measured = measure(merge(FOLDER, base), tokenizer, work)
    describe(measured)
    print(f"{FOLDER.name}:", ", ".join(f"{value:.3f} on {number} {name}" for name, (number, value) in measured.items()))


if __name__ == "__main__":
    main()
