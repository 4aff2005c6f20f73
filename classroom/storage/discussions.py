"""Discussions and pull requests: one JSON file each inside the repository, and `refs/pr/N` for what is proposed."""

from __future__ import annotations

import json
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from classroom.storage import atomic, commits
from classroom.storage.repository import Repository

Discussion = dict[str, Any]  # the JSON that the client reads, as it is kept
REF = re.compile(r"refs/pr/([1-9]\d{0,8})")


def propose(repository: Repository, author: str, message: str, commit: str) -> int:
    """Open a pull request for a commit and return its number. The caller holds the repository's lock."""
    title, _, description = message.partition("\n")
    discussion = new(repository, author, title, description.strip(), is_pull_request=True)
    discussion["events"].append(event("commit", author, subject=title, oid=commit))
    commits.move_ref(repository, f"refs/pr/{discussion['num']}", None, commit)
    save(repository, discussion)
    return int(discussion["num"])


def new(repository: Repository, author: str, title: str, description: str, is_pull_request: bool) -> Discussion:
    """Return a discussion that is not saved yet, under the next free number. The caller holds the repository's lock."""
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


def comment(author: str, text: str) -> Discussion:
    """Something that somebody said, as an event."""
    latest = {"raw": text, "html": "", "updatedAt": _now(), "author": {"name": author}}
    return event("comment", author, edited=False, hidden=False, latest=latest, history=[])


def event(kind: str, author: str, **data: object) -> Discussion:
    """Return one step of a discussion, as the client reads it."""
    return {"id": secrets.token_hex(12), "type": kind, "createdAt": _now(), "author": {"name": author}, "data": data}


def load(repository: Repository, number: int) -> Discussion | None:
    """Return the discussion of that number; None when there is none."""
    try:
        found: Discussion = json.loads((_folder(repository) / f"{number}.json").read_bytes())
    except FileNotFoundError:
        return None
    return found


def every(repository: Repository) -> list[Discussion]:
    """Return all discussions, newest first."""
    numbers = sorted((int(path.stem) for path in _folder(repository).glob("*.json")), reverse=True)
    return [found for number in numbers if (found := load(repository, number))]


def save(repository: Repository, discussion: Discussion) -> None:
    """Put a discussion on the disk, whole or not at all. The caller holds the repository's lock."""
    atomic.write(_folder(repository) / f"{discussion['num']}.json", json.dumps(discussion).encode())


def author(repository: Repository, ref: str) -> str | None:
    """Return who opened the pull request that a ref belongs to; None when there is none."""
    match = REF.fullmatch(ref)
    discussion = load(repository, int(match[1])) if match else None
    return str(discussion["author"]["name"]) if discussion else None


def _folder(repository: Repository) -> Path:
    return repository.folder / "hub" / "discussions"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
