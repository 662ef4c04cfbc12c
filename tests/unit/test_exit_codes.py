"""Exit codes are told in two places, and there alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from skylift import errors

DOCS = Path(__file__).parents[2] / "docs"


def told(page: str) -> dict[int, str]:
    lines = (DOCS / page).read_text().partition("## Exit codes\n")[2].partition("\n## ")[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return {int(code): meaning for code, meaning in cells if code.isdecimal()}


def test_both_tables_say_the_same() -> None:
    assert told("concepts/runs.md") == told("reference/errors.md")


@pytest.mark.parametrize(
    "error", [errors.StillRunning, errors.JobStopped, errors.NotReady, errors.GateClosed]
)
def test_the_codes_that_scripts_ask_for_are_told(error: type[errors.SkyliftError]) -> None:
    words = {errors.StillRunning: "--timeout", errors.JobStopped: "stopped", errors.NotReady: "not ready"}
    assert words.get(error, "gate") in told("concepts/runs.md")[error.exit_code]
