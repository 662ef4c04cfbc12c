"""A line of a log as people read it: a progress bar is its last state, and colours are no text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from skylift.values.printed import shown

_STYLE = re.compile(r"\x1b\[[0-9;:]*[mK]|\x08+")
_STORED = re.compile(r"#015|#010|#033(?=\[[0-9;:]*[mK])")
_PRINTED = {"#015": "\r", "#010": "\b", "#033": "\x1b"}


@dataclass(frozen=True)
class Said:
    """One line of a log that is read again."""

    at: datetime | None
    """To the second; None where the log was kept without times."""
    host: str
    text: str
    is_stored: bool = False
    """As the service keeps it, which spells control characters its own way."""

    @property
    def clean(self) -> str:
        """The text without what is no UTF-8, which stands in it as surrogates."""
        return self.text.encode(errors="surrogateescape").decode(errors="replace")

    def spoken(self, *, several: bool) -> str:
        return f"[{self.host}] {self.text}" if several else self.text


def states(said: Said) -> list[str]:
    r"""What a terminal showed of a line, one after the other, without its colours; what is blank is left out.

    >>> states(Said(None, "algo-1", "\r 50%\r\x1b[32m100%\x1b[0m\r    \r"))
    [' 50%', '100%']
    >>> states(Said(None, "algo-1", " 50%#015100%", is_stored=True))
    [' 50%', '100%']
    """
    text = said.text
    if text.isprintable() and not (said.is_stored and "#0" in text):
        # Nearly every line of a log, of which there can be millions.
        return [text]
    text = said.clean
    if said.is_stored:
        text = _STORED.sub(lambda found: _PRINTED[found[0]], text)
    text = _STYLE.sub("", text)
    found = [state.strip("\r") for state in shown(text)]
    return [state for state in found if state.strip()] or [""]
