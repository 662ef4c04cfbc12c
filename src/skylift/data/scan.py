"""Looking at a folder of data: which files, what is in them. Changes nothing."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from skylift.errors import NotReady, UsageError
from skylift.host.files import is_text
from skylift.values.jobs import DatasetFile
from skylift.values.words import first_of

_THREADS = 8
_CHUNK = 1 << 20
_SHOWN = 5


def scan(folder: Path) -> tuple[DatasetFile, ...]:
    """Every file below a folder with its SHA-256, sorted by path.

    Links are followed while they stay inside; the dataset holds what they point to. Folders without
    files leave no trace, as S3 has none.

    :raises UsageError: naming everything that can not be part of a dataset: links that lead out or
        nowhere or in circles, sockets, pipes, devices, names that are not UTF-8.
    :raises NotReady: when a file can not be read, or changes while it is.
    """
    root = folder.resolve()
    walk = _Walk(root)
    found = sorted(walk.files(root, "", (root,)))
    if walk.refused:
        raise UsageError(
            f"{folder} holds what can not be part of a dataset: {first_of(sorted(walk.refused), _SHOWN)}",
            hints=("replace links by what they point to, and keep everything else out of the folder",),
            refused=sorted(walk.refused),
        )
    with ThreadPoolExecutor(_THREADS) as pool:
        return tuple(pool.map(_read, *zip(*found, strict=True))) if found else ()


@dataclass
class _Walk:
    root: Path
    refused: list[str] = field(default_factory=list)

    def files(self, folder: Path, prefix: str, above: tuple[Path, ...]) -> Iterator[tuple[str, Path]]:
        """Pairs of the name in the dataset and the real file. ``above`` are the real folders on the way."""
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            raise NotReady(f"can not list {folder}: {error.strerror}") from error
        for entry in entries:
            name = prefix + entry.name
            real = self._real(entry, name)
            if real is None:
                continue
            if real.is_dir():
                if real in above:
                    self.refused.append(f"{name!r} (a link in a circle)")
                else:
                    yield from self.files(real, f"{name}/", (*above, real))
            elif real.is_file():
                yield name, real
            else:
                self.refused.append(f"{name!r} (neither file nor folder)")

    def _real(self, entry: Path, name: str) -> Path | None:
        if not is_text(entry.name):
            self.refused.append(f"{name!r} (its name is not UTF-8)")
            return None
        if not entry.is_symlink():
            return entry
        try:
            real = entry.resolve(strict=True)
        except (OSError, RuntimeError):
            # Python before 3.13 calls a circle of links a RuntimeError.
            self.refused.append(f"{name!r} (a link to nothing)")
            return None
        if not real.is_relative_to(self.root):
            self.refused.append(f"{name!r} (a link to {str(real)!r}, outside the folder)")
            return None
        return real


def _read(name: str, path: Path) -> DatasetFile:
    hasher = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            before = os.fstat(stream.fileno())
            while chunk := stream.read(_CHUNK):
                hasher.update(chunk)
            after = os.fstat(stream.fileno())
    except OSError as error:
        raise NotReady(f"can not read {path}: {error.strerror}", path=str(path)) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise NotReady(
            f"the file changed while it was being read: {path}",
            hints=("run the command again when nobody writes there",),
            path=str(path),
        )
    return DatasetFile(name, hasher.hexdigest(), after.st_size, bool(after.st_mode & stat.S_IXUSR))
