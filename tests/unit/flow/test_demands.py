"""Durations of the command line, and what a command may demand of a target."""

from __future__ import annotations

import pytest

from skylift.errors import UsageError
from skylift.flow.demands import NO_DEMANDS, Demands, demanded, seconds, size
from skylift.values.settings import TargetSettings

LOCAL = TargetSettings("local", backend="local", max_run=100, grace=10)
CLOUD = TargetSettings("gpu", backend="sagemaker")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("20s", 20), ("5m", 300), ("1.5h", 5400), ("90", 90), ("1h 30m", 5400), ("0.5", 0.5), (None, None)],
)
def test_durations(text: str | None, expected: float | None) -> None:
    assert seconds("--max-run", text) == expected


@pytest.mark.parametrize(
    "text", ["", "0", "0s", "-5", "-5s", "inf", "nan", "soon", "5 weeks", "1e3", "9" * 400]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--max-run wants a time above zero"):
        seconds("--max-run", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("100MB", 10**8), ("1.5 KiB", 1536), ("2GiB", 2 << 30), ("4096", 4096), ("1t", 10**12), (None, None)],
)
def test_sizes(text: str | None, expected: int | None) -> None:
    assert size("--fail-disk", text) == expected


@pytest.mark.parametrize("text", ["", "0", "0.5", "-1MB", "MB", "5 parsecs", "1e3", "nan", "5i"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--fail-disk wants a size above zero"):
        size("--fail-disk", text)


def test_limits_are_overridden_in_whole_seconds() -> None:
    found = demanded(LOCAL, Demands(max_run_s=0.5, grace_s=2.0))
    assert (found.max_run, found.grace) == (1, 2)
    assert demanded(LOCAL, NO_DEMANDS) == LOCAL


@pytest.mark.parametrize(
    "fault",
    [
        Demands(interrupt_after_s=1.0),
        Demands(stop_after_s=1.0),
        Demands(disk_bytes=1),
        Demands(strict_inputs=True),
    ],
)
def test_faults_are_for_this_machine(fault: Demands) -> None:
    demanded(LOCAL, fault)
    with pytest.raises(UsageError, match="is for local and docker"):
        demanded(CLOUD, fault)


def test_the_services_grace_is_its_own() -> None:
    assert demanded(CLOUD, Demands(grace_s=120.0, max_run_s=60.0)).max_run == 60
    with pytest.raises(UsageError, match="120 seconds"):
        demanded(CLOUD, Demands(grace_s=60.0))


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan")])
def test_times_of_python_callers_are_checked_too(value: float) -> None:
    with pytest.raises(UsageError, match="--interrupt-after wants a time above zero"):
        demanded(LOCAL, Demands(interrupt_after_s=value))
