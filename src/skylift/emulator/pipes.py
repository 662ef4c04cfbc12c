"""Pipe mode: the FIFOs that a job reads its channels from, and the threads that fill them.

A channel's first FIFO, ``<channel>_0``, is there before the job starts; the next one as soon as somebody has
opened it. A job reads one to its end, or gives up early, and opens the next: another epoch. One that has
been read is gone. Sources: developer guide, "How SageMaker runs your training image", Pipe mode.
"""

from __future__ import annotations

import errno
import os
import select
import stat
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from itertools import count
from pathlib import Path
from typing import Any

from skylift.emulator.channels import pipe_channels
from skylift.emulator.job_fault import JobFault
from skylift.emulator.objects import Found
from skylift.emulator.storage import Share, Storage
from skylift.emulator.streams import chunks, in_epoch

_LOOK_MS = 10
"""How often we look whether somebody has opened a FIFO: the kernel does not tell."""
Epochs = Callable[[int], Generator[bytes, None, None]]


class Pipes:
    """The FIFOs of one host of a job, for one attempt: ``prepare``, ``start``, ``finish``."""

    def __init__(self, storage: Storage, request: Mapping[str, Any], data: Path, share: Share) -> None:
        """``data``: the folder where the host's channels are."""
        self._storage, self._channels = storage, pipe_channels(request)
        self._data, self._share = data, share
        self._found: list[Sequence[Found[Any]]] = []
        self._running: list[Future[None]] = []
        self._ending = ExitStack()

    def prepare(self) -> None:
        """See what there is to read, before anything starts.

        :raises JobFault: when there is nothing.
        """
        self._found = [self._storage.objects(channel) for channel in self._channels]

    def start(self, failed: Callable[[], None]) -> None:
        """Make the first FIFOs, and begin to fill what somebody opens.

        ``failed`` is called, from a thread, when a channel can not be read on. Its FIFO stays open then: the
        job must not take the end of what we could read for the end of the data.
        """
        if not self._channels:
            return
        with ExitStack() as ending:
            folder = os.open(self._data, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            ending.callback(os.close, folder)
            ended = _Ended()
            ending.callback(ended.close)
            feeds = []
            for channel, found in zip(self._channels, self._found, strict=True):
                feed = _Feed(folder, channel["ChannelName"], self._epochs(channel, found), ended)
                ending.callback(feed.remove)
                feed.make(0)
                feeds.append(feed)
            pool = ThreadPoolExecutor(len(feeds), thread_name_prefix="pipe")
            ending.callback(pool.shutdown)
            ending.callback(ended.say)
            self._running = [pool.submit(feed.run, failed) for feed in feeds]
            self._ending = ending.pop_all()

    def finish(self) -> None:
        """To be called when nothing of the job reads any more: no thread and no FIFO is left behind.

        :raises JobFault: when a channel could not be read.
        """
        self._ending.close()
        try:
            for future in self._running:
                future.result()
        except OSError as error:
            raise JobFault(f"ClientError: Data download failed: {error}") from error

    def _epochs(self, channel: Mapping[str, Any], found: Sequence[Found[Any]]) -> Epochs:
        def epoch(number: int) -> Generator[bytes, None, None]:
            return chunks(channel, in_epoch(channel, found, self._share, number), self._storage)

        return epoch


class _Ended:
    """An event that can be waited for together with a descriptor."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()

    def say(self) -> None:
        os.close(self._writing)

    def close(self) -> None:
        os.close(self._reading)

    def wait(self, timeout_ms: int | None, writable: int | None = None) -> bool:
        """True once it has happened; False when the time is over, or the descriptor can be written to."""
        poll = select.poll()
        poll.register(self._reading, select.POLLIN)
        if writable is not None:
            poll.register(writable, select.POLLOUT)
        return any(descriptor == self._reading for descriptor, _ in poll.poll(timeout_ms))


class _Feed:
    """One channel. Names are taken below an open folder: the job may put another one in its place."""

    def __init__(self, folder: int, channel: str, epochs: Epochs, ended: _Ended) -> None:
        self._folder, self._channel = folder, channel
        self._epochs, self._ended = epochs, ended
        self._made: dict[str, tuple[int, int]] = {}

    def make(self, epoch: int) -> None:
        name = self._name(epoch)
        os.mkfifo(name, 0o644, dir_fd=self._folder)
        self._made[name] = _identity(os.stat(name, dir_fd=self._folder, follow_symlinks=False))

    def run(self, failed: Callable[[], None]) -> None:
        """Fill one FIFO after the other, until the job has ended or spoils them."""
        for epoch in count():
            descriptor = self._await_reader(self._name(epoch))
            if descriptor is None:
                return
            try:
                # Something of the job's own may be in the way: then there is no further epoch.
                with suppress(OSError):
                    self.make(epoch + 1)
                self._fill(descriptor, epoch, failed)
                # Before the reader sees the end: whoever then opens it again is told, and waits for nobody.
                self._remove(self._name(epoch))
            finally:
                os.close(descriptor)

    def remove(self) -> None:
        for name in tuple(self._made):
            self._remove(name)

    def _name(self, epoch: int) -> str:
        return f"{self._channel}_{epoch}"

    def _await_reader(self, name: str) -> int | None:
        """The end to write to, once somebody reads; None when nobody will."""
        while name in self._made and not self._ended.wait(_LOOK_MS):
            try:
                descriptor = os.open(name, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW, dir_fd=self._folder)
            except OSError as error:
                if error.errno == errno.ENXIO:
                    continue
                return None
            if self._is_ours(name, os.fstat(descriptor)):
                return descriptor
            os.close(descriptor)
            return None
        return None

    def _fill(self, descriptor: int, epoch: int, failed: Callable[[], None]) -> None:
        whole = False
        try:
            with closing(self._epochs(epoch)) as data:
                for chunk in data:
                    if self._ended.wait(0) or not self._pass_on(descriptor, chunk):
                        break
            whole = True
        finally:
            if not whole:
                failed()
                self._ended.wait(None)

    def _pass_on(self, descriptor: int, chunk: bytes) -> bool:
        """False when nobody reads any more."""
        rest = memoryview(chunk)
        while rest:
            if self._ended.wait(None, descriptor):
                return False
            try:
                rest = rest[os.write(descriptor, rest) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                return False
        return True

    def _remove(self, name: str) -> None:
        # The job may have removed it, and may have put something of its own there.
        with suppress(OSError):
            if self._is_ours(name, os.stat(name, dir_fd=self._folder, follow_symlinks=False)):
                os.unlink(name, dir_fd=self._folder)
        self._made.pop(name, None)

    def _is_ours(self, name: str, found: os.stat_result) -> bool:
        return stat.S_ISFIFO(found.st_mode) and self._made.get(name) == _identity(found)


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def remove_pipes(root: Path) -> None:
    """Remove the FIFOs that a job whose owner died has left: reading one would never end.

    :param root: of the job's tree, or the folder that holds those of its hosts.
    """
    real = root.resolve()
    for path in (*root.glob("input/data/*"), *root.glob("*/input/data/*")):
        # The job may have put a link to anywhere in the way.
        if path.parent.resolve().is_relative_to(real) and stat.S_ISFIFO(path.lstat().st_mode):
            path.unlink()
