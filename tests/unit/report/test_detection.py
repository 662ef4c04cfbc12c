"""The report of ``init`` as a person reads it."""

from __future__ import annotations

import pytest

from skylift.report.understood import detection
from skylift.values.project import Detection, Understood

LONG = ", ".join(f"model.layers.number_{number}" for number in range(9))


@pytest.mark.parametrize("why", ["", "the program says so"])
def test_a_long_row_ends_with_its_words(why: str) -> None:
    rows = (Understood("note", LONG, why), Understood("name", "digits", ""))
    lines = detection(Detection({}, rows), columns=60).split("\n")
    assert len(lines) > 4
    assert all(line and line == line.rstrip() for line in lines)
