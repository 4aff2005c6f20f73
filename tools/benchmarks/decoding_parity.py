"""Our contrastive and group beam search beside transformers 4.49's own: the same tokens, and how fast.

    python -m tools.benchmarks.decoding_parity [--work WORK] [--cases 240] [--repeats 5] [--write-cards]

WORK keeps a virtual environment with transformers 4.49.0 (made on the first run, about 1 GB), small random models, and
the answers of a run that was interrupted: the next one goes on from there. Each environment runs
`decoding_worker.py` beside it on one thread; both get the same requests, one after the other, so that a busy machine
slows both. Ends with two tables, and with status 1 if any token differs, in half precision too.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
from collections import Counter
from pathlib import Path

import torch
from safetensors.torch import save_file
from tqdm.auto import tqdm

from classroom.cache import cache_root
from tools.benchmarks.decoding_worker import KINDS, Json
from tools.benchmarks.line_process import LineProcess
from tools.benchmarks.progress import Progress

OLD = ["transformers==4.49.0", f"torch=={torch.__version__.split('+')[0]}"]
WORKER = Path(__file__).with_name("decoding_worker.py")
ROOT = Path(__file__).parents[2]
CARDS = {
    "contrastive_search": ROOT / "classroom/models/data/contrastive-search/README.md",
    "group_beam_search": ROOT / "classroom/models/data/group-beam-search/README.md",
}
NEW_TOKENS = 64  # in the speed cases
PRECISIONS = ("float32", "bfloat16", "float16")
VOCABULARY, END, PADDING = 61, 2, 0
TINY = {
    "gpt2-tiny": {"kind": "gpt2", "n_positions": 96, "n_embd": 32, "n_layer": 2, "n_head": 4},
    "llama-tiny": {
        "kind": "llama",
        "max_position_embeddings": 96,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "tie_word_embeddings": False,
    },
}
TIMED = {
    "gpt2-6x256": {"kind": "gpt2", "n_positions": 512, "n_embd": 256, "n_layer": 6, "n_head": 4, "vocab_size": 8192},
    "llama-6x384": {
        "kind": "llama",
        "max_position_embeddings": 512,
        "hidden_size": 384,
        "intermediate_size": 1024,
        "num_hidden_layers": 6,
        "num_attention_heads": 6,
        "num_key_value_heads": 3,
        "vocab_size": 8192,
    },
}


class Worker:
    """A process that answers requests; `python` decides which transformers."""

    def __init__(self, name: str, python: Path) -> None:
        self.name = name
        environment = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", "HF_HUB_OFFLINE": "1"}
        self.process = LineProcess([python, WORKER], environment)

    def ask(self, request: Json) -> Json:
        self.process.tell(json.dumps(request))
        if not (line := self.process.output.readline()):
            raise SystemExit(f"The worker with {self.name} stopped at {request}")
        answer: Json = json.loads(line)
        return answer


def old_python(work: Path) -> Path:
    """The Python of the environment with transformers 4.49.0, made when it is not there yet."""
    environment = work / "transformers-4.49"
    python = environment / "bin" / "python"
    if not (environment / "complete").exists():
        print(f"Making {environment} with {' and '.join(OLD)} …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *OLD], check=True)
        (environment / "complete").touch()
    return python


def save_model(work: Path, name: str, settings: Json, seed: int) -> str:
    """A model with random weights, wide enough that its choices differ; the folder that holds it."""
    folder = work / "models" / name
    settings = {"vocab_size": VOCABULARY, "initializer_range": 0.25, "bos_token_id": 1, "eos_token_id": END, **settings}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    if not (folder / "model.safetensors").exists():
        torch.manual_seed(seed)
        config, architecture = KINDS[settings["kind"]]
        weights = architecture(config(**{k: v for k, v in settings.items() if k != "kind"})).state_dict()
        if settings["kind"] == "gpt2" or settings.get("tie_word_embeddings", False):
            weights.pop("lm_head.weight")
        save_file({key: value.contiguous() for key, value in weights.items()}, folder / "model.safetensors")
    return str(folder)


def prompts(rng: random.Random) -> tuple[list[list[int]], list[list[int]]]:
    """One to four prompts of up to twelve tokens, padded on the left, and their masks."""
    lengths = [rng.randint(1, 12) for _ in range(rng.choice([1, 1, 2, 3, 4]))]
    longest = max(lengths)
    ids = [[PADDING] * (longest - n) + [rng.randrange(3, VOCABULARY) for _ in range(n)] for n in lengths]
    return ids, [[0] * (longest - n) + [1] * n for n in lengths]


def shared_settings(rng: random.Random, padded: bool) -> Json:
    """Lengths, end-of-sequence tokens and logits processors.

    The repetition penalty of today's library leaves padding out and 4.49's did not, so only unpadded prompts get it.
    """
    end = rng.choice([None, END, END, [END, 7], [END, 7, 11]])
    settings: Json = {
        "max_new_tokens": rng.randint(3, 40),
        "eos_token_id": end,
        "pad_token_id": rng.choice([PADDING, END]) if end is not None else PADDING,
    }
    if rng.random() < 0.3:
        settings["no_repeat_ngram_size"] = rng.choice([1, 2, 3])
    if rng.random() < 0.3:
        settings["min_new_tokens"] = rng.randint(1, settings["max_new_tokens"])
    if rng.random() < 0.15:
        settings["suppress_tokens"] = rng.sample(range(3, VOCABULARY), 5)
    if not padded and rng.random() < 0.3:
        settings["repetition_penalty"] = rng.choice([0.8, 1.2, 1.5])
    if rng.random() < 0.15:
        settings["renormalize_logits"] = True
    return settings


def search_settings(rng: random.Random, search: str) -> Json:
    """What only this search reads."""
    if search == "contrastive_search":
        return {"penalty_alpha": round(rng.uniform(0.05, 1.0), 2), "top_k": rng.randint(2, 8)}
    groups = rng.randint(2, 5)
    beams = groups * rng.randint(1, 3)
    return {
        "num_beams": beams,
        "num_beam_groups": groups,
        "diversity_penalty": rng.choice([0.1, 0.5, 1.0, 2.5]),
        "num_return_sequences": rng.choice([1, beams, rng.randint(1, beams)]),
        "length_penalty": rng.choice([1.0, 1.0, 0.0, 0.5, 2.0, -0.5]),
        "early_stopping": rng.choice([False, False, True, "never"]),
    }


def random_case(number: int, models: list[str], dtype: str) -> Json:
    """Case `number`: searches and models take turns, the rest is drawn."""
    rng = random.Random(f"{dtype} {number}")
    search = list(CARDS)[number % 2]
    ids, mask = prompts(rng)
    return {
        "search": search,
        "model": models[number // 2 % len(models)],
        "dtype": dtype,
        "input_ids": ids,
        "attention_mask": mask,
        "settings": shared_settings(rng, padded=any(0 in row for row in mask)) | search_settings(rng, search),
    }


def compare(old: Worker, new: Worker, models: list[str], cases: int, progress: Progress) -> list[Json]:
    """Both answers to `cases` random requests in each precision; one table row per search and precision."""
    rows = []
    for dtype in PRECISIONS:
        counts: dict[str, Counter[str]] = {search: Counter() for search in CARDS}
        for number in tqdm(range(cases), desc=f"same tokens, {dtype}", mininterval=5):
            case = random_case(number, models, dtype)
            theirs, ours = progress.once(case, lambda: [w.ask(case)["sequences"] for w in (old, new)])  # noqa: B023
            count = counts[case["search"]]
            count["cases"] += 1
            count["padded"] += any(0 in row for row in case["attention_mask"])
            count["ended early"] += len(theirs[0]) < len(case["input_ids"][0]) + case["settings"]["max_new_tokens"]
            count["differ"] += theirs != ours
            if theirs != ours:
                print(f"{json.dumps(case)}\n  4.49: {theirs}\n  ours: {ours}")
        rows += [{"search": search, "precision": dtype, **count} for search, count in counts.items()]
    return rows


SPEED_CASES: list[tuple[str, Json, int, int]] = [
    ("contrastive_search", {"penalty_alpha": 0.6, "top_k": 4}, 1, 32),
    ("contrastive_search", {"penalty_alpha": 0.6, "top_k": 4}, 4, 32),
    ("contrastive_search", {"penalty_alpha": 0.6, "top_k": 4}, 1, 384),
    ("group_beam_search", {"num_beams": 5, "num_beam_groups": 5, "diversity_penalty": 1.0}, 1, 32),
    ("group_beam_search", {"num_beams": 5, "num_beam_groups": 5, "diversity_penalty": 1.0}, 4, 32),
    ("group_beam_search", {"num_beams": 12, "num_beam_groups": 3, "diversity_penalty": 1.0}, 1, 32),
]


def timed(old: Worker, new: Worker, case: Json, repeats: int) -> list[list[float]]:
    """Seconds of both, `repeats` times, one after the other; the first time, which warms up, is left out."""
    return [[worker.ask(case)["seconds"] for worker in (old, new)] for _ in range(repeats + 1)][1:]


def race(old: Worker, new: Worker, models: list[str], repeats: int, progress: Progress) -> list[Json]:
    """Tokens a second of processor time (of the sequences returned, one thread), and how many times 4.49's ours are."""
    rows, new_tokens, rng = [], NEW_TOKENS, random.Random(0)
    for model in models:
        for search, settings, batch, length in tqdm(SPEED_CASES, desc=f"speed, {Path(model).name}"):
            case = {
                "search": search,
                "model": model,
                "dtype": "float32",
                "input_ids": [[rng.randrange(3, 8000) for _ in range(length)] for _ in range(batch)],
                "attention_mask": [[1] * length] * batch,
                "settings": settings | {"max_new_tokens": new_tokens, "eos_token_id": None, "pad_token_id": PADDING},
            }
            pairs = progress.once([repeats, case], lambda: timed(old, new, case, repeats))  # noqa: B023
            theirs, ours = (batch * new_tokens / statistics.median(times) for times in zip(*pairs, strict=True))
            what = ", ".join(f"{key}={value}" for key, value in settings.items())
            rows.append(
                {
                    "search": search,
                    "model": Path(model).name,
                    "settings": f"{what}; {batch} × {length} tokens",
                    "4.49": f"{theirs:.0f}",
                    "ours": f"{ours:.0f}",
                    "ratio": f"{statistics.median(a / b for a, b in pairs):.2f}",
                }
            )
    return rows


