"""Running other programs, and knowing whether a process is still the one we mean."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from skylift.errors import NotReady, SkyliftError
from skylift.host.redaction import redact_text


@dataclass(frozen=True)
class ProcessIdentity:
    """A process id alone may come back as somebody else; its start and the machine's boot do not."""

    pid: int
    started: str
    boot: str
    place: str = ""
    """Host and PID namespace; elsewhere the number means somebody else."""

    def alive(self) -> bool:
        """Whether it runs. What lives on another machine or in another container is taken to."""
        return self.elsewhere or self == identify(self.pid)

    @property
    def elsewhere(self) -> bool:
        """On another machine or in another container, as far as can be told."""
        return bool(self.place) and self.place != _place()


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _place() -> str:
    try:
        namespace = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - not a path, but "pid:[4026531836]"
    except OSError:
        namespace = ""
    return f"{socket.gethostname()} {namespace}"


def identify(pid: int) -> ProcessIdentity | None:
    """Who has this id now; None when nobody does. A zombie is nobody."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return None
        # proc(5): after the command come state (field 3) and, at field 22, the start in clock ticks.
        return None if fields[0] == "Z" else ProcessIdentity(pid, fields[19], _boot_id(), _place())
    done = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return ProcessIdentity(pid, done.stdout.strip(), "", _place()) if done.returncode == 0 else None


def is_suspended(pid: int) -> bool:
    """Whether a process was told to stand still (SIGSTOP, or Ctrl-Z), and nobody has told it to go on."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        done = subprocess.run(
            ["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        state = done.stdout.strip()
    return state[:1] in ("T", "t")


class CommandFailed(SkyliftError):
    """A program we started ended with an error. ``.stderr`` and ``.stdout`` are what it said, redacted."""

    def __init__(self, command: Sequence[str], returncode: int, stderr: str, stdout: str = "") -> None:
        self.returncode = returncode
        self.stderr = redact_text(stderr.strip())
        self.stdout = redact_text(stdout.strip())
        said = self.stderr[-2000:] or "it said nothing"
        super().__init__(
            f"`{redact_text(' '.join(command[:4]))}` ended with {returncode}: {said}", returncode=returncode
        )


def run(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    hint: str = "",
) -> str:
    """Run a program to its end and return its stdout.

    :raises NotReady: when there is no such program; ``hint`` says where to get it.
    :raises CommandFailed: when it ends with anything but 0.
    """
    try:
        done = subprocess.run(
            list(command),
            cwd=cwd,
            env=dict(env) if env is not None else None,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        if cwd is not None and not cwd.exists():
            raise NotReady(f"no such folder: {cwd}") from error
        raise NotReady(f"`{command[0]}` is not installed", hints=(hint,) if hint else ()) from error
    if done.returncode != 0:
        said, printed = done.stderr.decode(errors="replace"), done.stdout.decode(errors="replace")
        raise CommandFailed(command, done.returncode, said, printed)
    return done.stdout.decode(errors="replace")


def spawn_detached(
    command: Sequence[str], *, log: Path, env: Mapping[str, str], pass_fds: Sequence[int] = ()
) -> int:
    """Start a program that outlives us, in a session of its own; its talk goes to ``log``. The pid."""
    with log.open("ab") as stream:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            env=dict(env),
            start_new_session=True,
            close_fds=True,
            pass_fds=tuple(pass_fds),
        )
    # Nobody waits for it on purpose; without this the interpreter warns about a child left running.
    process.returncode = 0
    return process.pid


def this_process() -> ProcessIdentity:
    found = identify(os.getpid())
    assert found is not None
    return found


def own_interpreter() -> str:
    return sys.executable
