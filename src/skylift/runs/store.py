"""Run folders below ``<project>/.skylift/runs``: one folder a run, every file written whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from skylift.host.files import read_json, write_json, write_text
from skylift.runs import reference
from skylift.runs.index import NAME, Stamp
from skylift.values.record import OURS, Record
from skylift.values.record_shape import shaped, shaped_intent
from skylift.values.run_folder import RunFolder

STATE_FOLDER = ".skylift"
_LOOKED_AT = 30
"""Runs that are opened to find one of a job: a start must not wait for thousands."""


class RunStore:
    """The runs of one project on this machine.

    Terminal records never change, and keys that this version does not know survive a rewrite.
    """

    def __init__(self, root: Path) -> None:
        self._state = root / STATE_FOLDER
        self._runs = self._state / "runs"
        self._shells = self._state / "shells"

    @property
    def state(self) -> Path:
        """All that we keep of the project on this machine."""
        return self._state

    @property
    def runs(self) -> Path:
        """Where the run folders are."""
        return self._runs

    @property
    def lock(self) -> Path:
        """A file to lock while it is decided who owns a run."""
        return self._state / "lock"

    def folder(self, name: str) -> RunFolder:
        return RunFolder(self._runs / name)

    def create(self, name: str, intent: Mapping[str, Any]) -> RunFolder:
        """Make a run's folder and write down what is wanted, before anything else exists.

        :raises FileExistsError: when there is a run of that name.
        """
        return self._begin(self.folder(name), intent)

    def create_beside(self, name: str, intent: Mapping[str, Any]) -> RunFolder:
        """The same for what is no run, and in no list: a shell. Whoever makes it removes it."""
        return self._begin(RunFolder(self._shells / name), intent)

    def beside(self) -> list[RunFolder]:
        """What is there of those."""
        return [RunFolder(entry) for entry in self._shells.iterdir()] if self._shells.is_dir() else []

    def _begin(self, folder: RunFolder, intent: Mapping[str, Any]) -> RunFolder:
        ignore = self._state / ".gitignore"
        if not ignore.exists():
            write_text(ignore, "*\n")
        folder.path.mkdir(parents=True)
        try:
            write_json(folder.intent, intent)
        except OSError:
            folder.path.rmdir()
            raise
        return folder

    def names(self) -> list[str]:
        """All runs, oldest first. A folder without an intent was never begun."""
        begun = [name for name in self.folders() if os.path.exists(f"{self._runs}/{name}/intent.json")]  # noqa: PTH110
        return sorted(begun, key=reference.age)

    def beginning_with(self, stem: str) -> list[str]:
        """The runs whose names begin so, begun or not."""
        return [name for name in self.folders() if name.startswith(stem)]

    @property
    def index(self) -> Path:
        return self._state / NAME

    @property
    def has_runs(self) -> bool:
        """Whether anything was ever begun here."""
        return self._runs.is_dir()

    def stamp(self, name: str) -> Stamp | None:
        """Time and size of a run's record; None where it has none yet."""
        try:
            # Ten thousand Paths take longer than the disk does.
            found = os.stat(f"{self._runs}/{name}/record.json")  # noqa: PTH116
        except OSError:
            return None
        return Stamp(found.st_mtime_ns, found.st_size)

    def stamps(self) -> Iterator[tuple[str, Stamp | None]]:
        """Every run's folder, with the time and size of its record."""
        return ((name, self.stamp(name)) for name in self.folders())

    def folders(self) -> list[str]:
        try:
            # No run's name begins with a dot: what does is on its way out.
            return [name for name in os.listdir(self._runs) if not name.startswith(".")]  # noqa: PTH208
        except (FileNotFoundError, NotADirectoryError):
            return []

    def intent(self, name: str) -> dict[str, Any]:
        return shaped_intent(read_json(self.folder(name).intent) or {})

    def load(self, name: str) -> Record | None:
        """What is known of a run; None where nothing is yet. Values that are not what they should be are missing."""
        found = read_json(self.folder(name).record)
        if found is None:
            return None
        data = shaped(found)
        # What has none is of the run that it lies with.
        data.setdefault("TrainingJobName", name)
        return Record(data)

    def save(self, record: Record) -> Record:
        """Write a record; what stands there already as terminal is returned unchanged."""
        before = self.load(record.name)
        if before is not None and before.terminal:
            return before
        data = {**before.data, **record.data} if before is not None else dict(record.data)
        if before is not None and OURS in data:
            data[OURS] = {**before.ours, **record.ours}
        write_json(self.folder(record.name).record, data)
        return Record(data)

    def last_with_metrics(self, job: str) -> Record | None:
        """The newest run of a job that has ended and from which metrics were read, among the newest there are."""
        for name in self.names()[: -_LOOKED_AT - 1 : -1]:
            record = self.load(name)
            found = record.at("Skylift.metrics.last") if record is not None and record.terminal else None
            if record is not None and found and record.at("Skylift.job") == job:
                return record
        return None

    def resolve(self, text: str) -> str:
        """The run that a name, a unique end of one, ``@last``, ``@last~1`` or ``@last:JOB`` means.

        :raises UsageError: when it is none or more than one.
        """
        return reference.resolve(self._runs, text)


def newest(records: Iterable[Record]) -> list[Record]:
    """Newest first, as a list of runs is read."""
    return sorted(records, key=lambda record: str(record.data.get("CreationTime", "")), reverse=True)
