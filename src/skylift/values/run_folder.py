"""Every path of one run on this machine is a property of one object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunFolder:
    """``<project>/.skylift/runs/<run>``."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def intent(self) -> Path:
        """Written before anything is created; says what was wanted and by whom."""
        return self.path / "intent.json"

    @property
    def record(self) -> Path:
        return self.path / "record.json"

    @property
    def metrics(self) -> Path:
        """One JSON object a line: ``name step time value``."""
        return self.path / "metrics.jsonl"

    @property
    def system(self) -> Path:
        """System figures: what the runtime said of the job's use of its machine, an object a line."""
        return self.path / "system.jsonl"

    @property
    def log(self) -> Path:
        """What the job printed, byte for byte; without the runtime's system figures."""
        return self.path / "log"

    @property
    def log_times(self) -> Path:
        """When the lines of the log were printed: where it has no such file, nobody knows."""
        return self.path / "log.times"

    @property
    def unfinished(self) -> Path:
        """The end of the line that the job is writing; there while one has been without an end for a while."""
        return self.path / "unfinished"

    @property
    def tree(self) -> Path:
        """The ``/opt/ml`` tree of a job that runs here."""
        return self.path / "ml"

    @property
    def reserved(self) -> Path:
        """The reserved channel of a job that runs here; there only when the job needs one."""
        return self.path / "inputs"

    @property
    def artifacts(self) -> Path:
        return self.path / "artifacts"

    @property
    def project(self) -> Path:
        """Stands in for ``/opt/skylift``: runtime, project description and code, frozen at the start."""
        return self.path / "skylift"

    @property
    def supervisor(self) -> Path:
        """Who owns the job: identity of the supervisor's process."""
        return self.path / "supervisor.json"

    @property
    def supervisor_log(self) -> Path:
        """What the supervisor itself had to say; empty when all is well."""
        return self.path / "supervisor.log"

    @property
    def reserve(self) -> Path:
        """Room that is kept for the last record, should the disk be full by then."""
        return self.path / ".reserve"

    @property
    def settle_lock(self) -> Path:
        """A file to lock while it is settled who owns the run: its supervisor, or nobody any more."""
        return self.path / ".settle"

    @property
    def stop_request(self) -> Path:
        """There when somebody asked for a stop: ``{"kill": bool}``."""
        return self.path / "stop.json"
