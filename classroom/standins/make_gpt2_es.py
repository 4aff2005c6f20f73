"""Train the Spanish stand-ins: gpt2-es-mini, and gpt2-es-nano to draft for it.

    python -m classroom.standins.make_gpt2_es mini --data DATA/spanish_prose --work WORK
    python -m classroom.standins.make_gpt2_es nano --data DATA/spanish_prose --work WORK

DATA/spanish_prose holds plain-text books (`**/*.txt`), such as the CLiGS textbox. WORK keeps the tokens and the
checkpoints: a run that is stopped goes on from the last one. The result lands beside this file, card included.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from tqdm.auto import tqdm
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from classroom.standins import gpt2_es_cards as cards
from classroom.standins.gpt2_es_quality import acceptance, evaluate, repetition

HERE = Path(__file__).parent
END = "<|endoftext|>"
VOCABULARY = 8192
CONTEXT = 512  # until a cycle makes it longer
HELD_OUT_CHARACTERS = 760_000  # a little over 200,000 tokens at 3.8 characters a token
HELD_OUT_TOKENS = 200_000
TOKENS_PER_STEP = 8192
WARM_UP_STEPS = 100  # but at most a tenth of the cycle
CHECKPOINT_SECONDS = 180
SEED = 42


@dataclass(frozen=True)
class Cycle:
    """One rise and fall of the learning rate, over `tokens` tokens; a later cycle is a warm restart (1608.03983).

    Dropout and weight decay keep a cycle that comes back to the same books from learning them by heart. `context` is
    the longest row in tokens; half as long are those of the first 85 % of the steps, unless `long_rows_only`.
    """

    tokens: int
    learning_rate: float
    weight_decay: float = 0.1
    dropout: float = 0.0
    context: int = CONTEXT
    long_rows_only: bool = False

    @property
    def steps(self) -> int:
        return self.tokens // TOKENS_PER_STEP

    def row_length(self, step: int) -> int:
        return self.context if self.long_rows_only or step >= int(self.steps * 0.85) else self.context // 2


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
            Cycle(1_600_000, 5e-4, weight_decay=0.2, context=1024, long_rows_only=True),
        ),
    ),
    "nano": Recipe("gpt2-es-nano", layers=2, width=128, heads=4, cycles=(Cycle(9_000_000, 4e-3),)),
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
        seen, held_out = text[:-HELD_OUT_CHARACTERS], text[-HELD_OUT_CHARACTERS:]
        tokenizer = train_tokenizer(seen.replace(END, "\n"))
        tokenizer.save_pretrained(work / "tokenizer")
        ids = [np.concatenate([tokenizer(b + END)["input_ids"] for b in t.split(END)]) for t in (seen, held_out)]
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


def optimizers(model: GPT2LMHeadModel, cycle: Cycle) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al. 2024) for the matrices inside the blocks, AdamW for embeddings, biases and norms."""
    matrices = [p for n, p in model.named_parameters() if ".h." in n and p.ndim == 2]
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    return [
        torch.optim.Muon(
            matrices, lr=cycle.learning_rate, weight_decay=cycle.weight_decay, adjust_lr_fn="match_rms_adamw"
        ),
        torch.optim.AdamW(others, lr=cycle.learning_rate, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def set_dropout(model: GPT2LMHeadModel, share: float) -> None:
    """Drop this share of the embeddings and of what each block adds, while training."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = share
    for block in model.transformer.h:
        block.attn.attn_dropout.p = 0.0


def lengthen(model: GPT2LMHeadModel, context: int) -> None:
    """Let the model see `context` tokens: its position embeddings are repeated, and training tells them apart."""
    old = model.transformer.wpe.weight.data
    model.transformer.wpe = torch.nn.Embedding.from_pretrained(
        old.repeat(-(-context // len(old)), 1)[:context].clone(), freeze=False
    )
    model.config.n_positions = context
    for block in model.transformer.h:
        if hasattr(block.attn, "bias"):
            mask = torch.ones(context, context, dtype=torch.bool).tril()[None, None]
            block.attn.register_buffer("bias", mask, persistent=False)


def batch(tokens: torch.Tensor, step: int, length: int, context: int) -> tuple[torch.Tensor, torch.Tensor]:
    """A step's rows of `length + 1` tokens, (rows, length + 1), and their positions within `context`, (rows, length).

    Short rows start at a random position, so that every position embedding is trained before the long rows come.
    """
    rows = TOKENS_PER_STEP // length
    generator = torch.Generator().manual_seed(SEED * 1_000_003 + step)
    starts = torch.randint(len(tokens) - length - 1, (rows,), generator=generator)
    first = torch.randint(context - length + 1, (rows, 1), generator=generator)
    return tokens[starts[:, None] + torch.arange(length + 1)], first + torch.arange(length)


def language_loss(model: GPT2LMHeadModel, ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy in nats a token of `ids` (rows, length + 1)."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = model(input_ids=ids[:, :-1], position_ids=positions).logits
    return F.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten())


def train(model: GPT2LMHeadModel, recipe: Recipe, tokens: torch.Tensor, work: Path, compiled: bool) -> None:
    """Train through the recipe's cycles, going on from `work`'s checkpoint if there is one."""
    checkpoint = work / f"{recipe.folder}.pt"
    state = torch.load(checkpoint, weights_only=True) if checkpoint.exists() else {"cycle": 0, "step": 0}
    if "model" in state:
        lengthen(model, len(state["model"]["transformer.wpe.weight"]))
        model.load_state_dict(state["model"])
    for number in range(state["cycle"], len(recipe.cycles)):
        fresh = {"cycle": number, "step": 0}
        train_cycle(model, recipe, state if number == state["cycle"] else fresh, tokens, checkpoint, compiled)


def train_cycle(
    model: GPT2LMHeadModel, recipe: Recipe, state: dict, tokens: torch.Tensor, checkpoint: Path, compiled: bool
) -> None:
    """One cycle from `state`'s step on: linear warm-up, linear decay to zero, long rows at its end."""
    number, step = state["cycle"], state["step"]
    cycle = recipe.cycles[number]
    if cycle.context > model.config.n_positions:
        lengthen(model, cycle.context)
    opts = optimizers(model, cycle)
    for opt, saved in zip(opts, state.get("optimizers", ()), strict=False):
        opt.load_state_dict(saved)
    set_dropout(model, cycle.dropout)
    loss_of = torch.compile(language_loss, dynamic=False) if compiled else language_loss
    name = f"{recipe.folder}, cycle {number + 1} of {len(recipe.cycles)}"
    bar = tqdm(total=cycle.steps, initial=step, desc=name, unit="step", mininterval=5)
    warm_up = min(WARM_UP_STEPS, cycle.steps // 10)
    saved_at = time.monotonic()
    while step < cycle.steps:
        ids, positions = batch(tokens, number * 1_000_000 + step, cycle.row_length(step), cycle.context)
        scale = min((step + 1) / warm_up, (cycle.steps - step) / (cycle.steps - warm_up))
        loss = loss_of(model, ids, positions)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for opt in opts:
            opt.param_groups[0]["lr"] = cycle.learning_rate * scale
            opt.step()
            opt.zero_grad()
        step += 1
        bar.update()
        bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
        if step == cycle.steps or time.monotonic() - saved_at > CHECKPOINT_SECONDS:
            states = {"optimizers": [o.state_dict() for o in opts], "cycle": number, "step": step}
            torch.save({"model": model.state_dict(), **states}, checkpoint.with_suffix(".tmp"))
            checkpoint.with_suffix(".tmp").replace(checkpoint)
            saved_at = time.monotonic()
    bar.close()


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
    folder = HERE / recipe.folder
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
        larger = GPT2LMHeadModel.from_pretrained(HERE / RECIPES["mini"].folder, dtype=torch.float32)
        figures |= acceptance(larger, model, held_out)
    cards.write(folder, recipe, figures)
    print(f"{recipe.folder}: " + ", ".join(f"{name} {value:,.3f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
