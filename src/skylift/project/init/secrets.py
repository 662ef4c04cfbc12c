"""Passwords and tokens that stand in what a config is made of. None is copied; where one stood is said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from skylift.host.redaction import redact_text
from skylift.project.config.secret_values import is_secret
from skylift.project.init.findings import Findings
from skylift.project.init.merge import shown

_HIDDEN = "***"
_IN_ADDRESS = re.compile(r"(?<=://)(?:[^/\s:@]*:)?([^/\s@]{6,})@")
"""A shorter one is a word of other sentences, too."""
_LEFT = (
    "what the project says for it has what looks like a password or a token, which is not copied; name it in "
    "[secrets], or give it to a run"
)


def keep_secrets_out(found: Findings) -> None:
    """Leave out of the config, the report and what is left to the user whatever looks like a secret."""
    secrets: dict[str, None] = {}
    left: list[str] = []
    found.config = _less(found.config, (), secrets, left)
    alone = [password for secret in secrets for password in _IN_ADDRESS.findall(secret)]
    blank = sorted([*secrets, *alone], key=len, reverse=True)
    found.understood = [
        replace(row, value=_blanked(row.value, blank), why=_blanked(row.why, blank))
        for row in found.understood
    ]
    found.unbound = [
        replace(
            one,
            what=_blanked(one.what, blank),
            gist=_blanked(one.gist, blank),
            file=_blanked(one.file, blank),
        )
        for one in found.unbound
    ]
    found.left = [*left, *(_blanked(line, blank) for line in found.left)]


def _less(
    config: Mapping[str, Any], above: tuple[str, ...], secrets: dict[str, None], left: list[str]
) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in config.items():
        here = (*above, key)
        if isinstance(value, Mapping):
            # There only the name of a variable, or of a secret elsewhere, is said.
            below = dict(value) if key == "secrets" else _less(value, here, secrets, left)
            if below or not value:
                kept[key] = below
            continue
        rest, said = _words(value) if isinstance(value, list | tuple) else _text(key, value)
        if rest or not said:
            kept[key] = rest
        if said:
            secrets |= dict.fromkeys(said)
            left.append(f"{shown(here)}: {_LEFT}")
    return kept


def _text(key: str, value: Any) -> tuple[Any, list[str]]:
    said = str(value)
    is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
    return (None, [said]) if is_text and is_secret(said, key) else (value, [])


def _words(words: Sequence[Any]) -> tuple[list[Any], list[str]]:
    """A list without its secrets; of a command's words the option that one is given to goes with it."""
    rest: list[Any] = []
    said: list[str] = []
    for word in words:
        option, equals, given = word.partition("=") if isinstance(word, str) else ("", "", "")
        before = rest[-1] if rest and isinstance(rest[-1], str) and rest[-1].startswith("-") else ""
        if equals and is_secret(given, option):
            said.append(given)
        elif isinstance(word, str) and is_secret(word, before):
            said.append(word)
            rest = rest[:-1] if before else rest
        else:
            rest.append(word)
    return rest, said


def _blanked(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    return redact_text(text)
