"""Tokenizers of a published size: the words of one that is at hand, and fillers up to the number of tokens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from transformers import BertTokenizer
from transformers.convert_slow_tokenizer import bytes_to_unicode

BERT_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# BERT's vocabularies begin with unused entries, special tokens and single characters, the same in both cases.
BERT_START = 2000


def resized(
    shape: Mapping[str, Any], words_of: Mapping[str, Any], special: Mapping[str, int], tokens: int
) -> dict[str, Any]:
    """Return the `tokenizer.json` of a BPE tokenizer like `shape`, but with `tokens` entries and other words.

    The special tokens lie at the ids of `special`; between them come the words of `words_of` in their order, single
    characters first, then fillers.
    """
    model = words_of["model"]
    leave_out = {token["content"] for token in words_of["added_tokens"]} | set(special)
    words = sorted(model["vocab"], key=lambda word: (len(word) > 1, model["vocab"][word]))
    words = [word for word in words if word not in leave_out and (word.startswith("<0x") or _is_latin(word))]
    start = "▁" if shape["model"].get("byte_fallback") else "Ġ"
    rest = iter([*words, *(f"{start}filler{number}" for number in range(tokens))])
    at = {number: token for token, number in special.items()}
    vocabulary = {at.get(number) or next(rest): number for number in range(tokens)}
    made: dict[str, Any] = json.loads(json.dumps(shape))
    made["model"]["vocab"] = vocabulary
    made["model"]["merges"] = [
        pair for pair in map(_pair, model["merges"]) if {*pair, "".join(pair)} <= vocabulary.keys()
    ]
    template = shape["added_tokens"][0] | {"special": True}
    made["added_tokens"] = [template | {"id": number, "content": at[number]} for number in sorted(at)]
    return made


def byte_level(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words and merges of a BPE tokenizer of characters as one of bytes, as GPT-2 writes them.

    Characters of two bytes are merged first, and a space before a word becomes part of it.
    """
    model, names = source["model"], bytes_to_unicode()

    def written(word: str) -> str:
        return "".join(names[byte] for byte in word.replace("▁", " ").encode())

    words = [word for word in sorted(model["vocab"], key=model["vocab"].__getitem__) if _is_latin(word)]
    pairs = [pair for pair in map(_pair, model["merges"]) if _is_latin("".join(pair))]
    letters = [written(word) for word in words if len(word.encode()) == 2 and len(word) == 1]
    merges = [*map(tuple, letters), *((written(left), written(right)) for left, right in pairs)]
    vocabulary = dict.fromkeys([*names.values(), *letters, *map(written, words)])
    return {
        "model": {"vocab": {word: number for number, word in enumerate(vocabulary)}, "merges": list(map(list, merges))},
        "added_tokens": [],
    }


def _is_latin(word: str) -> bool:
    """Tell whether a word has Latin letters and signs only, and a space at most at its start."""
    return all(ord(character) < 0x250 for character in word.removeprefix("▁"))


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
