"""What the runtime itself has to say, on stderr, where the job's own output goes."""

from __future__ import annotations

import sys

_before = ""


def say(text: str) -> None:
    global _before
    if sys.stderr is not None:
        print(_before + "skylift: " + text, file=sys.stderr, flush=True)
        _before = ""


def speak_after(said: str) -> None:
    """The job has ended with these words: where they end within a line, what we say next begins one of its own."""
    global _before
    _before = "\n" if said and not said.endswith("\n") else ""
