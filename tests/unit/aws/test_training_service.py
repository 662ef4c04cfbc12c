"""Describing jobs and reading their logs, against clients that answer from a script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from skylift.aws.sagemaker import SageMakerService
from skylift.errors import AwsError
from skylift.values.jobs import LogPage
from skylift.values.ports import TrainingService


def no(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Any")


class ScriptedSageMaker:
    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def describe_training_job(self, TrainingJobName: str) -> Any:  # noqa: N803 - boto3's name
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class ScriptedLogs:
    """Streams as lists of pages; as CloudWatch, it repeats the token at the end of what there is."""

    def __init__(self, streams: dict[str, list[list[tuple[int, str]]]] | None) -> None:
        self.streams = streams
        self.asked: list[str] = []

    def get_paginator(self, _: str) -> ScriptedLogs:
        return self

    def paginate(self, logGroupName: str, logStreamNamePrefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        if self.streams is None:
            raise no("ResourceNotFoundException")
        self.asked.append(logStreamNamePrefix)
        for name in self.streams:
            if name.startswith(logStreamNamePrefix):
                yield {"logStreams": [{"logStreamName": name}]}

    def get_log_events(
        self,
        logGroupName: str,  # noqa: N803
        logStreamName: str,  # noqa: N803
        startFromHead: bool,  # noqa: N803, FBT001
        nextToken: str = "f/0",  # noqa: N803
    ) -> dict[str, Any]:
        assert startFromHead
        assert self.streams is not None
        pages, index = self.streams[logStreamName], int(nextToken.removeprefix("f/"))
        if index >= len(pages):
            return {"events": [], "nextForwardToken": f"f/{len(pages)}"}
        events = [{"timestamp": at, "message": text} for at, text in pages[index]]
        return {"events": events, "nextForwardToken": f"f/{index + 1}"}


def service(logs: ScriptedLogs | None = None, answer: Any = None) -> TrainingService:
    return SageMakerService(ScriptedSageMaker(answer), logs)


def texts(page: LogPage) -> list[str]:
    return [line.text for line in page.lines]


def test_times_become_text_at_every_depth_and_the_rest_stays() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    answer = {
        "TrainingJobName": "a",
        "CreationTime": moment,
        "SecondaryStatusTransitions": [{"StartTime": moment, "Status": "Starting"}],
        "ResponseMetadata": {"HTTPStatusCode": 200},
    }
    assert service(answer=answer).describe("a") == {
        "TrainingJobName": "a",
        "CreationTime": "2026-01-02T03:04:05.000Z",
        "SecondaryStatusTransitions": [{"StartTime": "2026-01-02T03:04:05.000Z", "Status": "Starting"}],
    }


@pytest.mark.parametrize("code", ["ValidationException", "ResourceNotFound"])
def test_an_unknown_job_is_none(code: str) -> None:
    assert service(answer=no(code)).describe("a") is None


def test_other_refusals_are_errors() -> None:
    with pytest.raises(AwsError, match="AccessDenied"):
        service(answer=no("AccessDenied")).describe("a")


def test_before_the_first_job_ever_there_are_no_lines() -> None:
    assert service(ScriptedLogs(None)).logs("job", None) == LogPage((), None)


def test_only_the_streams_of_that_job_are_read() -> None:
    logs = ScriptedLogs({"job-1/algo-1-17": [[(1, "mine")]], "job-10/algo-1-18": [[(1, "theirs")]]})
    assert texts(service(logs).logs("job-1", None)) == ["mine"]
    assert logs.asked == ["job-1/"]


def test_an_empty_page_is_not_the_end() -> None:
    logs = ScriptedLogs({"job/algo-1-17": [[(1, "a")], [], [(2, "b")]]})
    assert texts(service(logs).logs("job", None)) == ["a", "b"]


def test_nothing_is_lost_and_nothing_comes_twice_while_streams_grow_and_appear() -> None:
    streams: dict[str, list[list[tuple[int, str]]]] = {"job/algo-1-17": [[(1, "a"), (3, "c")]]}
    asked = service(ScriptedLogs(streams))
    first = asked.logs("job", None)
    streams["job/algo-2-19"] = [[(2, "b"), (5, "e")]]
    streams["job/algo-1-17"].append([(4, "d")])
    second = asked.logs("job", first.cursor)
    third = asked.logs("job", second.cursor)
    assert (texts(first), texts(second), texts(third)) == (["a", "c"], ["b", "d", "e"], [])
    assert [line.host for line in second.lines] == ["algo-2", "algo-1", "algo-2"]


def test_a_cursor_may_be_used_again() -> None:
    asked = service(ScriptedLogs({"job/algo-1-17": [[(1, "a")], [(2, "b")]]}))
    begin = asked.logs("job", None).cursor
    assert asked.logs("job", begin) == asked.logs("job", begin)
