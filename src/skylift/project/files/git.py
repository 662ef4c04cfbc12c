"""Asking git, without ever taking a failure of git's for an empty answer.

A tree that was unpacked, and not cloned, can bring a ``.git/config`` of its own, in which it names programs. Looking
at a project starts none of them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
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


_QUIET = (
    "git",
    # Our questions must not wait for a lock that another git holds, and must leave none behind.
    "--no-optional-locks",
    # Empty and not `false`, which was a program's name before git 2.36.
    *("-c", "core.fsmonitor="),
    *("-c", f"core.hooksPath={os.devnull}"),
)
_NO_TRANSPORT = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
"""What a partial clone lacks would be fetched, by a program that its config names."""
_THE_TREES = frozenset({"local", "worktree"})


def git(folder: Path, *arguments: str, settings: Sequence[str] = ()) -> str:
    """What git prints.

    :param settings: of this call, before all that is configured.
    :raises NotReady: when it is not installed, or refuses.
    """
    try:
        return _run(folder, [*(word for one in settings for word in ("-c", one)), *arguments])
    except CommandFailed as error:
        raise NotReady(f"git can not be asked about {folder}: {error.stderr}") from error


def git_or_nothing(folder: Path, *arguments: str, stdin: bytes | None = None) -> str:
    """The same for a question that git answers with an error where the answer is no."""
    try:
        return _run(folder, arguments, stdin).strip("\n")
    except CommandFailed:
        return ""


def _run(folder: Path, arguments: Sequence[str], stdin: bytes | None = None) -> str:
    environment = {**os.environ, **_NO_TRANSPORT}
    hint = "install git, or remove .git"
    return run([*_QUIET, *arguments], cwd=folder, stdin=stdin, env=environment, hint=hint)


def quiet(*arguments: str) -> tuple[list[str], dict[str, str]]:
    """A question for git as a command, and the variables that it wants: for answers that are bytes."""
    return [*_QUIET, *arguments], dict(_NO_TRANSPORT)


def without_filters(folder: Path) -> tuple[str, ...]:
    """Settings that switch off the filters which the tree itself defines; the user's own are the user's.

    :raises NotReady: for a filter that can not be switched off.
    """
    filters = sorted({key.rpartition(".")[0] for key in _filter_keys(folder)})
    odd = next((name for name in filters if "=" in name), None)
    if odd is not None:
        raise NotReady(f"the git config of {folder} has a filter with a name like no other: {odd}")
    return tuple(
        f"{name}.{key}" for name in filters for key in ("clean=", "smudge=", "process=", "required=false")
    )


def _filter_keys(folder: Path) -> list[str]:
    asked = ("config", "-z", "--name-only", "--get-regexp", r"^filter\.")
    scoped = names(git_or_nothing(folder, asked[0], "--show-scope", *asked[1:]))
    if scoped:
        return [key for scope, key in zip(scoped[::2], scoped[1::2], strict=False) if scope in _THE_TREES]
    # Before git 2.26 nobody tells whose they are.
    return names(git_or_nothing(folder, *asked))


def names(output: str) -> list[str]:
    """The names in the output of a command with ``-z``."""
    return [name for name in output.split("\0") if name]
