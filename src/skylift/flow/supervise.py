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
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from skylift.emulator.job import EmulatedJob
from skylift.emulator.output import LINE_LIMIT
from skylift.emulator.place import JobPlace
from skylift.errors import NotReady, SkyliftError
from skylift.flow.emulation import executor_for, options_for, storage_for, table
from skylift.host.clock import SystemClock
from skylift.host.files import FULL, file_lock, read_json, remove_tree, write_json
from skylift.host.line_times import TimesWriter
from skylift.host.processes import this_process
from skylift.runs.metrics import MetricReader
from skylift.runs.recorder import Recorder
from skylift.runs.store import RunStore
from skylift.values.figures import Sieve
from skylift.values.jobs import Described, hosts_of
from skylift.values.printed import Printed
from skylift.values.run_folder import RunFolder

_POLL_S = 0.1
_BEAT_S = 1.0


class _Observer:
    """Writes down what the emulator tells; its threads take turns."""

    def __init__(self, folder: RunFolder, recorder: Recorder, *, several: bool) -> None:
        self._several = several
        self._log = folder.log.open("ab", buffering=0)
        self._times = TimesWriter(folder.log_times)
        self._folder, self._recorder = folder, recorder
        self._turn = threading.Lock()
        self._writing = threading.Lock()
        self._noting = threading.Lock()
        self._rests: dict[str, bytes] = {}
        """Of the hosts whose line is unfinished, in the order in which they said so."""
        self._sieves: dict[str, Sieve] = defaultdict(Sieve)
        self._cut: dict[str, bytes] = {}
        """Of several hosts: the beginning of a line that figures came into."""
        self.give_up: Callable[[], None] = lambda: None
        """Called when what the job says can not be kept any more: nobody would know what it does."""

    def changed(self, description: Mapping[str, Any]) -> None:
        described = Described(description)
        held = self._held() if described.terminal else b""
        # A few bytes: where there is no room for them, that is no reason to lose the end.
        with suppress(OSError):
            self._log.write(held)
        with self._turn:
            try:
                self._recorder.take(described)
            except OSError as error:
                if error.errno not in FULL:
                    raise
                # Only the end must be written, and for that there is room.
                if described.terminal:
                    self._folder.reserve.unlink(missing_ok=True)
                    self._recorder.take(described)

    def printed(self, printed: Printed) -> None:
        data, figures = self._sieves[printed.host].feed(printed.data)
        for one in figures:
            with self._turn:
                self._recorder.measured(printed.host, printed.at, one)
        if not data:
            return
        printed = printed if data is printed.data else replace(printed, data=data)
        if self._several:
            data = self._named(printed.host, data)
        if data:
            self._write(data, printed.at)
        with self._turn, self._kept(self._folder.metrics):
            self._recorder.printed(printed)

    def _named(self, host: str, data: bytes) -> bytes:
        """Lines with their host in front; what figures have cut waits for its rest, unless it is too long for that."""
        data = self._cut.pop(host, b"") + data
        end = len(data) if len(data) >= LINE_LIMIT else data.rfind(b"\n") + 1
        if end < len(data):
            self._cut[host] = data[end:]
        # One that has no end gets one, or the next host's would stand behind it.
        lines = data[:end].removesuffix(b"\n").split(b"\n") if end else []
        return b"".join(f"[{host}] ".encode() + line + b"\n" for line in lines)

    def _held(self) -> bytes:
        """What has waited for more, and turned out to be the end."""
        sieved = {host: sieve.rest() for host, sieve in self._sieves.items()}
        if not self._several:
            return b"".join(sieved.values())
        return b"".join(
            self._named(host, rest + b"\n") for host, rest in sieved.items() if rest or host in self._cut
        )

    def unfinished(self, host: str, data: bytes) -> None:
        # Nobody misses it much: neither a full disk nor anything else about it may harm the job.
        with self._noting, suppress(OSError):
            self._rests.pop(host, None)
            self._rests |= {host: data} if data else {}
            if not self._rests:
                self._folder.unfinished.unlink(missing_ok=True)
                return
            latest, rest = list(self._rests.items())[-1]
            name = f"[{latest}] ".encode() if self._several else b""
            part = self._folder.unfinished.with_suffix(".part")
            part.write_bytes(name + rest)
            part.replace(self._folder.unfinished)

    def _write(self, data: bytes, at: datetime) -> None:
        with self._writing, self._kept(self._folder.log):
            self._times.note(self._log.seek(0, os.SEEK_END), at)
            self._log.write(data)

    @contextmanager
    def _kept(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.give_up()
            raise NotReady(f"{path} can not be written: {error.strerror}", hints=("make room",)) from error


def supervise(folder: RunFolder, lifeline: int | None, handed: bytes = b"") -> None:
    """Run the job that the folder's intent describes, to its end."""
    store = RunStore(folder.path.parents[2])
    _own(folder, store)
    intent = read_json(folder.intent) or {}
    reader = MetricReader(table(intent, "metrics"))
    tell = partial(_explain, folder, intent)
    recorder = Recorder(store, folder.name, table(intent, "ours"), reader, SystemClock(), tell)
    observer = _Observer(folder, recorder, several=len(hosts_of(table(intent, "request"))) > 1)
    job = EmulatedJob(
        table(intent, "request"),
        place=JobPlace(folder.tree),
        executor=executor_for(folder, intent, dict(os.environ), handed),
        storage=storage_for(folder, intent),
        observer=observer,
        clock=SystemClock(),
        options=options_for(intent),
    )
    observer.give_up = job.stop
    signal.signal(signal.SIGTERM, lambda *_: job.stop())
    threading.Thread(target=_listen, args=(folder, job, lifeline), daemon=True).start()
    try:
        job.run()
    finally:
        folder.reserve.unlink(missing_ok=True)
        for rest in folder.path.glob(f"{folder.unfinished.name}*"):
            rest.unlink(missing_ok=True)
    # Our stderr is supervisor.log, which whoever watches the run reads at its end.
    sys.stderr.writelines(f"{warning}\n" for warning in job.warnings)
    _tidy(folder, store)


def _explain(folder: RunFolder, intent: Mapping[str, Any], reason: str) -> str:
    # Every job waits for what is imported at the start, and most end well.
    from skylift.flow.explaining import explain

    return explain(folder, intent, reason)


def _own(folder: RunFolder, store: RunStore) -> None:
    """
    :raises NotReady: when the run was given its end already, before we came up: whoever started us was killed.
    """
    with file_lock(folder.settle_lock):
        record = store.load(folder.name)
        if record is not None and record.terminal:
            raise NotReady(f"run {folder.name} was given up before it began")
        write_json(folder.supervisor, asdict(this_process()))


def _listen(folder: RunFolder, job: EmulatedJob, lifeline: int | None) -> None:
    if lifeline is not None:
        threading.Thread(target=_hold, args=(lifeline, job), daemon=True).start()
    clock, answered, beat_s = SystemClock(), 0, 0.0
    while True:
        if clock.monotonic() - beat_s >= _BEAT_S:
            beat_s = clock.monotonic()
            # When we were last there, for the record of a run that we did not live to end.
            with suppress(OSError):
                os.utime(folder.supervisor)
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
    except OSError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
