"""The last record of a run whose owner died before the run did: from what lies in its folder."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from skylift.host.clock import iso
from skylift.runs.figures import System
from skylift.runs.figures import history as system_history
from skylift.runs.points import history
from skylift.runs.recorder import of_system
from skylift.runs.summary import summary
from skylift.values.record import OURS, SCHEMA, Record
from skylift.values.run_folder import RunFolder

_WORDLESS = "The process that owned this run ended without a word"
_ENDED = "The process that owned this run did nothing any more, and was ended on request"


def lost(folder: RunFolder, intent: Mapping[str, Any], before: Record | None, reason: str | None) -> Record:
    """The record of a failure, or without a reason of a stop, as whole as if the owner had written it.

    It ended when it was last heard of: whoever finds out may come days later.
    """
    end = iso(_last_sign(folder))
    known = dict(before.data) if before is not None else _begun(intent, end)
    begun = intent.get("ours") or {}
    ours = {"schema": SCHEMA, **begun, **known.get(OURS, {})}
    found = summary((row.point for row in history(folder.metrics)), begun.get("metrics"))
    status, message = ("Failed", _WORDLESS) if reason else ("Stopped", _ENDED)
    ending = {
        "TrainingJobName": folder.name,
        "TrainingJobStatus": status,
        "SecondaryStatus": status,
        "SecondaryStatusTransitions": _closed(
            known.get("SecondaryStatusTransitions") or [], end, status, message
        ),
        **({"FailureReason": reason} if reason else {}),
        "LastModifiedTime": end,
        "TrainingEndTime": end,
        OURS: {
            **ours,
            "metrics": found,
            **of_system(System(system_history(folder.system)), ours),
        },
    }
    return Record({**known, **ending})


def _begun(intent: Mapping[str, Any], end: str) -> dict[str, Any]:
    return {**(intent.get("request") or {}), "CreationTime": intent.get("created") or end}


def _closed(transitions: list[dict[str, Any]], end: str, status: str, message: str) -> list[dict[str, Any]]:
    last = [{**transitions[-1], "EndTime": end}] if transitions else []
    failed = {"Status": status, "StartTime": end, "EndTime": end, "StatusMessage": message}
    return [*transitions[:-1], *last, failed]


def _last_sign(folder: RunFolder) -> datetime:
    paths = (folder.intent, folder.supervisor, folder.record, folder.log, folder.metrics)
    times = [path.stat().st_mtime for path in paths if path.exists()]
    return datetime.fromtimestamp(max(times, default=0.0), timezone.utc)
