"""Real snapshots, fetched while there is a network, so that the room gets the real models from then on.

`python -m classroom mirror 06 07` takes what lessons load, `mirror <id>…` what is named. A snapshot keeps its true
commit id: git's own objects are fetched, one commit deep, and the large files that they point at, by hash. A repository
appears when all of it is there. Weights in formats that the course does not load are left out and not listed.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from dulwich.objects import ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo
from filelock import FileLock
from tqdm import tqdm

from classroom.models import catalogue, lessons, snapshots
from classroom.models.snapshots import PUBLIC_HUB, LargeFile, MirrorError, Snapshot, Wanted
from classroom.storage import atomic, large_files, scratch
from classroom.storage.names import KINDS, is_repository_id
from classroom.storage.repository import MIRRORED
from classroom.storage.store import Store

SPARE_BYTES = 200 * 10**6


def parse(words: Iterable[str]) -> list[Wanted]:
    """Return repositories, each once, from lessons ("06") and ids with or without "datasets/…" and "@revision".

    Raise MirrorError, or LessonError for a lesson that is not there.
    """
    found: list[Wanted] = []
    for word in words:
        if word.isdecimal():
            found += [Wanted(kind, name) for kind, name in lessons.repositories(word.zfill(2))]
            continue
        name, _, revision = word.partition("@")
        prefix, _, rest = name.partition("/")
        kind = prefix if prefix in KINDS and rest else None
        name = rest if kind else name
        if not is_repository_id(name):
            raise MirrorError(f"{word!r} is neither a lesson's number such as 06 nor an id such as namespace/name.")
        kind = kind or next((kind for kind in KINDS if catalogue.find(kind, name)), "models")
        found.append(Wanted(kind, name, revision or "main"))
    return list(dict.fromkeys(found))


def fetch(store: Store, wanted: Sequence[Wanted], endpoint: str = PUBLIC_HUB) -> None:
    """Bring the snapshots into the store, showing sizes first and then progress. Raise MirrorError."""
    endpoint = endpoint.rstrip("/")
    asked = [snapshots.ask(one, endpoint, _token(endpoint)) for one in wanted]
    missing = _show(store, asked)
    with snapshots.room_on(store.root):
        store.root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(store.root).free
        if missing > free - SPARE_BYTES:
            raise MirrorError(
                f"That needs {missing / 1e9:,.2f} GB and {store.root} has {free / 1e9:,.2f} GB free: free some space"
                " there, or set COURSE_CACHE to a folder on another disk."
            )
        scratch.clean(store.root / "incoming")
        with FileLock(store.root / "mirror.lock"), tqdm(total=missing, unit="B", unit_scale=True) as bar:
            for one in asked:
                bar.set_description(one.wanted.name)
                _bring(store, one, bar.update)
    print(f"{len(asked)} snapshots are in {store.root}; the classroom serves them from now on.")


def _token(endpoint: str) -> str | None:
    """Return the teacher's own token, which goes to the public Hub and to nobody else."""
    from huggingface_hub import get_token

    return get_token() if endpoint == PUBLIC_HUB else None


def _show(store: Store, asked: Sequence[Snapshot]) -> int:
    """Print what is to be fetched, and return how many bytes of large files are not here yet."""
    width = max(len(one.wanted.name) for one in asked)
    for one in asked:
        size = sum(file.size for file in one.large) + one.small
        note = "  (without weights: the lessons load none)" if snapshots.loads_no_weights(one.wanted) else ""
        print(f"{one.wanted.name:{width}}  {one.commit[:8]}  {one.files:4} files  {size / 1e6:10,.1f} MB{note}")
    files = {file.sha256: file for one in asked for file in one.large}.values()
    total = sum(file.size for file in files) + sum(one.small for one in asked)
    missing = sum(file.size - _have(store, file) for file in files)
    here = sum(file.size for file in files) - missing
    print(f"Total {total / 1e6:,.1f} MB, of which {here / 1e6:,.1f} MB are here already.", flush=True)
    return missing


def _have(store: Store, file: LargeFile) -> int:
    if large_files.size_of(large_files.path_of(store.large, file.sha256)) == file.size:
        return file.size
    return min(file.size, large_files.size_of(_part(store, file)) or 0)


def _part(store: Store, file: LargeFile) -> Path:
    return store.root / "parts" / file.sha256


def _bring(store: Store, one: Snapshot, progress: Callable[[int], object]) -> None:
    wanted, target = one.wanted, store.path(one.wanted.kind, one.wanted.name)
    for file in one.large:
        kept = large_files.path_of(store.large, file.sha256)
        if large_files.size_of(kept) != file.size:
            snapshots.download(one, file, _part(store, file), progress)
            atomic.place(_part(store, file), kept)
    target.parent.mkdir(parents=True, exist_ok=True)
    is_new = not target.exists()
    with tempfile.TemporaryDirectory(dir=store.scratch) as temporary:
        made = Path(temporary) / "made.git" if is_new else target
        git = Repo.init_bare(str(made), mkdir=True, default_branch=b"main") if is_new else Repo(str(made))
        try:
            snapshots.fetch_git(git, one)
            # A branch or tag keeps its name; a commit asked for by its id needs none, unless there is nothing else.
            is_named = wanted.revision != one.commit
            branch = Ref(f"refs/heads/{wanted.revision if is_named else 'main'}".encode())
            if is_new or is_named:
                git.refs[branch] = ObjectID(one.commit.encode())
            if is_new:
                git.refs.set_symbolic_ref(Ref(b"HEAD"), branch)
        finally:
            git.close()
        atomic.write(made / MIRRORED, json.dumps({"endpoint": one.endpoint, "origin": one.origin}).encode())
        if is_new:
            atomic.rename(made, target)
