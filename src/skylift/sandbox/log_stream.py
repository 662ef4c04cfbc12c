"""What a job prints, as log events where the service puts them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from skylift.aws.translate import translated
from skylift.errors import AwsError
from skylift.values.jobs import LogLine
from skylift.values.printed import escape
from skylift_runtime.contract import LOG_GROUP

_BATCH = 1_000


class LogStream(threading.Thread):
    """Delivers the lines of one host in order, in a thread of its own, so that no job waits for it."""

    def __init__(self, client: Any, name: str) -> None:
        super().__init__(name=f"log {name}", daemon=True)
        self._client, self._stream = client, name
        self._lines: queue.SimpleQueue[LogLine | None] = queue.SimpleQueue()
        self._latest = 0

    def add(self, line: LogLine) -> None:
        self._lines.put(line)

    def close(self) -> None:
        """Return when everything has been delivered."""
        self._lines.put(None)
        self.join()

    def run(self) -> None:
        made = False
        for batch in self._batches():
            events = [self._event(line) for line in batch if line.text]
            if not events:
                # CloudWatch has no empty events.
                continue
            if not made:
                self._make()
                made = True
            with translated("logs", "PutLogEvents"):
                self._client.put_log_events(
                    logGroupName=LOG_GROUP, logStreamName=self._stream, logEvents=events
                )

    def _batches(self) -> Iterator[list[LogLine]]:
        """Everything that waits at one time: few calls when lines come fast, no delay when they do not."""
        while (line := self._lines.get()) is not None:
            batch = [line]
            while len(batch) < _BATCH and not self._lines.empty():
                following = self._lines.get()
                if following is None:
                    yield batch
                    return
                batch.append(following)
            yield batch

    def _event(self, line: LogLine) -> dict[str, object]:
        # Events must be in order of time, and clocks may step back.
        self._latest = max(self._latest, int(line.at.timestamp() * 1000))
        return {"timestamp": self._latest, "message": escape(line.text)}

    def _make(self) -> None:
        # The group is there after the first job of the account.
        with suppress(AwsError), translated("logs", "CreateLogGroup"):
            self._client.create_log_group(logGroupName=LOG_GROUP)
        with translated("logs", "CreateLogStream"):
            self._client.create_log_stream(logGroupName=LOG_GROUP, logStreamName=self._stream)
