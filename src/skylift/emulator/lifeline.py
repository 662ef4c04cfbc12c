"""Nothing of a job outlives the process that owns the job, not even when that one is killed.

A shell reads from a pipe whose other end only we hold. However we end, the kernel closes our end,
the shell reads end-of-file and ends what we started. (PR_SET_PDEATHSIG would need code between fork
and exec, which is not safe with threads, and exists on Linux only.)
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

# Not `exec`: kill is a program of its own only where procps is installed.
_SCRIPT = 'read -r _; "$@"'


class Lifeline:
    """Runs ``command`` if this process ends before ``cut`` is called."""

    def __init__(self, shell: subprocess.Popen[bytes], end: int) -> None:
        self._shell = shell
        self._end: int | None = end

    @classmethod
    def tie(
        cls, command: Sequence[str], environment: Mapping[str, str], hold: Sequence[int] = ()
    ) -> Lifeline:
        """``hold``: descriptors that it keeps open, so that what they are goes on."""
        reading, writing = os.pipe()
        try:
            shell = subprocess.Popen(
                ["/bin/sh", "-c", _SCRIPT, "lifeline", *command],
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=dict(environment),
                pass_fds=tuple(hold),
                cwd="/",
                # What ends our group, such as Ctrl-C in a terminal, must not end the shell before us.
                start_new_session=True,
            )
        finally:
            os.close(reading)
        return cls(shell, writing)

    def cut(self) -> None:
        """Call it off: what it would have ended has ended."""
        if self._end is None:
            return
        self._shell.kill()
        self._shell.wait()
        os.close(self._end)
        self._end = None
