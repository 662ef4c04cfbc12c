"""Reading TOML, with one name for the parser on every Python."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found]


class NotToml(Exception):
    """The file is not TOML; ``str`` says where."""


def read_toml(path: Path) -> dict[str, Any] | None:
    """The tables of a file; None when there is no such file.

    :raises NotToml: when it can not be parsed.
    """
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise NotToml(str(error)) from error
    return found
