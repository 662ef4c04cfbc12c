"""What a reader of one kind of parser found, whatever the kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from skylift.values.arguments import Exclusive, Parameter, Schema

BY_PLACE = "sys.argv"
"""The source of a reading whose options are words by their place, the first of them first."""


def asked_for(key: str) -> str:
    """What is said of an option that a program asks for where it is not given."""
    return (
        f"{key} is asked for in a terminal, and a job has none: give it, at each run or in [hyperparameters]"
    )


@dataclass(frozen=True)
class Option:
    """A parameter with what only its source says."""

    parameter: Parameter
    dest: str
    """The attribute, or the variable, by which the code reads it."""
    variable: str = ""
    """The environment variable that its default comes from."""
    fallback: object = None
    """The default when that variable is not set."""
    is_switch: bool = False
    """Whether it sets true or false, and no constant of the program's own."""


@dataclass
class Reading:
    """The options of one program. It is complete when there are no notes."""

    source: str
    """``argparse``, ``click``, ``typer``, …"""
    options: list[Option] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What could not be read, each as ``file:line: why``."""
    commands: tuple[str, ...] = ()
    command_required: bool = False
    open: tuple[str, ...] = ()
    """Patterns of names that the program takes without declaring them: ``hydra.*``."""
    remarks: list[str] = field(default_factory=list)
    """What is good to know, although nothing is missing: a config file whose keys are no parameters."""
    groups: tuple[str, ...] = ()
    """Options that choose a config of Hydra's, on which the defaults of others depend."""
    exclusive: list[Exclusive] = field(default_factory=list)
    command: str = ""
    """The sub-command that it is of, where one is chosen."""
    handlers: list[tuple[str, str, int]] = field(default_factory=list)
    """What the program runs for a command: its name, and the file and the line of the function."""
    dests: dict[str, str] = field(default_factory=dict)
    """The attribute that says which was chosen of the commands below one; of the program's own by the empty name."""

    def of_command(self, command: str) -> Reading:
        """What one sub-command takes, with what stands before it."""
        words = command.split()
        mine = {" ".join(words[:depth]) for depth in range(len(words) + 1)}
        options = [one for one in self.options if one.parameter.command in mine]
        return replace(self, options=options, command=" ".join(words))

    def after(self, words: Sequence[str]) -> Reading:
        """What is left to give to a program whose command has these words already.

        They take the first places. What a parser makes of them is not known here, and nothing is taken away.
        """
        return replace(self, options=self.options[len(words) :]) if self.source == BY_PLACE else self

    def schema(self) -> Schema:
        parameters = tuple(option.parameter for option in self.options)
        notes = tuple(dict.fromkeys(self.notes))
        return Schema(
            parameters,
            not notes,
            self.source,
            notes,
            self.commands,
            self.command_required,
            tuple(dict.fromkeys(self.open)),
            tuple(dict.fromkeys(self.remarks)),
            self.groups,
            tuple(self.exclusive),
        )
