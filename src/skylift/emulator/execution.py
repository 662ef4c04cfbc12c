"""The port to whatever runs the container's command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from skylift.emulator.place import JobPlace
from skylift.emulator.start import Start
from skylift.emulator.storage import Mount


@dataclass(frozen=True)
class Container:
    """What the service would hand to Docker on one host: nothing else reaches the job there."""

    name: str
    image: str
    """As the request has it; empty where a job runs without one."""
    start: Start
    environment: Mapping[str, str]
    place: JobPlace
    """The tree of this host."""
    mounts: tuple[Mount, ...] = ()
    host: str = "algo-1"
    peers: tuple[str, ...] = ("algo-1",)
    """All hosts of the job, this one among them, by rank."""
    disk_bytes: int | None = None
    """How much the tree can hold, where that is limited."""
    own_scratch: Path | None = None
    """Instead of the place's: no two containers may share one."""
    isolated: bool = False
    """EnableNetworkIsolation: no way out."""

    @property
    def scratch(self) -> Path:
        return self.own_scratch or self.place.scratch

    @property
    def label(self) -> str:
        """What tells it from every other container of this machine."""
        return self.name if len(self.peers) == 1 else f"{self.name}-{self.host}"


class Running(Protocol):
    """One started container."""

    @property
    def outputs(self) -> Sequence[IO[bytes]]:
        """stdout and stderr: one stream where they share a pipe, else two. With descriptors to poll."""

    @property
    def owned(self) -> Mapping[str, object]:
        """What ``orphans.end`` needs to know, as JSON."""

    def terminate(self) -> None:
        """SIGTERM to the container's first process."""

    def kill(self) -> None:
        """SIGKILL to all of it."""

    def wait(self, timeout_s: float) -> int | None:
        """The exit code, 128 and the signal's number where one ended it; None while it runs.

        :raises JobFault: when it could not be started as the request wants it.
        """

    def close(self) -> tuple[str, ...]:
        """End whatever is left and take back what was lent; warnings."""


class Executor(Protocol):
    @property
    def interface(self) -> str:
        """The network interface on which a job's hosts reach each other."""

    def prepare(self, container: Container, stopping: Callable[[], bool]) -> None:
        """Bring the image here. Returns early when ``stopping()`` turns true.

        :raises JobFault: when there is no such image.
        """

    def start(self, container: Container) -> Running: ...

    def interact(self, container: Container) -> int:
        """Run it on our own terminal, to its end; the exit code.

        :raises JobFault: when it could not be started.
        """
