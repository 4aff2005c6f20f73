"""What the storage refuses, each with one sentence that says why; `classroom.http.errors` gives them a status."""

from __future__ import annotations


class StorageError(Exception):
    """Say why the storage cannot do something, in one sentence."""


class InvalidInputError(StorageError):
    """A name, path or content that a repository cannot hold."""


class InvalidPathError(InvalidInputError):
    """A path that a repository cannot hold."""


class RepositoryNotFoundError(StorageError):
    """There is no such repository, or not any more."""


class RevisionNotFoundError(StorageError):
    """There is no such branch, tag or commit."""

    def __init__(self, revision: object) -> None:
        super().__init__(f"Invalid rev id: {revision}")


class EntryNotFoundError(StorageError):
    """There is no such file or folder."""


class ConflictError(StorageError):
    """Something of that name is there already."""


class OutdatedError(StorageError):
    """Somebody else changed it first."""


class BusyError(StorageError):
    """Another writer holds the repository."""


class DamagedError(StorageError):
    """A large file is not on the disk any more as it came."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} is damaged on the Hub's disk; upload it again, which replaces it, or ask its owner to."
        )


class TooLargeError(StorageError):
    """More than a repository takes in this way."""
