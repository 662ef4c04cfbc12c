"""How a program is written into the config: a script, a module, a function, or a command with a launcher."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from skylift.project.init.candidates import Candidate
from skylift.project.init.evidence.clues import Clue
from skylift.project.init.evidence.ranks import demands_rank
from skylift.project.init.launchers import Launched, launched
from skylift.project.init.variables import as_words, demanded
from skylift.project.parameters.schema import read_parameters
from skylift.project.parameters.signature import SIGNATURE
from skylift.project.source.entry import entry_file
from skylift.project.source.modules import module_parts
from skylift.project.source.program import Program

_SPECIAL = re.compile(r"dist|multi|slurm|ddp|fsdp|cluster|horovod|node", re.IGNORECASE)


@dataclass(frozen=True)
class Start:
    """What stands in the config."""

    entry_point: str
    """As it would be spelled; for a command it names the program, so that its source is found."""
    command: tuple[str, ...] = ()
    why: str = ""
    left: tuple[str, ...] = ()

    @property
    def config(self) -> dict[str, object]:
        return {"command": list(self.command)} if self.command else {"entry-point": self.entry_point}

    @property
    def shown(self) -> str:
        return _joined(self.command) if self.command else self.entry_point


def _joined(words: Iterable[str]) -> str:
    """As it would be typed; ``{gpus}`` needs no quotes there."""
    return " ".join(word if "{" in word and " " not in word else shlex.quote(word) for word in words)


def start_of(root: Path, found: Candidate, clue: Clue | None = None) -> Start:
    """How a program is started.

    :param clue: the one that this job comes from; all of the program's own where there is none.
    """
    clues = [clue] if clue is not None else list(found.clues)
    plain = _plain(root, found, clues)
    start = _launched(root, found, plain, clues) or _by_place(found, plain, clues) or plain
    return _with_variables(root, found, start, clues)


def _plain(root: Path, found: Candidate, clues: Iterable[Clue]) -> Start:
    path, deeds = found.path, found.deeds
    if not path.endswith(".py") or deeds is None:
        return Start(path)
    module = next((f"-m {clue.module}" for clue in clues if clue.module), "")
    if module and entry_file(root, module) == root / path:
        return Start(module, why="it is started as a module there")
    dotted = ".".join(module_parts(root, root / path))
    if path.endswith("/__main__.py"):
        return Start(f"-m {dotted.removesuffix('.__main__')}")
    called = next((clue for clue in found.clues if clue.function), None)
    if called is not None and not deeds.guarded:
        return _called(root, called, path, parses=bool(deeds.parser or deeds.reads_argv))
    if deeds.relative and "." in dotted:
        return Start(f"-m {dotted}", why="it imports from its own package with a dot")
    return Start(path)


def _called(root: Path, clue: Clue, path: str, *, parses: bool) -> Start:
    """A console script without `if __name__ == "__main__"`: only the function starts it."""
    function, why = clue.function, "nothing but its console script starts it" if clue.job else ""
    if not parses or read_parameters(root, function).source not in ("", SIGNATURE):
        return Start(function, why=why)
    module, _, name = function.partition(":")
    first = name.partition(".")[0]
    # The arguments have to reach sys.argv, as those of the console script do.
    code = f"import sys; from {module} import {first}; sys.exit({name}())"
    return Start(path, ("python", "-c", code), why)


def _launched(root: Path, found: Candidate, plain: Start, clues: list[Clue]) -> Start | None:
    """With a launcher where it is never started without one, or can not be."""
    said = [clue for clue in clues if clue.started is not None]
    # `distributed_train.sh` is the other way to start it, by its very name.
    ways = [clue.started.launcher for clue in said if clue.started and not _SPECIAL.search(clue.why)]
    written = next((clue for clue in said if clue.started and clue.started.launcher), None)
    where = _demanded(root, found)
    if written is None and not where:
        able = found.deeds is not None and found.deeds.reads_rank
        hint = _hint(launched(root, "torchrun"), plain)
        return Start(plain.entry_point, plain.command, plain.why, (hint,)) if able else None
    started = written.started if written is not None else None
    launcher = launched(root, started.launcher if started is not None else "torchrun", started)
    if not (where or (ways and all(ways))):
        return Start(plain.entry_point, plain.command, plain.why, (_hint(launcher, plain),))
    why = f"{where} demands a launcher's RANK"
    if started is not None and not where:
        why = f"{launcher.name} starts it wherever it is written down"
    counted = f"; {launcher.count} processes there, in a job one for each GPU"
    why += counted if launcher.count not in ("", "1") else ""
    left = [f"{launcher.name} has {option} there, which no job has" for option in launcher.left]
    return Start(plain.entry_point, launcher.words(plain.entry_point), why, tuple(left))


def _with_variables(root: Path, found: Candidate, start: Start, clues: list[Clue]) -> Start:
    """With the variables that it is started with, where it can not do without them."""
    is_script = start.entry_point.startswith("-m ") or start.entry_point.endswith(".py")
    if found.deeds is None or not found.path.endswith(".py") or not is_script:
        return start
    variables, where = demanded(Program(root, root / found.path, found.deeds.tree), clues)
    if not variables:
        return start
    target = ("-m", start.entry_point[3:]) if start.entry_point.startswith("-m ") else (start.entry_point,)
    words = as_words(variables, start.command or ("python", *target))
    why = f"the code wants {' and '.join(variables)}, as {where} sets it"
    return replace(start, command=words, why="; ".join(filter(None, [start.why, why])))


def _demanded(root: Path, found: Candidate) -> str:
    """Where it reads the rank that only a launcher sets; empty where it can do without."""
    if found.deeds is None or not found.path.endswith(".py"):
        return ""
    where = demands_rank(Program(root, root / found.path, found.deeds.tree).modules)
    return f"{where[0].relative_to(root).as_posix()}:{where[1]}" if where is not None else ""


def _hint(launcher: Launched, plain: Start) -> str:
    words = ", ".join(f'"{word}"' for word in launcher.words(plain.entry_point))
    return f"{plain.shown} can run in several processes, too: command = [{words}]"


def _by_place(found: Candidate, plain: Start, clues: list[Clue]) -> Start | None:
    """A stage that gives its program arguments by their place, which it takes from ``sys.argv``."""
    deeds = found.deeds
    if plain.command or deeds is None or deeds.parser or not deeds.reads_argv:
        return None
    for clue in clues:
        started = clue.started
        if clue.declared and started is not None and started.arguments and started.is_literal:
            module = plain.entry_point.startswith("-m ")
            target = ("-m", plain.entry_point[3:]) if module else (plain.entry_point,)
            return Start(
                plain.entry_point, ("python", *target, *started.arguments), "with its arguments there"
            )
    return None
