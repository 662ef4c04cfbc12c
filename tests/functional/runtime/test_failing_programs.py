"""What the failure file says of each program of the catalogue."""

from __future__ import annotations

import pytest
from tests.failing_programs import PROGRAMS, Failing
from tests.functional.runtime.stage import Stage


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_reason_is_told(stage: Stage, program: Failing) -> None:
    for path, source in {"train.py": program.source, **program.files}.items():
        stage.ship(path, source)
    stage.channel("train", {"x.csv": "1,2"})
    stage.job = (
        {"command": list(program.command)} if program.command else {"entry_point": program.entry_point}
    )
    result = stage.run()
    assert result.code == program.code, result.err
    assert result.failure.startswith(program.says[0].partition(" (")[0]), result.failure
    for part in program.says:
        assert part in result.failure
    assert len(result.failure) <= 900
