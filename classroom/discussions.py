"""Discussions and pull requests: one JSON file each inside the repository, and `refs/pr/N` for what is proposed."""

from __future__ import annotations

import json
import os
import re
import secrets
from datetime import UTC, datetime

from classroom import commits
from classroom.store import Repository

REF = re.compile(r"refs/pr/([1-9]\d{0,8})")


def propose(repository: Repository, author: str, message: str, commit: str) -> int:
    """Open a pull request for a commit and return its number. The caller holds the repository's lock."""
    title, _, description = message.partition("\n")
    discussion = new(repository, author, title, description.strip(), is_pull_request=True)
    discussion["events"].append(event("commit", author, subject=title, oid=commit))
    commits.move_ref(repository, f"refs/pr/{discussion['num']}", None, commit)
    save(repository, discussion)
    return discussion["num"]


def new(repository: Repository, author: str, title: str, description: str, is_pull_request: bool) -> dict:
    """A discussion that is not saved yet, under the next free number. The caller holds the repository's lock."""
    taken = [int(path.stem) for path in _folder(repository).glob("*.json")]
    taken += [int(match[1]) for ref in repository.refs() if (match := REF.fullmatch(ref))]
    return {
        "num": max(taken, default=0) + 1,
        "title": title,
        "author": {"name": author},
        "createdAt": _now(),
        "status": "open",
        "isPullRequest": is_pull_request,
        "events": [comment(author, description)] if description else [],
    }


def comment(author: str, text: str) -> dict:
    """Something that somebody said, as an event."""
    latest = {"raw": text, "html": "", "updatedAt": _now(), "author": {"name": author}}
    return event("comment", author, edited=False, hidden=False, latest=latest, history=[])


def event(kind: str, author: str, **data: object) -> dict:
    """One step of a discussion, as the client reads it."""
    return {"id": secrets.token_hex(12), "type": kind, "createdAt": _now(), "author": {"name": author}, "data": data}


def load(repository: Repository, number: int) -> dict | None:
    """The discussion of that number; None when there is none."""
    try:
        return json.loads((_folder(repository) / f"{number}.json").read_bytes())
    except FileNotFoundError:
        return None


def every(repository: Repository) -> list[dict]:
    """All discussions, newest first."""
    numbers = sorted((int(path.stem) for path in _folder(repository).glob("*.json")), reverse=True)
    return [found for number in numbers if (found := load(repository, number))]


def save(repository: Repository, discussion: dict) -> None:
    """Put a discussion on the disk, whole or not at all. The caller holds the repository's lock."""
    folder = _folder(repository)
    folder.mkdir(parents=True, exist_ok=True)
    with commits.temporary(folder, "new_") as (file, name):
        file.write(json.dumps(discussion).encode())
        commits.flush(file)
        os.replace(name, folder / f"{discussion['num']}.json")
    commits.flush_folder(folder)


def author(repository: Repository, ref: str) -> str | None:
    """Who opened the pull request that a ref belongs to; None when there is none."""
    match = REF.fullmatch(ref)
    discussion = load(repository, int(match[1])) if match else None
    return discussion["author"]["name"] if discussion else None


def _folder(repository: Repository):
    return repository.folder / "hub" / "discussions"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
