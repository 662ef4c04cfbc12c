"""The supervisor: a process of its own that owns a job on this machine from start to end.

``python -m skylift.flow.supervise FOLDER [--lifeline FD] [--handed FD]``. It reads the intent, runs the emulator and
writes the record. The watcher holds the other end of the lifeline, a pipe: when the watcher dies in
whatever way, the kernel closes it, and the job is stopped. A detached run has none. ``--handed FD`` is
a pipe, too, with what goes through the job's stdin.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from skylift.emulator.job import EmulatedJob
from skylift.emulator.place import JobPlace
from skylift.errors import SkyliftError
from skylift.flow.emulation import executor_for, options_for, storage_for, table
from skylift.flow.explaining import explain
from skylift.host.clock import SystemClock
from skylift.host.files import read_json, remove_tree, write_json
from skylift.host.processes import this_process
from skylift.runs.metrics import MetricReader
from skylift.runs.recorder import Recorder
from skylift.runs.store import RunStore
from skylift.values.jobs import Described, LogLine, hosts_of
from skylift.values.run_folder import RunFolder

_POLL_S = 0.1


class _Observer:
    """Writes down what the emulator tells; its threads take turns."""

    def __init__(self, folder: RunFolder, recorder: Recorder, *, several: bool) -> None:
        self._several = several
        self._log = folder.log.open("ab", buffering=0)
        self._recorder = recorder
        self._turn = threading.Lock()
        self._writing = threading.Lock()

    def changed(self, description: Mapping[str, Any]) -> None:
        with self._turn:
            self._recorder.take(Described(description))

    def line(self, line: LogLine) -> None:
        with self._turn:
            self._recorder.take(line)

    def raw(self, host: str, data: bytes) -> None:
        if self._several:
            # Whole lines come; one of a host that has no end gets one, or the next host's would stand behind it.
            name = f"[{host}] ".encode()
            data = b"".join(name + line + b"\n" for line in data.removesuffix(b"\n").split(b"\n"))
        with self._writing:
            self._log.write(data)


def supervise(folder: RunFolder, lifeline: int | None, handed: bytes = b"") -> None:
    """Run the job that the folder's intent describes, to its end."""
    write_json(folder.supervisor, asdict(this_process()))
    intent = read_json(folder.intent) or {}
    store = RunStore(folder.path.parents[2])
    reader = MetricReader(table(intent, "metrics"))
    tell = partial(explain, folder, intent)
    recorder = Recorder(store, folder.name, table(intent, "ours"), reader, SystemClock(), tell)
    job = EmulatedJob(
        table(intent, "request"),
        place=JobPlace(folder.tree),
        executor=executor_for(folder, intent, dict(os.environ), handed),
        storage=storage_for(folder, intent),
        observer=_Observer(folder, recorder, several=len(hosts_of(table(intent, "request"))) > 1),
        clock=SystemClock(),
        options=options_for(intent),
    )
    signal.signal(signal.SIGTERM, lambda *_: job.stop())
    threading.Thread(target=_listen, args=(folder, job, lifeline), daemon=True).start()
    job.run()
    # Our stderr is supervisor.log, which whoever watches the run reads at its end.
    sys.stderr.writelines(f"{warning}\n" for warning in job.warnings)
    _tidy(folder, store)


def _listen(folder: RunFolder, job: EmulatedJob, lifeline: int | None) -> None:
    if lifeline is not None:
        threading.Thread(target=_hold, args=(lifeline, job), daemon=True).start()
    clock, answered = SystemClock(), 0
    while True:
        request = read_json(folder.stop_request)
        if request is not None and answered == 0:
            answered = 1
            job.stop()
        if request is not None and request.get("kill") and answered == 1:
            answered = 2
            job.stop(kill=True)
        clock.sleep(_POLL_S)


def _hold(lifeline: int, job: EmulatedJob) -> None:
    os.read(lifeline, 1)
    job.stop()


def _read_all(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read()


def _tidy(folder: RunFolder, store: RunStore) -> None:
    # The work copy has served; what failed is kept for whoever looks into it. The frozen code stays in
    # any case: `skylift shell` starts from it.
    record = store.load(folder.name)
    if record is not None and record.status == "Completed":
        for code in (folder.tree / "code", *folder.tree.glob("algo-*/code")):
            remove_tree(code)


def main() -> None:
    parser = argparse.ArgumentParser(prog="skylift-supervise")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lifeline", type=int)
    parser.add_argument("--handed", type=int)
    arguments = parser.parse_args()
    # Before anything else: whoever wrote it waits until we are there.
    handed = _read_all(arguments.handed) if arguments.handed is not None else b""
    try:
        supervise(RunFolder(arguments.folder), arguments.lifeline, handed)
    except SkyliftError as error:
        # The record says so already; whoever watches reads the same words, and no traceback.
        raise SystemExit("; ".join([str(error), *error.hints])) from None


if __name__ == "__main__":
    main()
