"""docs/failures.md shows this catalogue, and the tool that writes it still reaches all three runtimes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.failing_programs import PROGRAMS
from tests.foreign import DRIVERS_VERSION, TOOLKIT_VERSION
from tools.failures import PAGE, names_it, names_the_place
from tools.ways import FRAMEWORK_IMAGE, SDK_V3, SKYLIFT, TOOLKIT, Ring, Way

EXCEPTION = PROGRAMS[0]


def test_the_page_is_of_this_catalogue_and_of_these_versions() -> None:
    text = PAGE.read_text(encoding="utf-8")
    headings = [line.removeprefix("### ") for line in text.splitlines() if line.startswith("### ")]
    # An older Python than the page's has no exception groups.
    assert [name for name in headings if name != "group"] == [
        program.name for program in PROGRAMS if program.name != "group"
    ], "`make failures` writes it anew"
    assert f"sagemaker-training {TOOLKIT_VERSION}" in text
    assert f"sagemaker-train {DRIVERS_VERSION}" in text


@pytest.mark.parametrize(
    ("way", "told"),
    [
        (SKYLIFT, "AlgorithmError: ValueError: no rows (train.py:1), exit code: 1"),
        (FRAMEWORK_IMAGE, 'ValueError: no rows"\nCommand'),
        (TOOLKIT, 'AlgorithmError: ExecuteUserScriptError:\nExitCode 1\nErrorMessage ""\n'),
        (SDK_V3, "returned non-zero exit status 1., exit code: 1"),
    ],
    ids=lambda value: value.name if isinstance(value, Way) else "",
)
def test_each_runtime_is_really_asked(
    toolkit: Path, sdk_drivers: Path, tmp_path: Path, way: Way, told: str
) -> None:
    probe = subprocess.run(["unshare", "--mount", "true"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        pytest.skip(f"no mount namespace: {probe.stderr.strip()}")
    answer = Ring(toolkit, sdk_drivers, tmp_path).run(way, EXCEPTION)
    assert told in answer.reason
    assert names_it(EXCEPTION, answer) == (way in (SKYLIFT, FRAMEWORK_IMAGE))
    assert names_the_place(EXCEPTION, answer) == (way is SKYLIFT)
