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


def test_where_a_long_line_is_parted_no_bar_and_no_number_is_torn() -> None:
    bars = b"".join(b"\r%d/90000 loss=0.%d" % (number, number) for number in range(90_000))
    words = b"".join(b"loss=0.%d " % number for number in range(90_000))
    for said, begin in ((bars, b"\r"), (words, b" loss=")):
        found = lines_of(*(said[at : at + 4096] for at in range(0, len(said), 4096)))
        assert len(found) > len(said) // LINE_LIMIT / 2
        assert b"".join(found) == said
        assert all(part.startswith(begin) for part in found[1:])


def test_a_long_line_without_a_place_to_part_it_is_parted_all_the_same() -> None:
    found = lines_of(b"\r", *[b"x" * 4096] * 200)
    assert b"".join(found) == b"\r" + b"x" * 4096 * 200
    assert all(len(part) <= LINE_LIMIT + 4096 for part in found)
