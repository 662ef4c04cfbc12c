"""The project's TOML files; what is wrong with one is an issue with file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from skylift.errors import ConfigError, Issue
from skylift.host.toml import NotToml, read_toml


def read_config(path: Path, shown: str) -> dict[str, Any] | None:
    """The tables of a file; None when there is no such file.

    :param shown: the file's name in messages.
    :raises ConfigError: when it is not TOML, or can not be read.
    """
    try:
        return read_toml(path)
    except NotToml as error:
        what = f"not TOML: {error.why[:1].lower()}{error.why[1:]}"
        raise ConfigError([Issue(f"{shown}:{error.line}", what, "correct this line")]) from error
    except OSError as error:
        raise ConfigError([Issue(shown, f"can not be read: {(error.strerror or '').lower()}")]) from error
