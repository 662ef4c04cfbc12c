"""From bytes to lines, and from lines to metrics."""

from __future__ import annotations

from datetime import datetime, timezone

from skylift.emulator.escape import escape
from skylift.emulator.metrics import FinalMetrics
from skylift.emulator.output import LINE_LIMIT, LineSplitter

NOON = datetime(2026, 1, 2, 12, tzinfo=timezone.utc)


def lines_of(*chunks: bytes) -> list[bytes]:
    splitter = LineSplitter()
    found = [line for chunk in chunks for line in splitter.feed(chunk)]
    return [*found, *splitter.flush()]


def test_lines_are_whole_however_the_bytes_come() -> None:
    assert lines_of(b"a", b"b\nc", b"\n", b"\n", b"d") == [b"ab\n", b"c\n", b"\n", b"d"]


def test_lines_that_end_have_no_rest() -> None:
    assert lines_of(b"a\n", b"\0\n") == [b"a\n", b"\0\n"]


def test_a_carriage_return_stays_inside_its_line() -> None:
    assert lines_of(b" 1%\r 2%\r\n") == [b" 1%\r 2%\r\n"]


def test_a_line_without_end_comes_in_parts() -> None:
    found = lines_of(*[b"x" * 65536] * 9)
    assert [len(line) for line in found] == [LINE_LIMIT, LINE_LIMIT, 65536]


def test_control_characters_are_spelled_as_the_service_does() -> None:
    assert escape("[1]\ttrain:\x1b[0m\r") == "[1]#011train:#033[0m#015"


def test_the_last_value_of_a_metric_is_kept_with_its_time() -> None:
    metrics = FinalMetrics(
        [{"Name": "auc", "Regex": r"#011auc:([a-z0-9.]+)"}, {"Name": "never", "Regex": "(x)"}]
    )
    metrics.read("[1]\tauc:0.5", NOON)
    metrics.read("[2]\tauc:0.7\r[3]\tauc:0.8", NOON)
    metrics.read("[4]\tauc:nan", NOON)
    metrics.read("[5]\tauc:good", NOON)
    assert metrics.listed() == [{"MetricName": "auc", "Value": 0.8, "Timestamp": "2026-01-02T12:00:00.000Z"}]
