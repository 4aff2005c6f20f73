"""Train the Spanish stand-ins: gpt2-es-mini, and gpt2-es-nano to draft for it.

    python -m tools.standins.make_gpt2_es mini --data DATA/spanish_prose --work WORK
    python -m tools.standins.make_gpt2_es nano --data DATA/spanish_prose --work WORK

DATA/spanish_prose holds plain-text books (`**/*.txt`), such as the CLiGS textbox. WORK keeps the tokens and the
checkpoints: a run that is stopped goes on from the last one. The result lands beside this file, card included.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import GenerationConfig, GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from classroom.models.catalogue import DATA
from tools.standins import gpt2_es_cards as cards
from tools.standins.gpt2_es_distil import continuations, distillation_loss
from tools.standins.gpt2_es_quality import acceptance, evaluate, repetition
from tools.standins.gpt2_es_training import CONTEXT, SEED, Cycle, language_loss, lengthen, train_cycle

END = "<|endoftext|>"
VOCABULARY = 8192
HELD_OUT_CHARACTERS = 760_000  # a little over 200,000 tokens at 3.8 characters a token
HELD_OUT_TOKENS = 200_000
DRAFTS = 5  # the most in a step: the library's default of 20 suits assistants that err more rarely


@dataclass(frozen=True)
class Recipe:
    """What differs between the two models."""

    folder: str
    layers: int
    width: int
    heads: int
    cycles: tuple[Cycle, ...]


RECIPES = {
    "mini": Recipe(
        "gpt2-es-mini",
        layers=6,
        width=256,
        heads=4,
        cycles=(
            Cycle(18_000_000, 3e-3),
            Cycle(16_000_000, 2.5e-3, weight_decay=0.2, dropout=0.1),
            Cycle(5_000_000, 1e-3, weight_decay=0.2, dropout=0.1, context=1024, long_rows_only=True),
            Cycle(12_000_000, 1.5e-3, weight_decay=0.2, dropout=0.1, context=1024, long_rows_only=True),
            Cycle(1_600_000, 5e-4, weight_decay=0.2, context=1024, long_rows_only=True),
        ),
    ),
    "nano": Recipe(
        "gpt2-es-nano",
        layers=2,
        width=128,
        heads=4,
        cycles=(Cycle(9_000_000, 4e-3), Cycle(6_000_000, 3e-3, from_teacher=True)),
    ),
}


def read_books(folder: Path) -> list[str]:
    """Every book under `folder` as one string, in the order of their paths, one paragraph a line."""
    books = []
    for path in sorted(folder.rglob("*.txt")):
        lines = (" ".join(line.split()) for line in path.read_text(encoding="utf-8").splitlines())
        books.append("\n".join(line for line in lines if line))
    if not books:
        raise SystemExit(f"No .txt file under {folder}. Pass the folder that holds the Spanish books with --data.")
    return books


def train_tokenizer(text: str) -> PreTrainedTokenizerFast:
    """A byte-level BPE of 8,192 tokens in the manner of GPT-2, with its end mark last, as there."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    bpe.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 1, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=True
    )
    bpe.train_from_iterator(text.splitlines(keepends=True), trainer)
    bpe.add_special_tokens([END])
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token=END, eos_token=END, unk_token=END, model_max_length=CONTEXT
    )


def prepare(data: Path, work: Path) -> tuple[PreTrainedTokenizerFast, torch.Tensor, torch.Tensor]:
    """The tokenizer, the training tokens and the held-out tokens, each a 1-D int64 tensor; kept in `work`."""
    store = work / "tokens.npz"
    if not store.exists():
        work.mkdir(parents=True, exist_ok=True)
        text = END.join(read_books(data))
        seen, unseen = text[:-HELD_OUT_CHARACTERS], text[-HELD_OUT_CHARACTERS:]
        tokenizer = train_tokenizer(seen.replace(END, "\n"))
        tokenizer.save_pretrained(work / "tokenizer")
        ids = [np.concatenate([tokenizer(b + END)["input_ids"] for b in t.split(END)]) for t in (seen, unseen)]
        np.savez(store, train=ids[0].astype(np.uint16), held_out=ids[1].astype(np.uint16))
    tokenizer = PreTrainedTokenizerFast.from_pretrained(work / "tokenizer")
    arrays = np.load(store)
    train, held_out = (torch.from_numpy(arrays[name].astype(np.int64)) for name in ("train", "held_out"))
    return tokenizer, train, held_out[:HELD_OUT_TOKENS]


