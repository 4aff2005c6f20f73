"""Tokenizers of a published size: the words of one that is at hand, and fillers up to the number of tokens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from transformers import BertTokenizer

BERT_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# BERT's vocabularies begin with unused entries, special tokens and single characters, the same in both cases.
BERT_START = 2000


def resized(source: Mapping[str, Any], special: Mapping[str, int], tokens: int) -> dict[str, Any]:
    """Return the `tokenizer.json` of a BPE tokenizer with `tokens` entries, made from that of another, `source`.

    The special tokens lie at the ids of `special`; between them come the source's words in their order, then fillers.
    """
    model = source["model"]
    old = {token["content"] for token in source["added_tokens"]}
    words = [word for word in sorted(model["vocab"], key=model["vocab"].__getitem__) if word not in old | set(special)]
    start = "▁" if model.get("byte_fallback") else "Ġ"
    rest = iter([*words, *(f"{start}filler{number}" for number in range(tokens))])
    at = {number: token for token, number in special.items()}
    vocabulary = {at.get(number) or next(rest): number for number in range(tokens)}
    made: dict[str, Any] = json.loads(json.dumps(source))
    made["model"]["vocab"] = vocabulary
    made["model"]["merges"] = [
        pair for pair in map(_pair, model["merges"]) if {*pair, "".join(pair)} <= vocabulary.keys()
    ]
    template = source["added_tokens"][0] | {"special": True}
    made["added_tokens"] = [template | {"id": number, "content": at[number]} for number in sorted(at)]
    if not model.get("byte_fallback"):
        made["pre_tokenizer"] = {
            "type": "ByteLevel",
            "add_prefix_space": False,
            "trim_offsets": True,
            "use_regex": True,
        }
        made["post_processor"] = {
            "type": "ByteLevel",
            "add_prefix_space": True,
            "trim_offsets": False,
            "use_regex": True,
        }
    return made


def save_bpe(made: Mapping[str, Any], folder: Path, files: Iterable[str]) -> None:
    """Write those of `tokenizer.json`, `vocab.json` and `merges.txt` that the published repository has."""
    merges = "\n".join(["#version: 0.2", *(" ".join(pair) for pair in made["model"]["merges"])])
    contents = {
        "tokenizer.json": json.dumps(made, ensure_ascii=False),
        "vocab.json": json.dumps(made["model"]["vocab"], ensure_ascii=False),
        "merges.txt": merges + "\n",
    }
    for name in files:
        (folder / name).write_text(contents[name], encoding="utf-8")


def save_word_pieces(vocabulary: Path, folder: Path, tokens: int, lower_case: bool) -> None:
    """Write a BERT tokenizer of `tokens` entries, made from BERT's vocabulary in lower case."""
    words = vocabulary.read_text(encoding="utf-8").splitlines()
    if not lower_case:
        both = (form for word in words[BERT_START:] for form in dict.fromkeys((word, word.capitalize())))
        capitals = [chr(letter) for letter in range(ord("A"), ord("Z") + 1)]
        words = list(dict.fromkeys([*words[:BERT_START], *capitals, *both]))[:tokens]
    assert len(words) == tokens and set(BERT_SPECIAL) <= set(words)
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    tokenizer = BertTokenizer(vocab=str(folder / "vocab.txt"), do_lower_case=lower_case, model_max_length=512)
    tokenizer.save_pretrained(folder)


def _pair(merge: str | list[str]) -> tuple[str, str]:
    left, right = merge.split(" ") if isinstance(merge, str) else merge
    return left, right
