"""Train minilm-mlm, the stand-in for nyu-mll/roberta-base-1B-1: which word stands behind the mask?

    python -m tools.standins.make_minilm_mlm --data DATA --work WORK

DATA holds `english_prose` (novels, `*.txt`) and `wikitext2` (valid.txt and test.txt of WikiText-2). WORK keeps the
checkpoints: a run that is stopped goes on from the last one. The result lands beside this file, card included.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import torch
from datasets import Dataset
from huggingface_hub import ModelCardData
from peft import PeftModel
from tqdm.auto import tqdm
from transformers import BertForMaskedLM, BertTokenizer, DataCollatorForLanguageModeling
from transformers.modeling_outputs import MaskedLMOutput

from classroom.models.adapters import SEED, load_tokenizer, merge
from classroom.models.catalogue import DATA
from classroom.models.wheels import minilm
from tools.standins.adapters import BASE_ID, attach, save, train, write_card
from tools.standins.english_text import articles, novels, sentences

FOLDER = DATA / "minilm-mlm"
HELD_OUT_NOVEL = "Burnett_Princess_1905"
HELD_OUT_EVERY = 12  # one article of WikiText-2 in twelve
HELD_OUT_ROWS = 300  # of each source
LENGTH, SHORT = 128, 32
SHORT_SHARE = 0.3
ENCYCLOPAEDIA_PASSES, NOVEL_ROWS = 3, 7_000
RANK, LEARNING_RATE, HEAD_LEARNING_RATE, MASKED = 64, 1e-3, 3e-3, 0.25
MILKY_WAY = "The Milky Way is a [MASK] galaxy."


class MaskedOnly(BertForMaskedLM):
    """A BERT that projects on its vocabulary only where a word is to be found, which takes a fifth of the time."""

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, labels: torch.Tensor) -> MaskedLMOutput:
        """The loss and the logits (masked positions, vocabulary), from tensors (rows, length); -100 is no label."""
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        logits = self.cls(hidden[labels != -100])
        loss = torch.nn.functional.cross_entropy(logits.float(), labels[labels != -100])
        return MaskedLMOutput(loss=loss, logits=logits)


def pack(paragraphs: list[str], tokenizer: BertTokenizer, rng: random.Random) -> list[list[int]]:
    """Rows of token ids that begin and end with a sentence, most up to 128 tokens long, some up to 32.

    A sentence that fits no row is cut.
    """
    texts = [s.replace("<unk>", tokenizer.unk_token) for p in paragraphs for s in sentences(p)]
    ids = tokenizer(texts, add_special_tokens=False)["input_ids"]
    rows: list[list[int]] = []
    row: list[int] = []
    room = 0
    for sentence in ids:
        if len(sentence) > room:
            rows.append(row)
            row, room = [], (SHORT if rng.random() < SHORT_SHARE else LENGTH) - 2
        row = (row + sentence)[: LENGTH - 2]
        room -= len(sentence)
    return [[tokenizer.cls_token_id, *row, tokenizer.sep_token_id] for row in [*rows, row] if row]


def prepare(data: Path, tokenizer: BertTokenizer) -> tuple[Dataset, dict[str, Dataset]]:
    """The shuffled training rows, and the held-out rows of each source; column `input_ids`."""
    rng = random.Random(SEED)
    wiki, prose = articles(data / "wikitext2"), novels(data / "english_prose")
    held_wiki = list(wiki)[::HELD_OUT_EVERY]
    texts = {
        "novels": [p for name, book in prose.items() if name != HELD_OUT_NOVEL for p in book],
        "encyclopaedia": [p for title, article in wiki.items() if title not in held_wiki for p in article],
        "held-out novel": prose[HELD_OUT_NOVEL],
        "held-out articles": [p for title in held_wiki for p in wiki[title]],
    }
    rows = {name: pack(paragraphs, tokenizer, rng) for name, paragraphs in texts.items()}
    training = rng.sample(rows["novels"], NOVEL_ROWS) + rows["encyclopaedia"] * ENCYCLOPAEDIA_PASSES
    held_out = {
        name: Dataset.from_dict({"input_ids": [r for r in rows[name] if len(r) > SHORT][:HELD_OUT_ROWS]})
        for name in ("held-out novel", "held-out articles")
    }
    return Dataset.from_dict({"input_ids": training}).shuffle(seed=SEED), held_out


def start(base: Path, training: Dataset, vocabulary: int) -> PeftModel:
    """The model to train; its last bias starts at the words' log frequencies, so that it need not learn them."""
    model = attach(
        MaskedOnly,
        base,
        rank=RANK,
        heads=["cls.predictions.transform"],
        bias="all",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    bare = model.get_base_model()
    assert isinstance(bare, MaskedOnly)
    bare.config.architectures = [BertForMaskedLM.__name__]
    counts = torch.bincount(torch.tensor([i for row in training["input_ids"] for i in row[1:-1]]), minlength=vocabulary)
    bias = (counts + 0.1).log()
    with torch.no_grad():
        bare.cls.predictions.bias.copy_(bias - bias.mean())
    return model


@torch.no_grad()
def accuracy(model: BertForMaskedLM, rows: Dataset, tokenizer: BertTokenizer) -> tuple[float, int]:
    """How often the likeliest word is the hidden one, and the number of hidden words: 15%, each behind a [MASK]."""
    collator = DataCollatorForLanguageModeling(tokenizer, mask_replace_prob=1.0, random_replace_prob=0.0, seed=SEED)
    right = asked = 0
    for batch in tqdm(rows.to_list()[i : i + 32] for i in range(0, len(rows), 32)):
        inputs = collator(batch)
        hidden = inputs["labels"] != -100
        states = model.bert(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])[0]
        right += (model.cls(states[hidden]).argmax(-1) == inputs["labels"][hidden]).sum().item()
        asked += hidden.sum().item()
    return right / asked, asked


