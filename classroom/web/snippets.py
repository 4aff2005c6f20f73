"""Code snippets: the lines that load a repository with the stock libraries."""

from __future__ import annotations

import json
from typing import Any

from classroom.storage.repository import Repository

# Tasks of `pipeline` in transformers 5, with the class that loads the model alone.
TASKS = {
    "text-generation": "CausalLM",
    "text-classification": "SequenceClassification",
    "token-classification": "TokenClassification",
    "fill-mask": "MaskedLM",
    "feature-extraction": "",
}
# The task by the config's class, as on the Hub, where the card names none.
TASK_OF_HEAD = {
    TASKS[task]: task for task in ("text-generation", "text-classification", "token-classification", "fill-mask")
}
# Tasks whose pipeline is gone in transformers 5: the class that loads the model.
WITHOUT_PIPELINE = {
    "question-answering": "QuestionAnswering",
    "sentence-similarity": "",
}
VOCABULARIES = ("vocab.txt", "vocab.json", "spiece.model", "sentencepiece.bpe.model")
WEIGHTS = (".safetensors", ".bin", ".pt", ".gguf")


def lines(repository: Repository, commit: str, kind: str, name: str, revision: str, card: dict[str, Any]) -> list[str]:
    """Return snippets of Python that load that revision, the shortest first."""
    pinned = f', revision="{_text(revision)}"' if revision != "main" else ""
    if kind == "datasets":
        return [f'from datasets import load_dataset\n\ndata = load_dataset("{name}"{pinned})']
    if kind == "spaces":
        return _space(repository, commit, name, pinned)
    if repository.file(commit, "custom_generate/generate.py"):
        return [f'model.generate(\n    **inputs,\n    custom_generate="{name}",\n    trust_remote_code=True,\n    …\n)']
    names = [file.path for file in repository.tree(commit) or []]
    if card.get("library_name") == "sentence-transformers":
        first = "from sentence_transformers import SentenceTransformer"
        return [f'{first}\n\nmodel = SentenceTransformer("{name}"{pinned})', _auto(name, "", pinned)]
    has_tokenizer = any(path.startswith("tokenizer") or path in VOCABULARIES for path in names)
    if "config.json" in names and any(path.endswith(WEIGHTS) for path in names):
        return _model(name, pinned, card.get("pipeline_tag"), _head(repository, commit), has_tokenizer)
    if has_tokenizer:
        call = f'AutoTokenizer.from_pretrained(\n    "{name}"{pinned}\n)'
        return [f"from transformers import AutoTokenizer\n\ntokenizer = {call}"]
    return [f'from huggingface_hub import snapshot_download\n\nfolder = snapshot_download("{name}"{pinned})']


def _model(name: str, pinned: str, task: object, head: str, has_tokenizer: bool) -> list[str]:
    task = task or (TASK_OF_HEAD.get(head) if has_tokenizer else None)
    if task not in TASKS:
        return [_auto(name, WITHOUT_PIPELINE.get(str(task), head), pinned, has_tokenizer)]
    arguments = ["", f'"{task}"', f'model="{name}"', *filter(None, [pinned.removeprefix(", ")])]
    call = ",\n    ".join(arguments).removeprefix(",") + ",\n"
    return [
        f"from transformers import pipeline\n\npipe = pipeline({call})",
        _auto(name, TASKS[task] or head, pinned, has_tokenizer),
    ]


def _auto(name: str, head: str, pinned: str, has_tokenizer: bool = True) -> str:
    auto = f"AutoModelFor{head}" if head else "AutoModel"
    call = f'(\n    "{name}"{pinned}\n)'
    model = f"model = {auto}.from_pretrained{call}"
    if not has_tokenizer:
        return f"from transformers import {auto}\n\n{model}"
    imports = f"from transformers import {auto}, AutoTokenizer"
    if len(imports) > 50:
        imports = f"from transformers import (\n    {auto},\n    AutoTokenizer,\n)"
    return f"{imports}\n\ntokenizer = AutoTokenizer.from_pretrained{call}\n{model}"


def _space(repository: Repository, commit: str, name: str, pinned: str) -> list[str]:
    if repository.file(commit, f"{name.split('/')[-1]}.py"):
        return [f'import evaluate\n\nmetric = evaluate.load("{name}")']
    return [
        "from huggingface_hub import snapshot_download\n\n"
        f'folder = snapshot_download(\n    "{name}", repo_type="space"{pinned}\n)'
    ]


def _head(repository: Repository, commit: str) -> str:
    """Return the `SequenceClassification` of a config's `BertForSequenceClassification`; empty when it names none."""
    file = repository.file(commit, "config.json")
    content = repository.read(file) if file and file.size < 1_000_000 else b"{}"
    try:
        names = json.loads(content).get("architectures") if isinstance(content, bytes) else None
    except (ValueError, AttributeError, RecursionError):
        return ""
    first = names[0] if isinstance(names, list) and names and isinstance(names[0], str) else ""
    if first.endswith("LMHeadModel"):
        return "CausalLM"
    head = first.rpartition("For")[2] if "For" in first else ""
    return head if head.isalnum() and len(head) < 40 else ""


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