def table(rows: list[Json]) -> str:
    """A Markdown table; columns of numbers are set to the right."""
    columns = list(rows[0])
    rule = ["---:" if str(rows[0][c]).replace(".", "").isdigit() else "---" for c in columns]
    cells = [columns, rule, *([str(row[c]) for c in columns] for row in rows)]
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)


def write_card(search: str, same: list[Json], speed: list[Json]) -> None:
    """Put the measured rows of one search into its card's section."""
    mine = [
        [{k: v for k, v in r.items() if k != "search"} for r in rows if r["search"] == search] for rows in (same, speed)
    ]
    text = (
        "Beside transformers 4.49.0: random requests (one to four prompts, padded on the left where lengths differ; "
        "lengths, end-of-sequence tokens, logits processors and the search's own settings drawn) to small random "
        "models of the GPT-2 and the Llama type. `differ` counts the requests in which any token is another "
        f"(`tools/benchmarks/decoding_parity.py`).\n\n{table(mine[0])}\n\n"
        f"Tokens a second of processor time, one thread, single precision, {NEW_TOKENS} new tokens.\n\n"
        f"{table(mine[1])}\n"
    )
    card = CARDS[search].read_text(encoding="utf-8")
    before, _, rest = card.partition("## Measured quality\n")
    card = f"{before}## Measured quality\n\n{text}\n## Limits{rest.partition('## Limits')[2]}"
    CARDS[search].write_text(card, encoding="utf-8")


