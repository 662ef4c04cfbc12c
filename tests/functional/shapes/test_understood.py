"""``init`` and the reading of parameters, over projects of every shape that people have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.functional.shapes.judge import differences, report_lines
from tests.functional.shapes.shape import Shape, shapes

from skylift.errors import UsageError
from skylift.project.init.detect import detect
from skylift.values.project import Detection, Understood


@pytest.mark.parametrize("shape", shapes(), ids=lambda shape: shape.name)
def test_a_project_is_understood(shape: Shape, tmp_path: Path) -> None:
    root = shape.lay(tmp_path)
    before = sorted(path.name for path in root.iterdir())
    found = _detected(root)
    wrong = differences(shape.expected, found, root)
    if wrong:
        config = json.dumps(found.config, indent=1, ensure_ascii=False)
        lines = [shape.expected["what"], *wrong, "--", *report_lines(found), "--", config]
        pytest.fail("\n".join(lines), pytrace=False)
    assert sorted(path.name for path in root.iterdir()) == before


def _detected(root: Path) -> Detection:
    """As ``--yes`` has it: the only candidate is taken. A refusal is an understanding, too, when it says enough."""
    try:
        found = detect(root)
        only = found.candidates[0] if len(found.candidates) == 1 else None
        return found if {"entry-point", "command"} & set(found.config) else detect(root, entry_point=only)
    except UsageError as error:
        return Detection({}, (Understood("refused", str(error), " ".join(error.hints)),))


def test_there_are_shapes_and_each_says_what_it_is() -> None:
    assert len(shapes()) >= 30
    assert [shape.name for shape in shapes() if not shape.expected.get("what")] == []
