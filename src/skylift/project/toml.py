"""The project's TOML files, with the line where one is not TOML."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from skylift.errors import ConfigError, Issue

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)\Z")

NotToml = tomllib.TOMLDecodeError
parse = tomllib.loads


def read_toml(path: Path, shown: str) -> dict[str, Any] | None:
    """The tables of a file; None when there is no such file.

    :param shown: the file's name in messages.
    :raises ConfigError: with file and line when it is not TOML, or can not be read.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return parse(text)
    except FileNotFoundError:
        return None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_issue(shown, str(error), text)]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Issue(shown, "is not UTF-8", "save it as UTF-8")]) from error
    except OSError as error:
        raise ConfigError([Issue(shown, f"can not be read: {(error.strerror or '').lower()}")]) from error


def _issue(shown: str, said: str, text: str) -> Issue:
    place = _PLACE.search(said)
    line = int(place["line"]) if place and place["line"] else text.count("\n") + 1
    what = _PLACE.sub("", said)
    return Issue(f"{shown}:{line}", f"not TOML: {what[:1].lower()}{what[1:]}", "correct this line")
