"""Several places that submit the same program: tried out here, tuned there, then in a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from skylift.project.init.evidence.clues import Clue

_MACHINE = "instance-type"


def notes_of(clues: Sequence[Clue]) -> list[str]:
    """What they leave to the user; each says what those before it did not."""
    said: dict[str, str] = {}
    for clue in clues:
        for note in clue.notes:
            said.setdefault(note.partition(": ")[2] or note, note)
    return list(said.values())


def target_of(clues: Sequence[Clue]) -> dict[str, Any]:
    """The first's target; where it is tried out on one's own machine, the instance is what another one says."""
    found = {name: dict(one) for name, one in clues[0].facts["targets"].items()}
    for name, one in found.items():
        others = (clue.facts["targets"].get(name, {}).get(_MACHINE) for clue in clues)
        machine = next(filter(None, others), "")
        if machine and _MACHINE not in one:
            one[_MACHINE] = machine
    return found
