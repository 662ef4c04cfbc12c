"""``skylift_runtime shell [COMMAND…]``: a shell, or a command, where the user's code would have been started."""

from __future__ import annotations

import os
import shlex
import sys
from typing import List, Mapping, Sequence

from skylift_runtime.description import EntryPoint
from skylift_runtime.failure import Unusable

_SHELLS = ("/bin/bash", "/bin/sh")


def become(command: Sequence[str], folder: str, environ: Mapping[str, str], would_run: Sequence[str]) -> None:
    """Turn this process into the command, or an interactive shell when there is none.

    :param would_run: what the job itself would run here; told to whoever opens a shell.
    :raises Unusable: when there is no such program.
    """
    words = list(command) or [_shell(environ), "-i"]
    if not command:
        told = " ".join(shlex.quote(word) for word in would_run)
        print("skylift: the job's own environment; it would run: " + told, file=sys.stderr, flush=True)
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


def _shell(environ: Mapping[str, str]) -> str:
    said = environ.get("SHELL", "")
    return next((path for path in (said, *_SHELLS) if path and os.access(path, os.X_OK)), "/bin/sh")
