"""Reading TOML, with one name for the parser on every Python."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from skylift.host.files import read_source

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found]


_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)\Z")


class NotToml(Exception):
    """The text is not TOML; ``str`` says where, ``line`` and ``why`` say it apart."""

    def __init__(self, said: str, text: str = "") -> None:
        super().__init__(said)
        place = _PLACE.search(said)
        self.line = int(place[1]) if place and place[1] else text.count("\n") + 1
        self.why = _PLACE.sub("", said)


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a text.

    :raises NotToml: when it can not be parsed.
    """
    try:
        found: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotToml(str(error), text) from error
    return found


def read_toml(path: Path) -> dict[str, Any] | None:
    """The tables of a file; None when there is no such file.

    :raises NotToml: when it can not be parsed.
    """
    try:
        return parse_toml(read_source(path).decode("utf-8-sig"))
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise NotToml("it is not UTF-8") from error
