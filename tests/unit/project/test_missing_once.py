"""That something is not there is told once, by the pipeline that keeps it."""

from __future__ import annotations

import pytest

from skylift.project.init.evidence.stages import PULLED
from skylift.project.init.handed import missing_once
from skylift.project.init.inputs import NOT_HERE


@pytest.mark.parametrize("path", ["data/raw.csv", "my data/raw.csv"])
def test_the_code_does_not_say_again_what_the_pipeline_says(path: str) -> None:
    said, again = f"the stage `prepare`: {path}{PULLED}", f"a.py:3 open reads {path}{NOT_HERE}: put it there"
    other = f"a.py:4 open reads raw.csv{NOT_HERE}: put it there"
    assert missing_once([said, again, other]) == [said, other]
