"""Lines on their way to CloudWatch Logs, with a client that only listens."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from botocore.exceptions import ClientError

from skylift.sandbox.log_stream import LogStream
from skylift.values.jobs import LogLine
from skylift.values.printed import escape

START = datetime(2026, 1, 2, tzinfo=timezone.utc)


class ListeningLogs:
    def __init__(self, *, group_exists: bool = False) -> None:
        self.calls: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.group_exists = group_exists

    def create_log_group(self, **_: str) -> None:
        if self.group_exists:
            raise ClientError({"Error": {"Code": "ResourceAlreadyExistsException"}}, "CreateLogGroup")

    def create_log_stream(self, logStreamName: str, **_: str) -> None:  # noqa: N803 - boto3's name
        self.calls.append(logStreamName)

    def put_log_events(self, logEvents: list[dict[str, Any]], **_: str) -> None:  # noqa: N803
        self.events += logEvents


def delivered(logs: ListeningLogs, *lines: LogLine) -> list[str]:
    stream = LogStream(logs, "job/algo-1-17")
    stream.start()
    for line in lines:
        stream.add(line)
    stream.close()
    return [event["message"] for event in logs.events]


def line(text: str, seconds: float = 0) -> LogLine:
    return LogLine(START + timedelta(seconds=seconds), "algo-1", text)


def test_all_lines_arrive_in_order() -> None:
    texts = [f"line {i}" for i in range(5000)]
    assert delivered(ListeningLogs(group_exists=True), *map(line, texts)) == texts


def test_the_stream_is_made_with_the_first_line() -> None:
    logs = ListeningLogs()
    assert delivered(logs) == []
    assert logs.calls == []
    delivered(logs, line("a"), line("b"))
    assert logs.calls == ["job/algo-1-17"]


def test_empty_lines_are_no_events() -> None:
    assert delivered(ListeningLogs(), line(""), line("a")) == ["a"]


def test_time_never_goes_back() -> None:
    logs = ListeningLogs()
    delivered(logs, line("a", 5), line("b", 1), line("c", 9))
    times = [event["timestamp"] for event in logs.events]
    assert times == sorted(times)


def test_control_characters_are_spelled_as_observed_logs_have_them() -> None:
    # awslabs/gluonts issue 810: tab, carriage return, escape.
    assert escape("a\tb\rc\x1b[1m ü") == "a#011b#015c#033[1m ü"
