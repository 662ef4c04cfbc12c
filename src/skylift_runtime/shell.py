"""``skylift_runtime shell [COMMAND…]``: a shell, or a command, where the user's code would have been started."""

from __future__ import annotations

import json
import os
import shlex
from typing import List, Mapping, Sequence

from skylift_runtime.contract import Tree
from skylift_runtime.description import EntryPoint
from skylift_runtime.failure import Unusable
from skylift_runtime.prepare import prepare, with_secrets
from skylift_runtime.signals import Relay
from skylift_runtime.slate import new_slate
from skylift_runtime.voice import say

_SHELLS = ("/bin/bash", "/bin/sh")


def open_shell(command: Sequence[str], tree: Tree, environ: Mapping[str, str], relay: Relay) -> int:
    """Lay out what the job would see and become the command there, or a shell when there is none.

    :raises Unusable: when the job could not be started either, or there is no such program.
    """
    # What a job has left there is what somebody wants to look into.
    kept = os.path.isdir(tree.code) and bool(os.listdir(tree.code))
    found = prepare(tree, environ, relay, kept=kept)
    try:
        found = with_secrets(found, relay)
    except Unusable as problem:
        # Some come through stdin, which is the terminal here. What can be looked at without them is shown.
        say("without its secrets: %s" % problem)
    arguments = json.loads(found.environ.get("SM_USER_ARGS", "[]"))
    _become(
        command, found.work.root, found.environ, as_typed(found.job.entry_point, found.command, arguments)
    )
    return 0


def _become(
    command: Sequence[str], folder: str, environ: Mapping[str, str], would_run: Sequence[str]
) -> None:
    words = list(command) or _interactive(_shell(environ), environ)
    if not command:
        told = " ".join(shlex.quote(word) for word in would_run)
        say("the job's own environment; it would run: " + told)
    os.chdir(folder)
    try:
        os.execvpe(words[0], words, dict(environ))
    except OSError as error:
        raise Unusable("cannot start %s: %s" % (words[0], error.strerror)) from error


def as_typed(entry: EntryPoint, command: Sequence[str], arguments: Sequence[str]) -> List[str]:
    """A job's command as somebody would type it.

    >>> as_typed(EntryPoint("script", "a/train.py"), [], ["--epochs", "5"])
    ['python', 'a/train.py', '--epochs', '5']
    """
    if entry.kind == "script":
        return ["python", entry.target, *arguments]
    if entry.kind == "module":
        return ["python", "-m", entry.target, *arguments]
    return list(command)


def _interactive(shell: str, environ: Mapping[str, str]) -> List[str]:
    """A shell that a person likes, with the job's PATH: their own start-up files may put other Pythons first."""
    name, path = os.path.basename(shell), shlex.quote(environ["PATH"])
    if name == "fish":
        return [
            shell,
            "--init-command",
            "set -gx PATH " + " ".join(map(shlex.quote, environ["PATH"].split(":"))),
        ]
    if name == "zsh":
        return [shell, "-f", "-i"]
    start = new_slate(environ) if name == "bash" else None
    if start is None:
        return [shell, "-i"]
    os.write(start, ("[ ! -f ~/.bashrc ] || . ~/.bashrc\nexport PATH=%s\n" % path).encode())
    os.lseek(start, 0, os.SEEK_SET)
    os.set_inheritable(start, True)
    return [shell, "--rcfile", "/dev/fd/%d" % start, "-i"]


def _shell(environ: Mapping[str, str]) -> str:
    said = environ.get("SHELL", "")
    return next((path for path in (said, *_SHELLS) if path and os.access(path, os.X_OK)), "/bin/sh")
