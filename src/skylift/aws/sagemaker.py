"""SageMaker training jobs and their logs, as the service that a watch asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from skylift.aws.translate import translated
from skylift.errors import AwsError
from skylift.host.clock import iso
from skylift.values.jobs import LogLine, LogPage
from skylift_runtime.contract import LOG_GROUP

_UNKNOWN = frozenset({"ValidationException", "ResourceNotFound", "ResourceNotFoundException"})
"""The model says ResourceNotFound, the service's own waiter expects ValidationException."""
_STREAM_TIME = re.compile(r"-\d+$")


class SageMakerService:
    """TrainingService over boto3 clients of ``sagemaker`` and ``logs``."""

    def __init__(self, sagemaker: Any, logs: Any) -> None:
        self._sagemaker, self._logs = sagemaker, logs

    def create(self, request: Mapping[str, object]) -> None:
        """
        :raises AwsError: with the code ``ResourceInUse`` when the name is taken.
        """
        with translated("sagemaker", "CreateTrainingJob"):
            self._sagemaker.create_training_job(**request)

    def describe(self, name: str) -> Mapping[str, object] | None:
        try:
            with translated("sagemaker", "DescribeTrainingJob"):
                found = self._sagemaker.describe_training_job(TrainingJobName=name)
        except AwsError as error:
            if error.code in _UNKNOWN:
                return None
            raise
        return {key: _plain(value) for key, value in found.items() if key != "ResponseMetadata"}

    def stop(self, name: str, *, kill: bool = False) -> None:  # noqa: ARG002 - the service has no kill
        with translated("sagemaker", "StopTrainingJob"):
            self._sagemaker.stop_training_job(TrainingJobName=name)

    def logs(self, name: str, cursor: object) -> LogPage:
        """The new lines of every host, by time.

        The cursor is one token a stream; it is a new value, so after an error the old one is still good.
        """
        tokens = dict(cursor) if isinstance(cursor, Mapping) else {}
        lines: list[LogLine] = []
        try:
            for stream in self._streams(name):
                found, tokens[stream] = self._since(stream, tokens.get(stream))
                lines += found
        except AwsError as error:
            # The group is made by the first job that ever prints, a stream by its host's first line.
            if error.code != "ResourceNotFoundException":
                raise
            return LogPage((), cursor)
        return LogPage(tuple(sorted(lines, key=lambda line: line.at)), tokens)

    def _streams(self, name: str) -> Iterator[str]:
        # With the slash: `job-1` is also a prefix of the streams of `job-10`.
        with translated("logs", "DescribeLogStreams"):
            pages = self._logs.get_paginator("describe_log_streams").paginate(
                logGroupName=LOG_GROUP, logStreamNamePrefix=f"{name}/"
            )
            for page in pages:
                yield from (found["logStreamName"] for found in page["logStreams"])

    def _since(self, stream: str, token: str | None) -> tuple[list[LogLine], str]:
        """Read on until the token repeats: a page may be empty though lines follow it."""
        host = _STREAM_TIME.sub("", stream.rpartition("/")[2])
        lines: list[LogLine] = []
        while True:
            said = {"nextToken": token} if token else {}
            with translated("logs", "GetLogEvents"):
                page = self._logs.get_log_events(
                    logGroupName=LOG_GROUP, logStreamName=stream, startFromHead=True, **said
                )
            lines += [
                LogLine(_moment(event["timestamp"]), host, event["message"]) for event in page["events"]
            ]
            following = page["nextForwardToken"]
            if following == token:
                return lines, following
            token = following


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, tz=timezone.utc)


def _plain(value: Any) -> Any:
    """The same value with times as ISO-8601 strings."""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