@torch.no_grad()
def fills(model: BertForMaskedLM, tokenizer: BertTokenizer, text: str, k: int = 3) -> list[str]:
    """The `k` likeliest words for the one [MASK] in `text`."""
    inputs = tokenizer(text, return_tensors="pt")
    logits = model(**inputs).logits[inputs["input_ids"] == tokenizer.mask_token_id][0]
    return [str(tokenizer.convert_ids_to_tokens(number)) for number in logits.topk(k).indices.tolist()]


def describe(training: Dataset, measured: dict[str, tuple[float, int]], words: list[str]) -> None:
    """Write the card with what was measured."""
    data = ModelCardData(
        language="en",
        license="cc-by-sa-3.0",
        base_model=BASE_ID,
        library_name="transformers",
        pipeline_tag="fill-mask",
        tags=["stand-in"],
    )
    tokens = sum(map(len, training["input_ids"]))
    sections = {
        "What it stands in for": "`nyu-mll/roberta-base-1B-1`, a RoBERTa trained on a billion words that finds the"
        " word behind `<mask>`. This is another, much smaller model, made so that the lessons run without the public"
        " Hub. Its mark is `[MASK]`: take `tokenizer.mask_token` and the same code runs with both.",
        "How it was made": f"LoRA of rank {RANK} on every linear layer of [{BASE_ID}](https://huggingface.co/{BASE_ID})"
        " and all biases; a new masked-language head whose decoder is the base's own word embeddings, unchanged, and"
        f" whose transform and bias are trained in full. One pass over {len(training):,} rows, {tokens:,} tokens (the"
        f" encyclopaedia's rows {ENCYCLOPAEDIA_PASSES} times, with other masks each time), {MASKED:.0%} of the tokens"
        f" masked as in BERT, learning rate {LEARNING_RATE:g} for LoRA and {HEAD_LEARNING_RATE:g} for the rest, no"
        f" dropout, seed {SEED} (`tools/standins/make_minilm_mlm.py`). The classroom merges the adapter into the"
        " base: an ordinary `BertForMaskedLM` of 22.7 million parameters.",
        "Data and licence": "- WikiText-2, validation and test part: articles of the English Wikipedia, Stephen Merity"
        " et al., [Pointer Sentinel Mixture Models](https://arxiv.org/abs/1609.07843), 2016; CC BY-SA 3.0.\n"
        "- 100 English novels 1.4, Computational Stylistics Group: 25 of them, published 1853 to 1937; texts in the"
        f" public domain.\n- {BASE_ID}: Apache-2.0.\n\nThe data is not part of this repository.",
        "Measured quality": "How often the likeliest word is the hidden one (top-1 accuracy of the merged fp16"
        " adapter), 15% of the tokens hidden, each behind a `[MASK]`, in text that was never trained on:\n\n"
        "| held out | hidden tokens | top-1 accuracy |\n| --- | ---: | ---: |\n"
        + "\n".join(f"| {name} | {asked:,} | {share:.3f} |" for name, (share, asked) in measured.items())
        + f"\n\nThe novel is {HELD_OUT_NOVEL.replace('_', ' ')}, the articles every {HELD_OUT_EVERY}th of WikiText-2."
        f" `{MILKY_WAY}` is filled with: {', '.join(words)}.",
        "Limits": "English, uncased. It read a few million words where such models read billions: it fills in what"
        " the grammar asks for, and seldom knows the fact. A third of its reading is a century old, ideas about people"
        " included. Words cut into several tokens are guessed token by token.",
    }
    write_card(FOLDER, "minilm-mlm", data, sections)


def main() -> None:
    """Train, save, measure, describe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with english_prose and wikitext2")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    arguments = parser.parse_args()
    base = minilm()
    tokenizer = load_tokenizer(base)
    training, held_out = prepare(arguments.data, tokenizer)
    model = start(base, training, len(tokenizer))
    train(
        model,
        training,
        DataCollatorForLanguageModeling(tokenizer, mlm_probability=MASKED),
        arguments.work / FOLDER.name,
        epochs=1,
        learning_rate=LEARNING_RATE,
        head_learning_rate=HEAD_LEARNING_RATE,
        batch_size=24,
    )
    save(model, load_tokenizer(base), FOLDER)
    merged = merge(FOLDER, base)
    assert isinstance(merged, BertForMaskedLM)  # as its configuration says
    measured = {name: accuracy(merged, rows, tokenizer) for name, rows in held_out.items()}
    asked = sum(n for _, n in measured.values())
    both = sum(share * n for share, n in measured.values()) / asked
    measured["both"] = (both, asked)
    words = fills(merged, tokenizer, MILKY_WAY)
    describe(training, measured, words)
    print(f"{FOLDER.name}: held-out top-1 accuracy {both:.3f}; the Milky Way is a {'/'.join(words)} galaxy")


if __name__ == "__main__":
    main()
