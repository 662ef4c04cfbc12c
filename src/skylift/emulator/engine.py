"""The docker command line: how it is called, and what its answers mean."""

from __future__ import annotations

import csv
import io
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from skylift.emulator.terminal import wait_at_terminal
from skylift.errors import NotReady, RemoteError
from skylift.host.redaction import redact_text

_HINTS = (
    "install Docker and start it, or let DOCKER_HOST point to one that runs",
    "`--on local` needs no Docker",
)


RUN_LABEL = "org.skylift.run"
"""On everything that an engine has of a run: containers, volumes, a network."""
_GONE_S = 30.0
_LOOK_S = 0.1


class EngineRefused(RemoteError):
    """The engine answered no. ``said`` is its reason, redacted."""

    def __init__(self, verb: str, said: str) -> None:
        self.said = redact_text(said.strip()) or "it said nothing"
        super().__init__(f"`docker {verb}` failed: {self.said}")


class Engine:
    def __init__(self, docker: str, environment: Mapping[str, str]) -> None:
        self.docker = docker
        self.environment = dict(environment)

    def command(self, *arguments: str) -> tuple[str, ...]:
        return (self.docker, *arguments)

    def check(self) -> None:
        """Ask whether there is an engine.

        :raises NotReady: when there is no client, or no engine answers it.
        """
        try:
            self.run("version", "--format", "{{.Server.Version}}")
        except EngineRefused as error:
            raise NotReady(f"no Docker Engine answers: {error.said}", hints=_HINTS) from error

    def has_image(self, image: str) -> bool:
        try:
            self.run("image", "inspect", "--format", "{{.Id}}", image)
        except EngineRefused:
            return False
        return True

    def remove(self, container: str) -> None:
        """Remove a container, running or not; nothing where there is none.

        Somebody else may be at it, such as what was tied to a process that died: then we wait for them.
        """
        try:
            self.run("rm", "-fv", container)
        except EngineRefused as error:
            if "already in progress" not in error.said:
                raise
            until = time.monotonic() + _GONE_S
            while self.has(container) and time.monotonic() < until:
                time.sleep(_LOOK_S)

    def has(self, container: str) -> bool:
        try:
            self.run("inspect", "--type", "container", "--format", "{{.Id}}", container)
        except EngineRefused:
            return False
        return True

    def remove_run(self, run: str) -> None:
        """Remove everything that bears a run's label."""
        label = ("--filter", f"label={RUN_LABEL}={run}")
        for container in self.run("ps", "-aq", *label).split():
            self.remove(container)
        for volume in self.run("volume", "ls", "-q", *label).split():
            self.run("volume", "rm", "--force", volume)
        for network in self.run("network", "ls", "-q", *label).split():
            self.run("network", "rm", network)

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        """Call the client to its end and return its stdout.

        :raises EngineRefused: when it ends with anything but 0.
        """
        process = self.open(*arguments, environment=environment)
        out, err = process.communicate()
        if process.returncode != 0:
            raise EngineRefused(arguments[0], err.decode(errors="replace"))
        return out.decode(errors="replace")

    def at_terminal(self, *arguments: str) -> int:
        """Call the client with our own terminal, and wait; its exit code.

        :raises NotReady: when there is no client.
        """
        try:
            process = subprocess.Popen(self.command(*arguments), env=self.environment)
        except FileNotFoundError as error:
            raise NotReady(f"`{self.docker}` is not installed", hints=_HINTS) from error
        return wait_at_terminal(process)

    def open(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        stdin: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """Call the client and go on."""
        try:
            return subprocess.Popen(
                self.command(*arguments),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**self.environment, **(environment or {})},
                # Ctrl-C in a terminal is for us to translate, not for the client to pass on.
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise NotReady(f"`{self.docker}` is not installed", hints=_HINTS) from error


def mount_option(source: Path, target: str, *, writable: bool) -> str:
    """A ``--mount`` of a folder or file: unlike ``-v``, it takes any path."""
    fields = ["type=bind", f"source={source}", f"target={target}", *([] if writable else ["readonly"])]
    written = io.StringIO()
    # The option is one line of CSV: commas, quotes and newlines in paths are quoted as there.
    csv.writer(written, lineterminator="").writerow(fields)
    return written.getvalue()
