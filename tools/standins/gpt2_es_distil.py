"""Teach the nano to draft what the mini would write: distillation for speculative decoding (Zhou et al. 2310.08461).

The mini continues beginnings from the books, greedily and with sampling, as it will when the nano drafts for it. The
nano then learns the mini's whole distribution for every next token, on those texts and on the books.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tqdm.auto import tqdm
from transformers import GPT2LMHeadModel, set_seed

from tools.standins.gpt2_es_quality import generate
from tools.standins.gpt2_es_training import SEED

CHUNKS = 48
ROWS = 128  # texts in a chunk
BEGINNING = 16  # tokens from the books
LENGTH = 128  # tokens, beginning included
GREEDY = {"do_sample": False}
SAMPLED = {"do_sample": True, "temperature": 0.7, "top_k": 0}


@torch.no_grad()
def continuations(teacher: GPT2LMHeadModel, books: torch.Tensor, work: Path) -> torch.Tensor:
    """Texts that `teacher` writes, one behind the other with an end mark between, as a 1-D int64 tensor.

    Every other chunk is greedy, the rest are sampled. Each chunk is kept in `work`; a run that is stopped goes on
    with the next one. A folder belongs to one teacher.
    """
    work.mkdir(parents=True, exist_ok=True)
    end = teacher.config.eos_token_id
    assert isinstance(end, int)
    files = [work / f"{number:02}.npy" for number in range(CHUNKS)]
    for number, file in enumerate(tqdm(files, desc="gpt2-es-mini writes", unit="chunk")):
        if file.exists():
            continue
        set_seed(SEED + number)
        starts = torch.randint(len(books) - BEGINNING, (ROWS, 1))
        texts = generate(
            teacher,
            inputs=books[starts + torch.arange(BEGINNING)],
            **(SAMPLED if number % 2 else GREEDY),
            max_length=LENGTH,
            min_length=LENGTH,
            pad_token_id=end,
        )
        ids = F.pad(texts, (0, 1), value=end).flatten()
        np.save(file.with_suffix(".tmp.npy"), ids.numpy().astype(np.uint16))
        file.with_suffix(".tmp.npy").replace(file)
    return torch.from_numpy(np.concatenate([np.load(file) for file in files]).astype(np.int64))


def distillation_loss(
    teacher: GPT2LMHeadModel, student: GPT2LMHeadModel, ids: torch.Tensor, positions: torch.Tensor
) -> torch.Tensor:
    """Kullback-Leibler divergence of the student from the teacher, in nats a token of `ids` (rows, length + 1)."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        with torch.no_grad():
            wanted = teacher(input_ids=ids[:, :-1], position_ids=positions).logits
        given = student(input_ids=ids[:, :-1], position_ids=positions).logits
    wanted, given = (logits.float().log_softmax(dim=-1).flatten(0, 1) for logits in (wanted, given))
    return F.kl_div(given, wanted, reduction="batchmean", log_target=True)
