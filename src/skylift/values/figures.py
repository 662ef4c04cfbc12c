"""System figures among what a job prints: taken out before anybody keeps, reads or shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from skylift.values.printed import escape
from skylift_runtime.contract import FIGURES_JOINT, FIGURES_PREFIX

Figures = Mapping[str, Any]
"""What one line of figures says, as the job wrote it: nothing in it is sure to be of a kind."""

_PREFIX = FIGURES_PREFIX.encode()
_JOINT = FIGURES_JOINT.encode() + b"\n"
_JOINTS = (FIGURES_JOINT, escape(FIGURES_JOINT))


class Sieve:
    r"""Takes the lines of figures out of one host's output, which comes in whole lines; what is left is the job's.

    >>> Sieve().feed(b'a\n[skylift:figures] {"n":1}\nb\n')
    (b'a\nb\n', [{'n': 1}])
    """

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> tuple[bytes, list[Figures]]:
        """The job's own bytes, and the figures that stood among them."""
        # Nearly every log passes here without one: two looks at all of it, in C.
        if self._held or _PREFIX in data or data.endswith(_JOINT):
            return self._sift(self._held + data)
        return data, []

    def rest(self) -> bytes:
        """What was held back and turned out to be the job's own."""
        held, self._held = self._held, b""
        return held

    def _sift(self, data: bytes) -> tuple[bytes, list[Figures]]:
        own, found, at = bytearray(), [], 0
        while (start := data.find(_PREFIX, at)) >= 0:
            own += data[at:start]
            newline = data.find(b"\n", start)
            at = newline if newline >= 0 else len(data)
            figures = read(data[start + len(_PREFIX) : at])
            found += [figures] if figures is not None else []
            if own.endswith(_JOINT):
                del own[-len(_JOINT) :]
                at += 1
            elif not own or own.endswith(b"\n") or data[:start].endswith(b"\n"):
                at += 1
        own += data[at:]
        self._held = b""
        if own.endswith(_JOINT):
            # What belongs to it is on its way.
            del own[-len(_JOINT) :]
            self._held = _JOINT
        return bytes(own), found


def sift(text: str) -> tuple[str | None, Figures | None]:
    """The same for a line as a service keeps it: what of it is the job's, None for nothing; and the figures.

    >>> sift("loss=1"), sift('[skylift:figures] {"n":1}'), sift("50%#036#036")
    (('loss=1', None), (None, {'n': 1}), ('50%', None))
    """
    if FIGURES_PREFIX in text:
        before, _, behind = text.partition(FIGURES_PREFIX)
        return _unjoined(before) or None, read(behind.encode(errors="replace"))
    return _unjoined(text), None


def _unjoined(text: str) -> str:
    return next((text.removesuffix(joint) for joint in _JOINTS if text.endswith(joint)), text)


def read(said: bytes) -> Figures | None:
    """The object in a line; None for half a line, or for one that somebody else's output came into."""
    try:
        found = json.loads(said)
        # Neither nan nor what is larger than any number may reach a file of ours.
        json.dumps(found, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
