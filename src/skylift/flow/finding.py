"""Which other run has what one lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skylift.errors import NotReady
from skylift.runs.store import RunStore
from skylift.runs.unpack import is_without_files
from skylift.values.record import Artifact, Record

if TYPE_CHECKING:
    from skylift.flow.running import Run

_MOST = 1000
"""How many runs are looked into, from the newest."""


def other_model(run: Run) -> str:
    """For a run that has ended without a model, the newest one that has it."""
    return newest_with(run.store, run.name, "model") if run.record.terminal and not run.left.model else ""


def newest_with(store: RunStore, lacking: str, what: Artifact) -> str:
    """The newest other run of the same job that has a model, or an output; empty where there is none."""
    job = _job(_record(store, lacking))
    for name in reversed(store.names()[-_MOST:]):
        record = _record(store, name) if name != lacking else None
        if record is not None and _job(record) == job and _has(store, record, what):
            return name
    return ""


def _has(store: RunStore, record: Record, what: Artifact) -> bool:
    uri = record.artifact(what)
    if record.status != "Completed" or not uri.startswith("file://"):
        # Whether anything is there only the service knows. A success has a model.
        return record.status == "Completed" and bool(uri) and what == "model"
    path = store.folder(record.name).artifacts / uri.rstrip("/").rpartition("/")[2]
    try:
        return path.exists() and not is_without_files(path)
    except (NotReady, OSError):
        # Damaged: of no use to anybody who looks for one.
        return False


def _job(record: Record | None) -> str:
    return str(record.at("Skylift.job") or "") if record is not None else ""


def _record(store: RunStore, name: str) -> Record | None:
    try:
        return store.load(name)
    except (NotReady, OSError):
        return None
