"""The cards of the Spanish stand-ins, with the figures that were measured."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.standins.make_gpt2_es import Recipe

CARD = """\
---
license: cc-by-4.0
language:
- es
library_name: transformers
pipeline_tag: text-generation
tags:
- stand-in
---

# {folder}

## What it stands in for

{stands_for}

## How it was made

`GPT2LMHeadModel` with {layers} layers of width {width}, {heads} heads, a context of {context} and {parameters:,}
parameters, trained from scratch by `tools/standins/make_gpt2_es.py` on {seen:.1f} million tokens of the books,
{epochs:.1f} times through the text: Muon for the matrices, AdamW for the rest, seed 42.

{schedule}

The tokenizer is a byte-level BPE of 8,192 tokens learned from the same text. The weights are stored in fp16; the
classroom serves them in float32.

## Data and licence

83 Spanish and Spanish-American novels and story collections, 1840 to 1940, of the CLiGS textbox (José Calvo Tello,
Ulrike Henny-Krahmer and others; Würzburg 2017; https://github.com/cligs/textbox). The texts are in the public domain,
the edition is CC BY 4.0. The books are not part of this repository.

## Measured quality

On the last 200,000 tokens of the corpus, which neither the model nor the tokenizer saw: **{loss:.2f} nats a token** at
{characters:.2f} characters a token.

{measured}

## Limits

It writes the Spanish of novels a century old, grammatical over a few words and senseless over a sentence. It knows no
facts, no modern words and no other language, and it repeats what its books held of their time's prejudice.
"""
STANDS_FOR = {
    "gpt2-es-mini": """\
`flax-community/gpt-2-spanish`, a Spanish GPT-2 of 124 million parameters. This one is eighteen times smaller and has
read far less; its token ids differ.""",
    "gpt2-es-nano": """\
No model of the public Hub: it comes with the course's package (`course.bundled("gpt2-es-nano")`). It drafts for
gpt2-es-mini in speculative decoding, with the same tokenizer.""",
}
CYCLE = """\
{number}. {tokens:,} tokens in rows of up to {context}: learning rate {learning_rate} with linear warm-up and decay,
   weight decay {weight_decay}, dropout {dropout}.{teacher}"""
TAUGHT = """ Half of the rows are texts that gpt2-es-mini continued from
   beginnings in the books, and the loss is the Kullback-Leibler divergence from its distribution (distillation for
   speculative decoding, Zhou et al. 2310.08461)."""
REMARKS = {
    "gpt2-es-mini": """

The decay of the second cycle was planned for 20 million tokens and shortened to 16 million under way, so another run
of the script gives slightly different weights."""
}
GREEDY_AND_SAMPLED = """\
After `Me encanta aprender de`, {greedy_repeated:.0%} of the 4-grams in 200 greedy tokens have stood before; of those in
sampled ones (top-k 50, top-p 0.95), {sampled_repeated:.0%}."""
ACCEPTED = """\
As greedy assistant of gpt2-es-mini, {accepted:.0%} of all its drafts are accepted, and {acceptance_rate:.0%} of those
that follow accepted ones (the acceptance rate of Leviathan et al. 2023); over 64 tokens after each of forty held-out
beginnings. Its `generation_config` sets `num_assistant_tokens` to {drafts}; all other settings are the library's \
defaults,
with whose 20 drafts in a step {accepted_of_twenty:.0%} are accepted."""


def write(folder: Path, recipe: Recipe, figures: dict[str, float]) -> None:
    """Write the card of `recipe` with its measured `figures` into `folder`."""
    measured = ACCEPTED if "accepted" in figures else GREEDY_AND_SAMPLED
    seen = sum(cycle.tokens / (2 if cycle.from_teacher else 1) for cycle in recipe.cycles)
    text = CARD.format(
        folder=recipe.folder,
        stands_for=STANDS_FOR[recipe.folder],
        layers=recipe.layers,
        width=recipe.width,
        heads=recipe.heads,
        context=recipe.cycles[-1].context,
        schedule="\n".join(
            CYCLE.format(**asdict(cycle), number=number, teacher=TAUGHT if cycle.from_teacher else "")
            for number, cycle in enumerate(recipe.cycles, 1)
        )
        + REMARKS.get(recipe.folder, ""),
        seen=seen / 1e6,
        epochs=seen / figures["training"],
        measured=measured.format(**figures),
        **{name: figures[name] for name in ("loss", "characters", "parameters")},
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
