"""``name=value`` against the schema: names, types and choices, before anything starts (joint 11)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from skylift.errors import ConfigError, Issue
from skylift.project.arguments.exclusive import of_command, refuse_both, refuse_none
from skylift.project.arguments.items import grouped
from skylift.project.arguments.lists import joined, list_of
from skylift.project.arguments.names import hint_for, nearest, off_flag, plain
from skylift.project.arguments.raw import read_raw
from skylift.project.arguments.scope import chosen_command, in_scope
from skylift.project.arguments.typed import refuse_dropped, refuse_unsayable, sendable, the_only, wants_list
from skylift.project.arguments.wire import decode
from skylift.project.config.convert import Unfit
from skylift.values.arguments import Parameter, Schema
from skylift.values.project import Arguments
from skylift_runtime.contract import COMMAND_KEY

Where = Callable[[str, str], str]
_NAMED = 5
"""How many names a warning lists."""


def resolve(
    schema: Schema,
    defaults: Mapping[str, Any],
    given: Sequence[str],
    raw: Sequence[str] = (),
    *,
    bound: Collection[str] = (),
    fixed: Sequence[str] = (),
    where: Where = "[{}] {}".format,
) -> Arguments:
    """The hyperparameters of one run: the config's, with the command line's on top, typed by the schema.

    :param given: ``name=value`` items; a list by repetition or as JSON.
    :param raw: what is passed to the script untouched.
    :param bound: names that the job itself fills.
    :param fixed: words that the job's command gives the program before all others.
    :param where: tells where a name of a table of the config stands, for messages.
    :raises ConfigError: for every item that can not be; unknown names only where the schema is complete.
    """
    issues: list[Issue] = []
    texts, defaults = grouped(given, schema, issues), dict(defaults)
    command = ""
    if schema.commands:
        said = [
            str(value) for value in (defaults.pop(COMMAND_KEY, None), *texts.pop(COMMAND_KEY, [])) if value
        ]
        command = chosen_command(schema, said[-1] if said else None, issues, open_ended=bool(raw))
    resolving = _Resolving(schema, command, issues, fixed)
    for name, value in defaults.items():
        resolving.configured(name, value, where("hyperparameters", name))
    for name, values in texts.items():
        resolving.said(name, values)
    issues += unknown_places(schema, bound, where)
    resolving.refuse_exclusive(bound)
    if not raw:
        # Raw arguments may bring what is required.
        resolving.refuse_missing(bound)
    issues += [Issue("after `--`", why) for text in raw if (why := sendable(text))]
    if issues:
        raise ConfigError(issues)
    return resolving.arguments(raw)


def unknown_places(schema: Schema, bound: Collection[str], where: Where) -> list[Issue]:
    """Names in ``[arguments]`` that a program does not have of which everything is known: it would refuse them."""
    if not schema.complete or not schema.parameters:
        return []
    unknown = [n for n in bound if (schema.find(n) or schema.pattern(n)) is None and not _is_open(schema, n)]
    return [
        Issue(where("arguments", name), f"the program has no option `{name}`", _instead(schema, name))
        for name in unknown
    ]


def _instead(schema: Schema, name: str) -> str:
    known = sorted(parameter.key for parameter in schema.parameters)
    near = nearest(name, known)
    said = f"did you mean `{near}`?" if near else "there are: " + ", ".join(known)
    return f"{said}; after a change of the program: skylift init"


class _Resolving:
    """Collects values, issues and warnings, name by name."""

    def __init__(self, schema: Schema, command: str, issues: list[Issue], fixed: Sequence[str]) -> None:
        self._schema, self._command, self._issues = schema, command, issues
        self._scope, self._groups = in_scope(schema, command), of_command(schema, command)
        self._values: dict[str, Any] = {COMMAND_KEY: command} if command else {}
        self._fixed = read_raw(self._scope, {}, fixed).without_places()
        self._tried: set[str] = set()
        self._unknown: list[str] = []
        self._notes: list[str] = []

    def configured(self, name: str, value: Any, where: str) -> None:
        """A value from the config: TOML has types of its own."""
        parameter = self._found(name)
        if parameter is None and self._schema.find(name) is not None and self._command:
            # The config has values for every sub-command, and this run is of another.
            return
        if parameter is not None:
            self._take(parameter, [value], where)
        elif self._schema.complete and not _is_open(self._scope, name):
            self._refuse(name, "", where)
        else:
            # Whoever wrote it down knows it: nothing to warn of.
            self._store(name, value, where)

    def said(self, name: str, texts: list[str]) -> None:
        """Values from the command line."""
        where = f"{name}={texts[-1]}"
        off = off_flag(self._scope, name)
        parameter = self._found(name)
        is_own = parameter is not None and plain(parameter.key) == plain(name)
        if off is not None and not is_own:
            self._refuse_off(name, texts[-1], off)
        elif parameter is not None:
            self._take(parameter, texts, where)
        elif self._schema.complete and not _is_open(self._scope, name):
            self._refuse(name, texts[-1], where)
        else:
            self._pass_on(name, texts, where)

    def _found(self, name: str) -> Parameter | None:
        return self._scope.find(name) or self._scope.pattern(name)

    def refuse_missing(self, bound: Collection[str]) -> None:
        """What the program can not start without."""
        named = (self._scope.find(name) for name in bound)
        filled = [*bound, *(parameter.key for parameter in named if parameter is not None)]
        here = {plain(name) for name in (*self._values, *self._tried, *filled, *self._fixed.seen)}
        for parameter in self._scope.parameters:
            if parameter.required and plain(parameter.key) not in here:
                what = "the script requires it"
                self._issues.append(Issue(parameter.key, what, f"give it: {parameter.key}=VALUE"))
        if not self._issues:
            others = {*bound, *self._fixed.seen}
            self._issues += refuse_none(self._groups, self._scope, self._values, others)

    def refuse_exclusive(self, bound: Collection[str]) -> None:
        """What the program does not take together."""
        others = {*bound, *self._fixed.seen}
        self._issues += refuse_both(self._groups, self._scope, self._values, others)

    def arguments(self, raw: Sequence[str]) -> Arguments:
        usual = {p.key: p.default for p in self._scope.parameters if p.default_known and "*" not in p.key}
        read = read_raw(self._scope, {**self._fixed.values, **self._values}, raw)
        effective = read.over({**self._fixed.over(usual), **self._values})
        return Arguments(self._values, effective, tuple(raw), self._warnings(), frozenset(read.values))

    def _take(self, parameter: Parameter, values: Sequence[Any], where: str) -> None:
        self._tried.add(parameter.key)
        try:
            found: Any
            if parameter.separator:
                found = joined(parameter, values)
            elif wants_list(parameter):
                found = list_of(parameter, values, self._schema.source)
            else:
                found = the_only(parameter, values)
            refuse_dropped(parameter, found, self._schema.source)
            refuse_unsayable(parameter, found)
        except Unfit as error:
            self._issues.append(Issue(where, str(error), error.hint))
            return
        self._store(parameter.key, found, where)

    def _pass_on(self, name: str, texts: list[str], where: str) -> None:
        values = [decode(text) for text in texts]
        known = any(plain(key) == plain(name) for key in self._values)
        if not known and not _is_open(self._scope, name):
            self._unknown.append(name)
            guess = hint_for(self._schema, self._scope, name, texts[-1])
            self._notes += [f"`{name}`: {guess}"] if guess else []
        self._store(name, values if len(values) > 1 else values[0], where)

    def _store(self, name: str, value: Any, where: str) -> None:
        why = sendable(value) or sendable(name)
        if why:
            self._issues.append(Issue(where.replace("\0", "\\0"), why, "put it into a file that ships"))
            return
        # A name that is not in the schema may be in the config with other dashes.
        spelled = next((key for key in self._values if plain(key) == plain(name)), name)
        self._values[spelled] = value

    def _refuse(self, name: str, text: str, where: str) -> None:
        known = sorted(parameter.key for parameter in self._scope.parameters)
        who = f"the sub-command `{self._command}`" if self._command else "the script"
        guess = hint_for(self._schema, self._scope, name, text)
        there = "there are: " + ", ".join(known) if known else "" if guess else "it takes none"
        between = " " if guess.endswith("?") else "; "
        hint = between.join(filter(None, [guess, there]))
        self._issues.append(Issue(where, f"{who} has no parameter `{name}`", hint))

    def _refuse_off(self, name: str, text: str, parameter: Parameter) -> None:
        value = "true" if text.strip().lower() in ("false", "no", "off", "0") else "false"
        what = f"`{name}` is the flag that switches `{parameter.key}` off"
        self._issues.append(Issue(f"{name}={text}", what, f"write {parameter.key}={value}"))

    def _warnings(self) -> tuple[str, ...]:
        if not self._unknown:
            return ()
        names = ", ".join(f"`{name}`" for name in self._unknown[:_NAMED])
        more = len(self._unknown) - _NAMED
        names += f" and {more} more" if more > 0 else ""
        verb = "is" if len(self._unknown) == 1 else "are"
        why = f" ({self._schema.notes[0]})" if self._schema.notes else ""
        said = f"{names} {verb} not among the parameters that could be read{why}: passed on unchecked"
        return ("; ".join([said, *self._notes[:_NAMED]]),)


def _is_open(scope: Schema, name: str) -> bool:
    """Whether the program takes it undeclared: by a pattern, or as Hydra adds (``+a.b``) and takes away (``~a``)."""
    is_hydra = scope.source == "hydra" or any(parameter.spelling == "hydra" for parameter in scope.parameters)
    return scope.takes(name) or (name[:1] in ("+", "~") and is_hydra)
