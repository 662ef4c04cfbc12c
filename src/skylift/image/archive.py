"""The job runtime as one file, ``runtime.pyz``, for images that know nothing of us."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_SHEBANG = b"#!/usr/bin/env python3\n"
_MAIN = "skylift_runtime/archive.py"
# The earliest time that a zip can hold.
_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def runtime_archive(sources: Mapping[str, bytes]) -> bytes:
    """A zip that Python runs, and a shell, too, when it may be executed. Equal sources give equal bytes.

    Nothing in it is compressed: its bytes depend on no version of zlib, and Python reads it faster.

    :param sources: the runtime's sources by path, ``skylift_runtime/start.py``.
    """
    stream = io.BytesIO()
    stream.write(_SHEBANG)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for path, source in sorted({**sources, "__main__.py": sources[_MAIN]}.items()):
            member = zipfile.ZipInfo(path, _TIME)
            member.create_system = _UNIX
            member.external_attr = 0o644 << 16
            archive.writestr(member, source)
    return stream.getvalue()
