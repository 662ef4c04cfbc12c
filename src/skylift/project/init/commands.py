"""Sub-commands of a program: the one that trains is the job, others that belong to training are jobs beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from skylift.project.parameters.reading import Reading
from skylift_runtime.contract import COMMAND_KEY

_TRAINS = re.compile(
    r"train(ing|er)?|fit|run[-_]?train(ing)?|train[-_]?model|learn|finetune|fine[-_]tune|pretrain"
)
_BESIDE = re.compile(
    r"(eval(uate)?|test|valid(ate)?|score|predict|preprocess|prepare([-_]?data)?|featuri[sz]e)([-_]?model)?"
)


@dataclass(frozen=True)
class Commands:
    """Which sub-command is which job."""

    training: str
    """Empty when there are none, or when it is not clear which one trains."""
    beside: Mapping[str, str]
    """Commands by the name of the job that they become."""
    left: str = ""


def read_commands(reading: Reading, entry_point: str) -> Commands:
    """The jobs among the sub-commands of the program that trains."""
    training = _training(reading.commands)
    if not training:
        said = f"{entry_point} has the commands {', '.join(reading.commands)}"
        left = (
            f"{said}: say which trains, [hyperparameters] {COMMAND_KEY}"
            if reading.command_required and reading.commands
            else ""
        )
        return Commands("", {}, left)
    others = (command for command in reading.commands if command != training)
    return Commands(training, {_last(one): one for one in others if _BESIDE.fullmatch(_last(one))})


def training_command(reading: Reading) -> str:
    """The command whose name says that it trains; empty where none does, or several do."""
    found = _training(reading.commands)
    return found if _TRAINS.fullmatch(_last(found)) else ""


def _training(commands: Sequence[str]) -> str:
    """The command that trains; empty when that is not clear."""
    if len(commands) == 1:
        return commands[0]
    likely = [command for command in commands if _TRAINS.fullmatch(_last(command))]
    exact = [command for command in likely if _last(command) == "train"]
    best = exact or likely
    return best[0] if len(best) == 1 else ""


def _last(command: str) -> str:
    return command.rpartition(" ")[2]
