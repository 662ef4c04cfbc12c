"""A quick look at a folder: how much there is, and whether it is what it was. No file is opened."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from skylift.host.files import canonical_json

Row = tuple[str, int, int, bool]
"""Path, size, time in nanoseconds, and whether it is a link."""


@dataclass(frozen=True)
class Glance:
    files: int
    bytes: int
    fingerprint: str
    """SHA-256, in hex, over names, sizes and times: says that files changed, not what is in them."""
    has_links: bool
    """Some entry is a link; a dataset may refuse it, a job on this machine does not mind."""
    rows: tuple[Row, ...] = field(default=(), repr=False)
    """What the fingerprint is made from."""


def glance(folder: Path) -> Glance:
    """Walk a folder once. What vanishes on the way is left out."""
    rows = sorted(_rows(folder))
    fingerprint = hashlib.sha256(canonical_json(rows)).hexdigest()
    return Glance(
        len(rows),
        sum(size for _, size, _, _ in rows),
        fingerprint,
        any(link for *_, link in rows),
        tuple(rows),
    )


def _rows(folder: Path) -> Iterator[Row]:
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        linked = [name for name in folders if (here / name).is_symlink()]
        for name in (*files, *linked):
            path = here / name
            try:
                found = path.stat()
            except OSError:
                found = path.lstat()
            yield str(path.relative_to(folder)), found.st_size, found.st_mtime_ns, path.is_symlink()