def main() -> None:
    """Compare, race, print; see above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--work",
        type=Path,
        default=cache_root() / "benchmarks",
        help="folder for the old environment and the models (%(default)s)",
    )
    parser.add_argument("--cases", type=int, default=240, help="random requests in each precision")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs of each speed case")
    parser.add_argument("--write-cards", action="store_true", help="put the tables into the two stand-ins' cards")
    arguments = parser.parse_args()
    tiny, large = (
        [save_model(arguments.work, name, settings, seed) for seed, (name, settings) in enumerate(group.items())]
        for group in (TINY, TIMED)
    )
    workers = Worker("4.49", old_python(arguments.work)), Worker("ours", Path(sys.executable))
    searches = [card.parent / "custom_generate" / "generate.py" for card in CARDS.values()]
    progress = Progress(arguments.work / "progress.jsonl", [*searches, WORKER])
    same = compare(*workers, tiny, arguments.cases, progress)
    speed = race(*workers, large, arguments.repeats, progress)
    for worker in workers:
        worker.process.kill()
    progress.finish()
    if arguments.write_cards:
        for search in CARDS:
            write_card(search, same, speed)
    print(f"\nSame tokens as transformers 4.49.0:\n\n{table(same)}\n\nTokens a second:\n\n{table(speed)}")
    raise SystemExit(any(row["differ"] for row in same))


if __name__ == "__main__":
    main()
