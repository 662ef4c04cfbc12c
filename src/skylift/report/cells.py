"""What lists of runs and a single one say alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from skylift.host.files import path_of
from skylift.report.text import duration, number
from skylift.values.record import Left, Record
from skylift.values.secrets import unless_secret


def took(record: Record) -> str:
    return "-" if record.took_s is None else duration(max(0.0, record.took_s))


def hidden(name: str, value: Any) -> str:
    """A value as it is shown: who looks on need not see what is a secret by its name."""
    return number(unless_secret(name, value))


def seen_from(left: Left, folder: Path) -> Left:
    """Where lies what a job has left, for somebody who stands in a folder: what is below it without the way there.

    >>> seen_from(Left("file:///p/.skylift/a%20b.tar.gz", "s3://b/output.tar.gz"), Path("/p"))
    Left(model='.skylift/a b.tar.gz', output='s3://b/output.tar.gz')
    """
    return Left(_seen_from(left.model, folder), _seen_from(left.output, folder))


def _seen_from(uri: str, folder: Path) -> str:
    if not uri.startswith("file://") or not path_of(uri).is_relative_to(folder):
        return uri
    return f"{path_of(uri).relative_to(folder)}{'/' if uri.endswith('/') else ''}"
