"""The tree of errors, by who must act. A room may have narrower ones of its own below these.

::

    SkyliftError                     exit code
    ├── UsageError                   2   the command line is wrong
    ├── ConfigError                  2   the config is wrong; every problem at once in .issues
    ├── NotReady                     3   this machine or folder lacks something
    │   ├── LockStale                3   the lock no longer matches what the project asks for
    │   └── StillRunning             3   a run has not ended within the time that somebody wanted to wait
    ├── JobFailed                    4   the user's code failed; .reason says why
    ├── RemoteError                  5   a service did not do what it was asked
    │   ├── RegistryError            5   .method .url .status .diagnostics .temporary
    │   │   └── DigestMismatch       5   the bytes are not the ones that were named
    │   ├── DownloadError            5   a package could not be fetched
    │   └── AwsError                 5   .service .operation .code .temporary
    ├── GateClosed                   6   what was asked of a run is not so
    └── JobStopped                   7   somebody or some limit stopped the job

Messages are lower case without a full stop. Facts are fields, hints are data: the CLI renders both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from skylift_runtime.redaction import redact_text


class SkyliftError(Exception):
    """The root. ``facts`` are for ``--json``, ``hints`` say what to do next."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hints: tuple[str, ...] = (), **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.hints = hints
        self.facts = facts
        # What Python 3.11 and later show below a traceback: who calls us from a notebook is to have them, too.
        self.__notes__ = [redact_text(f"hint: {hint}") for hint in hints]

    def __str__(self) -> str:
        return self.message


class UsageError(SkyliftError):
    exit_code = 2


@dataclass(frozen=True, order=True)
class Issue:
    """One problem of a config: where it stands, what is wrong, what to do."""

    where: str
    """File and key, flag, or variable: ``pyproject.toml [tool.skylift.image] base``."""
    what: str
    hint: str = ""

    def __post_init__(self) -> None:
        # Nearly every issue quotes the value that is wrong, and is shown in more than one way.
        for name in ("where", "what", "hint"):
            object.__setattr__(self, name, redact_text(getattr(self, name)))


class ConfigError(SkyliftError):
    """Everything that is wrong with the config, found in one pass and sorted."""

    exit_code = 2

    def __init__(self, issues: list[Issue] | tuple[Issue, ...]) -> None:
        self.issues = tuple(sorted(issues))
        lines = [f"{issue.where}: {issue.what}" for issue in self.issues]
        hints = tuple(dict.fromkeys(issue.hint for issue in self.issues if issue.hint))
        problems = [{"where": i.where, "what": i.what, "hint": i.hint} for i in self.issues]
        super().__init__("\n".join(lines), hints=hints, issues=problems)


class NotReady(SkyliftError):
    exit_code = 3


class LockStale(NotReady):
    """The lock was made from other requirements than the project has now."""


class StillRunning(NotReady, TimeoutError):
    """The run has not ended within the time that somebody wanted to wait; it goes on."""

    def __init__(self, run: str, seconds: float) -> None:
        self.run, self.seconds = run, seconds
        super().__init__(f"run {run} has not ended after {seconds:g} s; it goes on", run=run, seconds=seconds)


class JobFailed(SkyliftError):
    """The job ended as Failed."""

    exit_code = 4

    def __init__(self, run: str, *, reason: str, hints: tuple[str, ...] = ()) -> None:
        self.run = run
        self.reason = reason
        super().__init__(f"run {run} failed: {reason}", hints=hints, run=run, reason=reason)


class RemoteError(SkyliftError):
    """A service answered with an error, or not at all. ``temporary`` asks for a retry."""

    exit_code = 5

    def __init__(
        self, message: str, *, temporary: bool = False, hints: tuple[str, ...] = (), **facts: object
    ) -> None:
        self.temporary = temporary
        super().__init__(message, hints=hints, temporary=temporary, **facts)


class RegistryError(RemoteError):
    """A registry refused a request. ``diagnostics`` are the codes of the distribution spec."""

    def __init__(
        self,
        message: str,
        *,
        method: str = "",
        url: str = "",
        status: int = 0,
        diagnostics: tuple[str, ...] = (),
        temporary: bool = False,
        hints: tuple[str, ...] = (),
    ) -> None:
        self.method, self.url, self.status, self.diagnostics = method, url, status, diagnostics
        super().__init__(
            message,
            temporary=temporary,
            hints=hints,
            method=method,
            url=url,
            status=status,
            codes=diagnostics,
        )


class DigestMismatch(RegistryError):
    """Bytes came whose SHA-256 is not the digest they were asked for by."""


class DownloadError(RemoteError):
    """A wheel or an index could not be fetched, or has another hash than the lock says."""


class AwsError(RemoteError):
    def __init__(
        self,
        message: str,
        *,
        service: str,
        operation: str,
        code: str = "",
        temporary: bool = False,
        hints: tuple[str, ...] = (),
    ) -> None:
        self.service, self.operation, self.code = service, operation, code
        super().__init__(
            message, temporary=temporary, hints=hints, service=service, operation=operation, code=code
        )


class GateClosed(SkyliftError):
    """A run is not as good as was asked for."""

    exit_code = 6


class JobStopped(SkyliftError):
    """The job ended as Stopped, by request or by a limit."""

    exit_code = 7

    def __init__(self, run: str, *, status: str) -> None:
        self.run, self.status = run, status
        why = {"MaxRuntimeExceeded": "it ran longer than its target's max-run"}.get(status, "on request")
        super().__init__(f"run {run} was stopped: {why}", run=run, status=status)
