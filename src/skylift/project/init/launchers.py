"""Programs that start a program in several processes, and what of their options is the job's, not one machine's."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from skylift.project.init.evidence.commands import Started, has_placeholder

_WORDS = {
    "torchrun": ("torchrun", "--standalone", "--nproc-per-node={gpus}"),
    "accelerate": ("accelerate", "launch", "--num_processes={gpus}"),
    "deepspeed": ("deepspeed", "--num_gpus={gpus}"),
    "mpirun": ("mpirun", "-np", "{gpus}"),
    "mpiexec": ("mpiexec", "-n", "{gpus}"),
    "horovodrun": ("horovodrun", "-np", "{gpus}"),
    "lightning": ("lightning", "run", "model", "--devices={gpus}"),
}
_STARTS_PYTHON = frozenset({"mpirun", "mpiexec", "horovodrun"})
"""Whoever starts any program has to be told that it is Python's."""
_COUNTS = frozenset({"nproc-per-node", "num-processes", "num-gpus", "np", "n", "devices"})
_OF_A_MACHINE = re.compile(
    r"standalone|nnodes|node-rank|master-(addr|port)|rdzv-.*|local-addr|use-env|no-python|multi-gpu|tpu|gpu-ids"
    r"|num-(machines|nodes)|machine-rank|main-process-(ip|port)|same-network|include|exclude|hostfile|machinefile"
    r"|force-multi|H|hosts?|f|c|N|ppn|npernode|p|ssh-port|i|ssh-identity-file|accelerator"
)


@dataclass(frozen=True)
class Launched:
    """A launcher with its options, as a job has it."""

    name: str
    options: tuple[str, ...] = ()
    count: str = ""
    """How many processes somebody has written down; a job has one for each GPU."""
    left: tuple[str, ...] = ()
    """What of the options was not taken over, and matters."""

    def words(self, entry_point: str) -> tuple[str, ...]:
        """The command that starts a script, or ``-m module``."""
        module = entry_point.startswith("-m ")
        flag = "--module" if self.name == "deepspeed" else "-m"
        target = (flag, entry_point[3:]) if module else (entry_point,)
        python = ("python",) if self.name in _STARTS_PYTHON else ()
        return (*_WORDS[self.name], *self.options, *python, *target)


def launched(root: Path, name: str, started: Started | None = None) -> Launched:
    """A launcher as somebody has written it down, without what is only true of that machine."""
    options: list[str] = []
    left: list[str] = []
    count = ""
    for group in _groups(started.options if started is not None else ()):
        flag, equals, text = group[0].partition("=")
        plain, values = flag.lstrip("-").replace("_", "-"), (text,) if equals else group[1:]
        if plain in _COUNTS:
            count = values[0] if values and values[0].isdigit() else count
        elif _OF_A_MACHINE.fullmatch(plain):
            continue
        elif any(has_placeholder(word) for word in group) or _is_lost(root, plain, values):
            left.append(" ".join(group))
        else:
            # Braces are places in a command of the config.
            options += [word.replace("{", "{{").replace("}", "}}") for word in group]
    return Launched(name, tuple(options), count, tuple(left))


def _groups(options: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Each flag with its values."""
    group: list[str] = []
    for word in options:
        if word.startswith("-") and group:
            yield tuple(group)
            group = []
        group.append(word)
    if group and group[0].startswith("-"):
        yield tuple(group)


def _is_lost(root: Path, flag: str, values: Sequence[str]) -> bool:
    """Whether it names a file that the project does not have there."""
    if not flag.endswith(("file", "config")) or not values:
        return False
    inside = not values[0].startswith("/") and not posixpath.normpath(values[0]).startswith("..")
    return not (inside and (root / values[0]).is_file())
