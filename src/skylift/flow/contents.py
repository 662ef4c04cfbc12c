"""What was in the files of an earlier run, from wherever it can still be had, and proved by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from skylift.errors import NotReady
from skylift.project.files.history import contents, knows, tree
from skylift.runs.known import Known
from skylift.runs.store import RunStore
from skylift.values.known import KnownFile
from skylift.values.record import Record

_AT_ONCE = 200
"""Files that git is asked for in one go, and that are in memory together."""


@dataclass(frozen=True)
class Places:
    """Where the files of one run's code may be."""

    known: Known
    root: Path
    """The project as it is now."""
    commit: str
    staged: Path
    """The copy that a run on this machine started from, as long as nobody clears it away."""

    @classmethod
    def of(cls, record: Record, store: RunStore, known: Known, root: Path) -> Places:
        commit = str(record.at("Skylift.revision.commit") or "")
        return cls(known, root, commit, store.folder(record.name).project / "code")

    def contents(self, files: Iterable[KnownFile]) -> Iterator[tuple[KnownFile, bytes]]:
        """Each regular file of which the content can be had, with it."""
        missing = []
        for file in files:
            found = self._at_hand(file)
            if found is not None:
                yield file, found
            elif not file.link:
                missing.append(file)
        if missing and knows(self.root, self.commit):
            yield from self._from_git(missing)

    def _at_hand(self, file: KnownFile) -> bytes | None:
        if file.link:
            return None
        found = self.known.file(file.sha256)
        if found is not None:
            return found
        return next(
            filter(_is_there, (_read(folder / file.path, file) for folder in (self.staged, self.root))), None
        )

    def _from_git(self, files: list[KnownFile]) -> Iterator[tuple[KnownFile, bytes]]:
        blobs = {entry.path: entry.blob for entry in tree(self.root, self.commit)}
        there = [file for file in files if file.path in blobs]
        for start in range(0, len(there), _AT_ONCE):
            some = there[start : start + _AT_ONCE]
            found = dict(contents(self.root, (blobs[file.path] for file in some)))
            for file in some:
                content = found.get(blobs[file.path])
                if content is not None and _is(content, file):
                    yield file, content


def _is_there(content: bytes | None) -> bool:
    return content is not None


def _read(path: Path, file: KnownFile) -> bytes | None:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size != file.size:
            return None
        content = path.read_bytes()
    except (OSError, NotReady):
        return None
    return content if _is(content, file) else None


def _is(content: bytes, file: KnownFile) -> bool:
    return hashlib.sha256(content).hexdigest() == file.sha256
