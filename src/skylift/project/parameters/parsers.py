"""What an argparse parser accepts, read by following the code that builds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from skylift.project.parameters.argparse_calls import Unread, dest_of, filled, read_option
from skylift.project.parameters.hearing import hear
from skylift.project.parameters.pairs import other_of, paired
from skylift.project.parameters.parser_settings import ParserSettings
from skylift.project.parameters.reading import Option, Reading
from skylift.project.source.program import Program
from skylift.project.source.symbolic.follow import Enough
from skylift.project.source.symbolic.values import (
    Function,
    Given,
    Method,
    Opaque,
    Partial,
    Place,
    Varying,
    is_plain,
)
from skylift.values.arguments import Exclusive

_CLASSES = frozenset(
    {
        "argparse.ArgumentParser",
        "configargparse.ArgumentParser",
        "configargparse.ArgParser",
        "rich_argparse.ArgumentParser",
    }
)
_SHARED = frozenset({"configargparse.get_argument_parser", "configargparse.get_arg_parser"})
_HARMLESS = frozenset(
    {
        "print", "vars", "isinstance", "type", "id", "len", "repr", "str", "hasattr", "getattr", "setattr",
        "argcomplete.autocomplete", "shtab.add_argument_to",
    }
)  # fmt: skip
_UNKNOWN_ACCEPTED = "the script accepts arguments that it does not declare"


def read_argparse(program: Program, function: str = "") -> Reading | None:
    """The options of the parsers that a program reads its command line with.

    :param function: what is called of it, where that is not the file as a whole.
    """
    parsers = _Parsers()
    return parsers.reading() if hear(program, function, parsers) else None


@dataclass(eq=False)
class _Rest:
    """What ``parse_known_args`` leaves over."""

    of: _Parser


@dataclass(eq=False)
class _Parser:
    """An ArgumentParser that is being built. Its groups are itself, but for those that exclude."""

    all: _Parsers
    command: str = ""
    by_key: dict[str, Option] = field(default_factory=dict)
    commands: dict[str, _Parser] = field(default_factory=dict)
    command_required: bool = False
    parsed: Place | None = None
    leaves_rest: Place | None = None
    is_elsewhere: bool = False
    """Whether it parses something else than the command line."""
    settings: ParserSettings = field(default_factory=ParserSettings)
    exclusive: list[Exclusive] = field(default_factory=list)
    dest: str = ""
    """Of its sub-commands: the attribute that says which was chosen."""
    handlers: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def options(self) -> list[Option]:
        return list(self.by_key.values())

    def act(self, method: str, given: Given, at: Place) -> object:
        known: dict[str, Callable[[Given, Place], object]] = {
            "add_argument": self._add_argument,
            "add": self._add_argument,
            "add_arg": self._add_argument,
            "add_subparsers": lambda given, _at: self._add_subparsers(given),
            "set_defaults": self._set_defaults,
            "register": lambda given, _at: self.settings.register(given),
            "parse_args": self._parse,
            "parse_intermixed_args": self._parse,
            "parse_known_args": self._parse_known,
            "parse_known_intermixed_args": self._parse_known,
            "add_argument_group": lambda _given, _at: self,
            "add_mutually_exclusive_group": lambda given, _at: _Group(self, given.get(0, "required") is True),
            "__init__": self.initialise,
        }
        act = known.get(method)
        return act(given, at) if act is not None else Opaque(method)

    def initialise(self, given: Given, at: Place) -> None:
        """What it is made with."""
        self.settings.take(given)
        if not self.settings.is_known:
            self.all.note(at, "it has its own prefix_chars")
        parents = given.keywords.get("parents", ())
        for parent in parents if isinstance(parents, list | tuple) else [parents]:
            if isinstance(parent, _Parser):
                for option in parent.options:
                    mine = replace(option.parameter, command=self.command)
                    self._add(replace(option, parameter=mine), at)
                self.exclusive += [replace(group, command=self.command) for group in parent.exclusive]
                self.settings.defaults |= parent.settings.defaults
            else:
                self.all.note(at, "a parent of this parser could not be read")

    def _add_argument(self, given: Given, at: Place) -> object:
        self.add(given, at)
        return Opaque("an action")

    def add(self, given: Given, at: Place) -> Option | None:
        """The option that is added; None for ``--help``, and for what could not be read."""
        settings = self.settings
        try:
            said = settings.completed(given, dest_of(given, settings.dashes))
            option = read_option(said, self.command, settings.dashes)
        except Unread:
            self.all.note(at, "this argument is made at run time")
            return None
        if not at.certain:
            self.all.note(at, "this argument stands in a condition")
        if option is not None:
            option = replace(option, parameter=settings.spelled(option.parameter))
            option = self._add(option, at)
        return option

    def _add(self, option: Option, at: Place) -> Option:
        """Of two options of one name the later counts, as with ``conflict_handler="resolve"``."""
        other = other_of(option, self.by_key.values())
        if other is not None:
            self.by_key.pop(other.parameter.key)
            option = paired(other, option)
        key = option.parameter.key
        before = self.by_key.pop(key, option)
        if before.parameter.flag != option.parameter.flag and before.dest != option.dest:
            self.all.note(at, f"another argument is called `{key}`, too")
        self.by_key[key] = option
        return option

    def _set_defaults(self, given: Given, at: Place) -> None:
        if given.open:
            self.by_key = {key: _without_default(option) for key, option in self.by_key.items()}
        for name, said in given.keywords.items():
            value = said if at.certain else Opaque(name)
            run = said.function if isinstance(said, Partial) else said
            if isinstance(run, Function) and self.command:
                self.handlers.append((self.command, run.scope.module.file, run.node.lineno))
            self.settings.defaults[name] = value
            self.by_key = {
                key: _with_default(option, value) if option.dest == name else option
                for key, option in self.by_key.items()
            }

    def _add_subparsers(self, given: Given) -> object:
        self.command_required = given.keywords.get("required") is True
        dest = given.keywords.get("dest")
        self.dest = dest if isinstance(dest, str) else ""
        return _Commands(self)

    def _parse(self, given: Given, at: Place) -> object:
        source = given.get(0, "args")
        if isinstance(source, list | tuple | str) and is_plain(source):
            self.all.note(at, "the parser is given a list of its own, and does not read the command line")
            self.is_elsewhere = True
            return Opaque("arguments")
        self.parsed = self.parsed or at
        if isinstance(source, _Rest):
            source.of.leaves_rest = None
            source.of.parsed = source.of.parsed or at
        if at.certain:
            # Whoever reads the command line after this has to take the same one.
            raise Enough
        return Opaque("arguments")

    def _parse_known(self, _given: Given, at: Place) -> object:
        self.parsed = self.parsed or at
        self.leaves_rest = at
        return (Opaque("arguments"), _Rest(self))

    def every_option(self) -> Iterator[Option]:
        for parser in self.every_parser():
            yield from parser.options

    def every_parser(self) -> Iterator[_Parser]:
        """It, and those of its sub-commands."""
        yield self
        for parser in dict.fromkeys(self.commands.values()):
            yield from parser.every_parser()

    def every_group(self) -> Iterator[Exclusive]:
        for parser in self.every_parser():
            yield from (group for group in parser.exclusive if group.required or group.keys[1:])

    def every_command(self) -> Iterator[str]:
        for name, parser in self.commands.items():
            full = f"{self.command} {name}".strip()
            if parser.commands and parser.command_required:
                yield from parser.every_command()
            else:
                yield from [full, *parser.every_command()]


@dataclass(eq=False)
class _Group:
    """What ``add_mutually_exclusive_group`` returns."""

    of: _Parser
    required: bool
    keys: tuple[str, ...] = ()

    def act(self, method: str, given: Given, at: Place) -> object:
        if method != "add_argument":
            return self if method.endswith("_group") else self.of.act(method, given, at)
        option = self.of.add(given, at)
        if option is not None:
            known, exclusive = Exclusive(self.keys, self.required, self.of.command), self.of.exclusive
            # The key of a pair may be another than its first flag had.
            mine = [key for key in self.keys if key in self.of.by_key]
            self.keys = tuple(dict.fromkeys((*mine, option.parameter.key)))
            exclusive[:] = [one for one in exclusive if one != known]
            exclusive.append(replace(known, keys=self.keys))
        return Opaque("an action")


@dataclass(eq=False)
class _Commands:
    """What ``add_subparsers`` returns."""

    of: _Parser

    def act(self, method: str, given: Given, at: Place) -> object:
        if method != "add_parser":
            return Opaque(method)
        name = given.get(0, "name")
        if not isinstance(name, str):
            self.of.all.note(at, "a sub-command has a name that is made at run time")
            name = "?"
        parser = _Parser(self.of.all, f"{self.of.command} {name}".strip())
        parser.initialise(given, at)
        self.of.commands[name] = parser
        return parser


class _Parsers:
    """All parsers of a program."""

    def __init__(self) -> None:
        self.made: list[_Parser] = []
        self.notes: list[str] = []
        self._adopted: dict[Opaque, _Parser] = {}

    def note(self, at: Place, text: str) -> None:
        self.notes.append(f"{at}: {text}")

    def library_call(self, name: str, given: Given, at: Place) -> object:
        """A new parser where one is made; None for what has nothing to do with parsers."""
        if name in _CLASSES or name in _SHARED:
            parser = _Parser(self)
            parser.initialise(given, at)
            self.made.append(parser)
            return parser
        handed = (*given.args, *given.keywords.values())
        for value in (one.value if isinstance(one, Method) else one for one in handed):
            if isinstance(value, _Parser | _Group) and name not in _HARMLESS:
                self.note(at, f"`{name}` may add arguments, and could not be read")
                # Most give back what they were given.
                return value
        return None

    def opaque_call(self, owner: Opaque, method: str, given: Given, at: Place) -> object:
        """A parser that somebody else made is recognised by what is done to it."""
        if owner not in self._adopted:
            if method not in ("add_argument", "add_argument_group"):
                return None
            parser = self._adopted[owner] = _Parser(self)
            self.made.append(parser)
            if owner.name:
                self.note(at, f"`{owner.name}` may have arguments of its own, which could not be read")
        return self._adopted[owner].act(method, given, at)

    def reading(self) -> Reading:
        """All options of the parsers that read the command line; where none was seen to, of those that may."""
        here = [parser for parser in self.made if not parser.is_elsewhere]
        used = [parser for parser in here if parser.parsed] or here
        if len(used) > 1 and not any(parser.parsed for parser in used):
            self.notes.append("there is more than one parser, and none was seen to read the command line")
        for parser in used:
            if parser.leaves_rest is not None:
                self.note(parser.leaves_rest, _UNKNOWN_ACCEPTED)
        options: dict[tuple[str, str], Option] = {}
        for option in (option for parser in used for option in parser.every_option()):
            options.setdefault((option.parameter.command, option.parameter.key), option)
        commands = tuple(dict.fromkeys(name for parser in used for name in parser.every_command()))
        required = any(parser.command_required for parser in used)
        groups = list(dict.fromkeys(group for parser in used for group in parser.every_group()))
        found = [_told(option) for option in options.values()]
        every = [one for parser in used for one in parser.every_parser()]
        return Reading(
            "argparse",
            found,
            self.notes,
            commands,
            required,
            exclusive=groups,
            handlers=[one for parser in every for one in parser.handlers],
            dests={parser.command: parser.dest for parser in every if parser.dest},
        )


def _told(option: Option) -> Option:
    """With its help as it is printed: a default that was set last is in it."""
    parameter = option.parameter
    return replace(option, parameter=replace(parameter, help=filled(parameter, option.dest)))


def _with_default(option: Option, value: object) -> Option:
    known = not isinstance(value, Varying) and is_plain(value)
    return replace(
        option, parameter=replace(option.parameter, default=value if known else None, default_known=known)
    )


def _without_default(option: Option) -> Option:
    return replace(option, parameter=replace(option.parameter, default=None, default_known=False))
