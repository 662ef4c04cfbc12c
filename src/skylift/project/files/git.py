"""Asking git, without ever taking a failure of git's for an empty answer."""

from __future__ import annotations

from pathlib import Path

from skylift.errors import NotReady
from skylift.host.processes import CommandFailed, run


def is_repository(folder: Path) -> bool:
    """Whether a folder lies in a working tree; looked up without git, which may not be installed."""
    return working_tree(folder) is not None


def working_tree(folder: Path) -> Path | None:
    """The innermost working tree that a folder lies in."""
    here = folder.resolve()
    return next((above for above in (here, *here.parents) if (above / ".git").exists()), None)


def git(folder: Path, *arguments: str) -> str:
    """What git prints.

    :raises NotReady: when it is not installed, or refuses.
    """
    try:
        # Our questions must not wait for a lock that another git holds, and must leave none behind.
        return run(["git", "--no-optional-locks", *arguments], cwd=folder, hint="install git, or remove .git")
    except CommandFailed as error:
        raise NotReady(f"git can not be asked about {folder}: {error.stderr}") from error


def git_or_nothing(folder: Path, *arguments: str, stdin: bytes | None = None) -> str:
    """The same for a question that git answers with an error where the answer is no."""
    try:
        return run(["git", "--no-optional-locks", *arguments], cwd=folder, stdin=stdin).strip("\n")
    except CommandFailed:
        return ""


def names(output: str) -> list[str]:
    """The names in the output of a command with ``-z``."""
    return [name for name in output.split("\0") if name]