def build(recipe: Recipe, end: int) -> GPT2LMHeadModel:
    """A fresh GPT-2 of the recipe's size."""
    config = GPT2Config(
        vocab_size=VOCABULARY,
        n_positions=CONTEXT,
        n_embd=recipe.width,
        n_layer=recipe.layers,
        n_head=recipe.heads,
        bos_token_id=end,
        eos_token_id=end,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
    )
    torch.manual_seed(SEED)
    return GPT2LMHeadModel(config)


def train(model: GPT2LMHeadModel, recipe: Recipe, tokens: torch.Tensor, work: Path, compiled: bool) -> None:
    """Train through the recipe's cycles, going on from `work`'s checkpoint if there is one."""
    checkpoint = work / f"{recipe.folder}.pt"
    state: dict[str, Any] = (
        torch.load(checkpoint, weights_only=True) if checkpoint.exists() else {"cycle": 0, "step": 0}
    )
    if "model" in state:
        lengthen(model, len(state["model"]["transformer.wpe.weight"]))
        model.load_state_dict(state["model"])
    for number in range(state["cycle"], len(recipe.cycles)):
        cycle, sources, loss_of = recipe.cycles[number], [tokens], language_loss
        if cycle.from_teacher:
            teacher = finished_mini()
            sources.append(continuations(teacher, tokens, work / "continuations"))
            loss_of = partial(distillation_loss, teacher)
        if compiled:
            loss_of = torch.compile(loss_of, dynamic=False)
        train_cycle(model, cycle, state, sources, loss_of, checkpoint)
        state = {"cycle": number + 1, "step": 0}


def finished_mini() -> GPT2LMHeadModel:
    """Return the mini as the package holds it, in evaluation mode."""
    return GPT2LMHeadModel.from_pretrained(DATA / RECIPES["mini"].folder, dtype=torch.float32)


def drafting(nano: GPT2LMHeadModel, held_out: torch.Tensor) -> dict[str, float]:
    """Its acceptance after forty held-out beginnings, with DRAFTS in a step and with the library's twenty."""
    mini, beginnings = finished_mini(), held_out.view(40, -1)[:, :32]
    figures = acceptance(mini, nano, beginnings)
    nano.generation_config = GenerationConfig.from_model_config(nano.config)
    return figures | {"drafts": DRAFTS, "accepted_of_twenty": acceptance(mini, nano, beginnings)["accepted"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=RECIPES)
    parser.add_argument("--data", type=Path, required=True, help="folder with the Spanish books")
    parser.add_argument("--work", type=Path, required=True, help="folder for tokens and checkpoints")
    parser.add_argument("--compile", action="store_true", help="1.5 times faster; needs a C++ compiler")
    arguments = parser.parse_args()
    recipe = RECIPES[arguments.size]
    tokenizer, training, held_out = prepare(arguments.data, arguments.work)
    model = build(recipe, tokenizer.eos_token_id)
    train(model, recipe, training, arguments.work, arguments.compile)
    if arguments.size == "nano":
        model.generation_config.num_assistant_tokens = DRAFTS
    folder = DATA / recipe.folder
    tokenizer.model_max_length = model.config.n_positions
    model.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    model.float().eval()  # what was saved, so that the figures are those of the files
    loss = evaluate(model, held_out)
    characters = len(tokenizer.decode(held_out)) / len(held_out)
    figures = {"loss": loss, "characters": characters, "parameters": model.num_parameters(), "training": len(training)}
    if arguments.size == "mini":
        figures |= repetition(model, tokenizer)
    else:
        figures |= drafting(model, held_out)
    cards.write(folder, recipe, figures)
    print(f"{recipe.folder}: " + ", ".join(f"{name} {value:,.3f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
