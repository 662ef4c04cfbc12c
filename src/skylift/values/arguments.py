"""The arguments a script takes, as they were read from its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Literal

ANY = "any"
"""The type of a parameter that is given a value, not a text."""

JSON = "json"
"""The type of a parameter whose text is read with ``json.loads``."""

NUMBER = "number"
"""The type of a parameter of which only a whole number was seen, where no type is declared."""

LITERALS = frozenset({"list", "tuple", "dict", "set", "None"})
"""Types of parameters that are read as Python's literals, by programs that take none of another type."""

VALUES_OF_A_FILE = "is read by the program: its values"
"""In a remark: the values of a config file are no parameters."""

Action = Literal["store", "flag", "negative-flag", "boolean-optional", "append", "count"]

Spelling = Literal["separate", "joined", "python", "hydra", "binding", "bindings", "pairs", "file"]
"""How a value follows its flag.

``separate`` as ``--lr 0.1``; ``joined`` as ``--lr=0.1``; ``python`` as ``--lr=0.1`` for readers that take a
Python literal where the text is one (a string that looks like a number is quoted); ``hydra`` as ``lr=0.1`` in
the grammar of Hydra's overrides (its ``flag`` is empty); ``binding`` as ``--gin_param=train.lr=0.1``, a Python literal
with texts in quotes; ``bindings`` as ``with lr=0.1 name='a'``, all of them behind one flag at the end; ``pairs`` so as
well, as ``--opts MODEL.DEPTH 3``; ``file`` not at all: the program reads
``hyperparameters.json`` itself, or the variables that are made of it.
"""


@dataclass(frozen=True)
class Parameter:
    """One hyperparameter of a job.

    ``key`` is the longest flag without its dashes, or the dest of a positional.
    """

    key: str
    flag: str = ""
    """As it stands on the command line: ``--lr``; empty for a positional."""
    type: str = "str"
    """``str int float bool path`` or the name of a type we do not know."""
    default: object = None
    """None as well when it could not be read; ``default_known`` tells."""
    default_known: bool = True
    choices: tuple[object, ...] = ()
    any_case: bool = False
    """A choice may be written in capitals or not."""
    nargs: str = ""
    """Empty for one value, else argparse's ``? * +`` or a number."""
    required: bool = False
    action: Action = "store"
    help: str = ""
    aliases: tuple[str, ...] = ()
    """Other names it goes by: its other flags, its dest."""
    off: str = ""
    """The flag that says false, where there is one: ``--no-shuffle``."""
    false: str = ""
    """The text that is read as false, for a ``bool`` that takes a value. ``type=bool`` knows only the empty one."""
    spelling: Spelling = "separate"
    command: str = ""
    """The sub-command that it belongs to, a nested one as ``data prepare``; empty for the program's own."""
    low: float | None = None
    """The least value that it takes, itself included; None where there is none."""
    high: float | None = None
    types: tuple[str, ...] = ()
    """The types of its values one by one, where they differ; of more values they come round again."""
    none: str = ""
    """The text that is read as no value at all, where the type alone would not take it."""
    separator: str = ""
    """Several values are one text to the program, with this between them: ``,`` as CSV has it, a blank."""
    exact: bool = False
    """A value of another type than the default's is refused by the program, None too."""


@dataclass(frozen=True)
class Exclusive:
    """Parameters of which a program takes one at most."""

    keys: tuple[str, ...]
    required: bool = False
    """And one at least."""
    command: str = ""
    """The sub-command that they belong to."""


@dataclass(frozen=True)
class Schema:
    """All parameters of an entry point. ``complete`` is False when something could not be read."""

    parameters: tuple[Parameter, ...] = ()
    complete: bool = False
    source: str = ""
    """How it was read: ``argparse``, or empty when nothing was found."""
    notes: tuple[str, ...] = field(default=())
    """What could not be read, and where."""
    commands: tuple[str, ...] = ()
    """The program's sub-commands; one is chosen by the reserved key ``command``."""
    command_required: bool = False
    open: tuple[str, ...] = ()
    """Patterns of names that it takes without declaring them, complete or not: ``hydra.*``, ``trainer.*``."""
    remarks: tuple[str, ...] = ()
    """What is good to know of it, although everything could be read."""
    groups: tuple[str, ...] = ()
    """Parameters that choose a config of Hydra's: the defaults of others depend on their values."""
    exclusive: tuple[Exclusive, ...] = ()

    def find(self, name: str) -> Parameter | None:
        """The parameter of that name; ``-`` and ``_`` are alike, and a key goes before an alias."""
        return self._by_name.get(name.replace("-", "_"))

    def pattern(self, name: str) -> Parameter | None:
        """The parameter of a name that is one of many, all given alike: its key is ``*``, or ``*.*`` where they have a dot."""
        if any(p.spelling == "hydra" and p.key.startswith(name + ".") for p in self.parameters):
            # A table of Hydra's config, several of whose keys are given at once.
            return Parameter(name, type=ANY, default_known=False, spelling="hydra")
        kept = (p for p in self.parameters if p.key == "*" or (p.key == "*.*" and "." in name.strip(".")))
        return next((replace(p, key=name) for p in kept), None)

    @cached_property
    def _by_name(self) -> Mapping[str, Parameter]:
        by_name = {alias.replace("-", "_"): p for p in self.parameters for alias in p.aliases}
        return by_name | {p.key.replace("-", "_"): p for p in self.parameters}

    def takes(self, name: str) -> bool:
        """Whether a name that is not declared fits one of the ``open`` patterns."""
        return any(fnmatchcase(name, pattern) for pattern in self.open)
