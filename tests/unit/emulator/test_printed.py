"""From bytes to lines, and from lines to metrics."""

from __future__ import annotations

from datetime import datetime, timezone

from skylift.emulator.metrics import FinalMetrics
from skylift.emulator.output import LINE_LIMIT, LineSplitter
from skylift.values.printed import Printed, escape

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
    metrics.read(Printed(NOON, "algo-1", b"[1]\tauc:0.5\n"))
    later = NOON.replace(hour=13)
    metrics.read(Printed(later, "algo-1", b"[2]\tauc:0.7\r[3]\tauc:0.8\n[4]\tauc:nan\n"))
    metrics.read(Printed(NOON.replace(hour=14), "algo-1", b"[5]\tauc:good\n"))
    assert metrics.listed() == [{"MetricName": "auc", "Value": 0.8, "Timestamp": "2026-01-02T13:00:00.000Z"}]


def test_a_pattern_that_only_matches_what_was_printed_is_told_once() -> None:
    metrics = FinalMetrics(
        [{"Name": "raw", "Regex": r"\tauc:(\S+)"}, {"Name": "auc", "Regex": r"#011auc:(\S+)"}]
    )
    metrics.read(Printed(NOON, "algo-1", b"[1]\tauc:0.5\n[2]\tauc:0.6\n"))
    assert [found["MetricName"] for found in metrics.listed()] == ["auc"]
    (warning,) = metrics.warnings()
    assert "raw" in warning


def test_lines_are_told_apart_and_not_decoded_to_nothing() -> None:
    assert Printed(NOON, "algo-1", b"a\r\n\n\xff\xc3\nb").lines() == ["a\r", "", "\ufffd\ufffd", "b"]
