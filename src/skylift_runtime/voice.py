"""What the runtime itself has to say, on stderr, where the job's own output goes."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    if sys.stderr is not None:
        print("skylift: " + text, file=sys.stderr, flush=True)
