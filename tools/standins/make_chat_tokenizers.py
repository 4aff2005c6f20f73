"""Make the tokenizers of three chat models, without their weights: what the lesson on chat templates prints.

    python -m tools.standins.make_chat_tokenizers --data DATA

DATA holds the folders english_prose and spanish_prose of plain-text books (`**/*.txt`). Vocabularies of 8,000 tokens
are trained on three million characters of each language: byte-level BPE for Qwen, BPE over words that
begin with ▁ and with bytes to fall back on for Mistral and Zephyr, as their originals have. On top come each model's
special tokens and a chat template of ours that prints what the original's template prints. It takes a minute or two;
the folders land in the classroom's data, cards included.
"""

from __future__ import annotations

import argparse
import json
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import transformers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from tqdm.auto import tqdm
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from classroom.models.catalogue import DATA

VOCABULARY = 8000
CHARACTERS = 3_000_000  # of each language
HELD_OUT = 4_000  # characters of each book that are only measured on
MARKS = ["[INST] [/INST]", "<|system|> <|user|> <|assistant|>"] * 200  # else old books leave a mark in single letters
WORDS = r"▁?\p{L}+|▁?\p{N}|▁?[^\p{L}\p{N}▁]+"  # merges stay inside a word, a digit or a run of marks

MISTRAL_TEMPLATE = """\
{{- bos_token -}}
{%- for message in messages -%}
    {%- set expected = "user" if loop.index0 is even else "assistant" -%}
    {%- if message["role"] != expected -%}
        {{- raise_exception("Conversation roles must alternate: message " ~ loop.index ~ " should be of role "
            ~ expected ~ ", not " ~ message["role"] ~ ".") -}}
    {%- endif -%}
    {%- if expected == "user" -%}
        {{- "[INST] " ~ message["content"] ~ " [/INST]" -}}
    {%- else -%}
        {{- message["content"] ~ eos_token ~ " " -}}
    {%- endif -%}
{%- endfor -%}"""

ZEPHYR_TEMPLATE = """\
{%- for message in messages -%}
    {%- if message["role"] in ["system", "user", "assistant"] -%}
        {{- "<|" ~ message["role"] ~ "|>\\n" ~ message["content"] ~ eos_token ~ "\\n" -}}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ "<|assistant|>\\n" }}{%- endif -%}"""

QWEN_TEMPLATE = """\
{%- set own = messages[0]["role"] == "system" -%}
{{- "<|im_start|>system\\n" -}}
{{- messages[0]["content"] if own else "You are Qwen, created by Alibaba Cloud. You are a helpful assistant." -}}
{%- if tools -%}
    {{- "\\n\\n# Tools\\n\\nYou may call one or more functions to assist with the user query." -}}
    {{- "\\n\\nYou are provided with function signatures within <tools></tools> XML tags:\\n<tools>" -}}
    {%- for tool in tools -%}{{- "\\n" ~ (tool | tojson) -}}{%- endfor -%}
    {{- "\\n</tools>\\n\\nFor each function call, return a json object with function name and arguments within" -}}
    {{- " <tool_call></tool_call> XML tags:\\n<tool_call>\\n" -}}
    {{- '{"name": <function-name>, "arguments": <args-json-object>}' ~ "\\n</tool_call>" -}}
{%- endif -%}
{{- "<|im_end|>\\n" -}}
{%- for message in messages -%}
    {%- if message["role"] == "tool" -%}
        {%- if loop.first or loop.previtem["role"] != "tool" -%}{{- "<|im_start|>user" -}}{%- endif -%}
        {{- "\\n<tool_response>\\n" ~ message["content"] ~ "\\n</tool_response>" -}}
        {%- if loop.last or loop.nextitem["role"] != "tool" -%}{{- "<|im_end|>\\n" -}}{%- endif -%}
    {%- elif message["role"] != "system" or not loop.first -%}
        {{- "<|im_start|>" ~ message["role"] -}}
        {%- if message["content"] or not message["tool_calls"] -%}{{- "\\n" ~ message["content"] -}}{%- endif -%}
        {%- for one in message["tool_calls"] or [] -%}
            {%- set call = one["function"] or one -%}
            {{- "\\n<tool_call>\\n" ~ '{"name": "' ~ call["name"] ~ '", "arguments": ' -}}
            {{- (call["arguments"] | tojson) ~ "}\\n</tool_call>" -}}
        {%- endfor -%}
        {{- "<|im_end|>\\n" -}}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ "<|im_start|>assistant\\n" }}{%- endif -%}"""


