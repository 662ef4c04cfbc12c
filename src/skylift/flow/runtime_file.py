"""The job runtime as one file, for images that are not built by us."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from skylift.errors import NotReady
from skylift.host.files import write_bytes
from skylift.image.archive import runtime_archive
from skylift.project.files.stage import runtime_sources


@dataclass(frozen=True)
class RuntimeFile:
    path: Path
    sha256: str
    size: int


def write_runtime(path: Path) -> RuntimeFile:
    """Write ``runtime.pyz``. Two clients of one version write the same bytes.

    :raises NotReady: when it can not be written there.
    """
    data = runtime_archive(runtime_sources())
    try:
        write_bytes(path, data, mode=0o755)
    except OSError as error:
        raise NotReady(
            f"can not write {path}: {error.strerror}", hints=("name another file: --output FILE",)
        ) from error
    return RuntimeFile(path, hashlib.sha256(data).hexdigest(), len(data))