@dataclass(frozen=True)
class Recipe:
    """What makes one model's tokenizer: its marks in the order of their ids, its template and what its card says."""

    folder: str
    original: str
    model_type: str
    specials: tuple[str, ...]
    names: dict[str, str]
    template: str
    adds: str  # the post-processor's template for one text
    byte_level: bool
    template_note: str


RECIPES = (
    Recipe(
        folder="mistral-chat-tokenizer",
        original="unsloth/mistral-7b-instruct-v0.1",
        model_type="mistral",
        specials=("<unk>", "<s>", "</s>"),
        names={"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"},
        template=MISTRAL_TEMPLATE,
        adds="<s> $A",
        byte_level=False,
        template_note="`[INST] … [/INST]` around a user's turn, `</s>` and a blank after an answer; roles must"
        " alternate and a system message is refused, as in the original of 2023. A generation prompt changes nothing.",
    ),
    Recipe(
        folder="zephyr-chat-tokenizer",
        original="HuggingFaceH4/zephyr-7b-beta",
        model_type="mistral",
        specials=("<unk>", "<s>", "</s>"),
        names={"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "</s>"},
        template=ZEPHYR_TEMPLATE,
        adds="<s> $A",
        byte_level=False,
        template_note="`<|user|>`, `<|assistant|>` or `<|system|>` on a line of its own, the text, `</s>` and a new"
        " line; the role marks are plain text and take several tokens, as in the original. With the generation prompt"
        " a last `<|assistant|>` line is added.",
    ),
    Recipe(
        folder="qwen-chat-tokenizer",
        original="Qwen/Qwen2.5-0.5B-Instruct",
        model_type="qwen2",
        specials=("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
        names={"pad_token": "<|endoftext|>", "eos_token": "<|im_end|>"},
        template=QWEN_TEMPLATE,
        adds="$A",
        byte_level=True,
        template_note="ChatML, with a system message of its own where the conversation has none. Tools are listed in"
        " the system message, a call stands between `<tool_call>` and `</tool_call>`, and its result goes into a user's"
        " turn between `<tool_response>` and `</tool_response>`.",
    ),
)

CARD = """\
---
license: apache-2.0
language:
- en
- es
library_name: transformers
tags:
- stand-in
- tokenizer
- chat-template
---

# {folder}

Tokenizer only: no weights. Its ids differ from the original's.

## What it stands in for

`{original}`, of which lessons need the tokenizer and the chat template alone. {template_note}

## How it was made

`python -m tools.standins.make_chat_tokenizers --data DATA`: {kind} of {vocabulary:,} tokens, trained on
{characters:,} characters of English and as many of Spanish, in equal shares from {books} books, and on a few hundred
lines of role marks; then the original's special tokens ({specials}) and a chat template written for this course.

## Data and licence

Novels and stories from before 1941: 25 English ones from the computationalstylistics collection "100 English
novels" (texts in the public domain) and 83 Spanish ones from the CLiGS textbox (texts in the public domain, edition
CC BY 4.0). Tokenizer, template and card: Apache-2.0.

## Measured quality

{measured}

## Limits

It cannot chat: there is nothing behind it, and the ids must not be fed to the original model. The vocabulary comes
from old books, so modern words fall into more pieces than with the original. {extra}
"""


def books(folder: Path) -> list[str]:
    """The books under `folder` in the order of their paths, white space squeezed, one paragraph a line."""
    paths = sorted(folder.rglob("*.txt"))
    if not paths:
        raise SystemExit(f"No .txt file under {folder}. Pass the folder above english_prose and spanish_prose.")
    texts = []
    for path in paths:
        lines = (" ".join(line.split()) for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
        texts.append("\n".join(line for line in lines if line))
    return texts


def lines(shelves: dict[str, list[str]]) -> Iterator[str]:
    """The training lines: an equal share of every book of a language, `CHARACTERS` a language, and the role marks."""
    yield from MARKS
    for texts in shelves.values():
        share = CHARACTERS // len(texts)
        for text in texts:
            yield from text[HELD_OUT : HELD_OUT + share].splitlines()


def train_byte_level(shelves: dict[str, list[str]], specials: tuple[str, ...]) -> Tokenizer:
    """Byte-level BPE after GPT-2 (Radford et al. 2019), the special tokens first."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 1, special_tokens=list(specials), initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(tqdm(lines(shelves), desc="byte-level BPE", unit="line"), trainer)
    return bpe


def train_byte_fallback(shelves: dict[str, list[str]], specials: tuple[str, ...]) -> Tokenizer:
    """BPE after SentencePiece (Kudo and Richardson 2018) as Llama has it: special tokens, 256 bytes, pieces."""
    words = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(prepend_scheme="never", split=False),
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
        ]
    )
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = words
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    size = VOCABULARY - len(specials) - len(bytes_)
    ascii_ = list(string.ascii_letters + string.digits + string.punctuation)
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=ascii_, limit_alphabet=160, show_progress=False)
    learner.train_from_iterator(tqdm(lines(shelves), desc="byte-fallback BPE", unit="line"), trainer)
    learned = json.loads(learner.to_str())["model"]
    pieces = sorted(learned["vocab"], key=learned["vocab"].get)
    vocabulary = {piece: index for index, piece in enumerate([*specials, *bytes_, *pieces])}
    merges = [tuple(merge) for merge in learned["merges"]]
    bpe = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    bpe.pre_tokenizer = words
    bpe.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    bpe.add_special_tokens([AddedToken(mark, normalized=False) for mark in specials])
    return bpe


def save(recipe: Recipe, trained: Tokenizer) -> Path:
    """Write the recipe's tokenizer.json, tokenizer_config.json, chat_template.jinja and config.json; the folder."""
    bpe = Tokenizer.from_str(trained.to_str())
    marks = [(mark, bpe.token_to_id(mark)) for mark in recipe.specials if mark in recipe.adds]
    bpe.post_processor = processors.TemplateProcessing(single=recipe.adds, special_tokens=marks)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, clean_up_tokenization_spaces=False, **recipe.names)
    tokenizer.chat_template = recipe.template
    folder = DATA / recipe.folder
    tokenizer.save_pretrained(folder)
    compact = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    written = json.dumps(compact, ensure_ascii=False, separators=(",", ":")) + "\n"
    (folder / "tokenizer.json").write_text(written, encoding="utf-8")
    config = {
        "model_type": recipe.model_type,
        "vocab_size": len(tokenizer),
        "transformers_version": transformers.__version__,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return folder


def measure(folder: Path, shelves: dict[str, list[str]]) -> str:
    """Characters a token and exact round trips over the held-out first paragraphs of every book, as a card's list."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    rows, exact, total = [], 0, 0
    for language, texts in shelves.items():
        held_out = [line for text in texts for line in text[:HELD_OUT].splitlines()]
        ids = [tokenizer(line, add_special_tokens=False)["input_ids"] for line in held_out]
        exact += sum(tokenizer.decode(row) == line for row, line in zip(ids, held_out, strict=True))
        total += len(held_out)
        ratio = sum(map(len, held_out)) / sum(map(len, ids))
        rows.append(f"- {ratio:.2f} characters a token on held-out {language} prose")
    rows.append(f"- {exact:,} of {total:,} held-out paragraphs decode to exactly what was encoded")
    rows.append("- the course's conversation comes out character for character as from the original (tested)")
    return "\n".join(rows)


def main() -> None:
    """Train the vocabularies, write the four folders, measure, and write the cards."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds english_prose and spanish_prose")
    data = parser.parse_args().data
    shelves = {"English": books(data / "english_prose"), "Spanish": books(data / "spanish_prose")}
    trained: dict[tuple[str, ...], Tokenizer] = {}
    for recipe in RECIPES:
        train = train_byte_level if recipe.byte_level else train_byte_fallback
        if recipe.specials not in trained:
            trained[recipe.specials] = train(shelves, recipe.specials)
        folder = save(recipe, trained[recipe.specials])
        measured = measure(folder, shelves)
        card = CARD.format(
            **{name: getattr(recipe, name) for name in ("folder", "original", "template_note")},
            kind="a byte-level BPE" if recipe.byte_level else "a BPE with byte fallback",
            vocabulary=VOCABULARY,
            characters=CHARACTERS,
            books=sum(map(len, shelves.values())),
            specials=", ".join(f"`{mark}`" for mark in dict.fromkeys(recipe.names.values())),
            measured=measured,
            extra="Unlike the original's, it puts no blank before a text that begins without one"
            + ("." if recipe.byte_level else "; the character ▁ itself decodes to a blank, as with the original."),
        )
        (folder / "README.md").write_text(card, encoding="utf-8")
        print(f"{recipe.folder}, for {recipe.original}:\n{measured}")


if __name__ == "__main__":
    main()
