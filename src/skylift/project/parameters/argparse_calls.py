"""One ``add_argument`` call, read as argparse would take it (its documentation, "The add_argument() method")."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from skylift.project.parameters.reading import Option
from skylift.project.source.symbolic.values import (
    Class,
    External,
    Function,
    Given,
    Instance,
    Opaque,
    Varying,
    is_plain,
)
from skylift.project.source.trees import walk
from skylift.values.arguments import JSON, Action, Parameter

_ACTIONS: dict[str, Action] = {
    "store": "store",
    "store_true": "flag",
    "store_const": "flag",
    "store_false": "negative-flag",
    "BooleanOptionalAction": "boolean-optional",
    "append": "append",
    "append_const": "flag",
    "extend": "append",
    "count": "count",
    "_StoreTrueAction": "flag",
    "_StoreConstAction": "flag",
    "_AppendConstAction": "flag",
    "_StoreFalseAction": "negative-flag",
    "_AppendAction": "append",
    "_CountAction": "count",
}
_NO_VALUE = frozenset({"help", "version"})
_TYPES = {
    "int": "int",
    "float": "float",
    "str": "str",
    "bool": "bool",
    "pathlib.Path": "path",
    "Path": "path",
    "json.loads": JSON,
}
_NARGS = {"OPTIONAL": "?", "ZERO_OR_MORE": "*", "ONE_OR_MORE": "+", "REMAINDER": "...", "PARSER": "A..."}
_UNTYPED = frozenset({"store_const", "append_const", "_StoreConstAction", "_AppendConstAction"})
"""What the constant is, is the script's business."""
_SWITCHES = frozenset({"store_true", "store_false", "_StoreTrueAction", "_StoreFalseAction"})
_USUAL: dict[Action, object] = {"flag": False, "negative-flag": True}
_OF_TRUTH = re.compile(
    r"(str|string|text|arg|argparse)?_?(2|to)?_?bool(ean)?(_?(type|arg|flag|val(ue)?))?|strtobool|truth|t_or_f"
)

_FILLED = re.compile(r"%%|%\((\w+)\)[-+# .\d]*[sdrfgei]")
_TRUE_WORD = re.compile(r"['\"](true|True|TRUE|yes)['\"]")


class Unread(Exception):
    """The call says only at run time what it adds."""


def read_option(given: Given, command: str = "", dashes: str = "-") -> Option | None:
    """The option that a call adds; None for ``--help`` and ``--version``.

    :param command: the sub-command that it is added to.
    :param dashes: what flags begin with.
    :raises Unread: when its names can not be read.
    """
    names = [name for name in given.args if isinstance(name, str)]
    if len(names) != len(given.args) or given.open or not all(names):
        raise Unread
    said = _Said(given.keywords)
    if said.action in _NO_VALUE:
        return None
    return _option(names or [str(said.text("dest"))], said, command, dashes)


def dest_of(given: Given, dashes: str) -> str:
    """The attribute that a call's value becomes, as far as its names can be read."""
    said, names = given.keywords.get("dest"), [name for name in given.args if isinstance(name, str)]
    if isinstance(said, str):
        return said
    return _dest(names, [name for name in names if name[:1] in dashes], dashes).replace("-", "_")


@dataclass(frozen=True)
class _Said:
    """The keywords of a call."""

    keywords: Mapping[str, object]

    def text(self, key: str) -> str:
        value = self.keywords.get(key)
        return value if isinstance(value, str) else ""

    @property
    def action(self) -> str:
        value = self.keywords.get("action", "store")
        if isinstance(value, External | Opaque):
            return value.name.rpartition(".")[2]
        if isinstance(value, Class) or self.keywords.get("nargs") == 0:
            # An action of the script's own that takes no value is a flag.
            return "store_const" if _takes_nothing(value, self.keywords) else "store"
        return value if isinstance(value, str) else "store"

    @property
    def nargs(self) -> str:
        value = self.keywords.get("nargs")
        if isinstance(value, External):
            return _NARGS.get(value.name.rpartition(".")[2], "")
        return str(value) if isinstance(value, str | int) else ""

    @property
    def type(self) -> tuple[str, str]:
        """The type's name, and for a truth that is given as text the text for false."""
        value = self.keywords.get("type")
        if value is None:
            return "str", ""
        if isinstance(value, External):
            short = value.name.rpartition(".")[2]
            if value.name.startswith("str."):
                return "str", ""
            return ("bool", "false") if short == "strtobool" else (_TYPES.get(value.name, short), "")
        if isinstance(value, Function):
            return _of_function(value)
        return getattr(value, "name", "") or "a type of its own", ""

    @property
    def any_case(self) -> bool:
        """Whether the choices are what ``type=str.lower`` makes of any spelling of them."""
        kind, said = self.keywords.get("type"), self.keywords.get("choices")
        by = {"str.lower": str.lower, "str.upper": str.upper}.get(
            kind.name if isinstance(kind, External) else ""
        )
        known = list(said) if isinstance(said, list | tuple | set | dict) else []
        return (
            by is not None and bool(known) and all(isinstance(one, str) and by(one) == one for one in known)
        )

    @property
    def choices(self) -> tuple[object, ...]:
        value, kind = self.keywords.get("choices"), self.keywords.get("type")
        if value is None and isinstance(kind, Class) and kind.is_enum:
            value = kind.members()
        if isinstance(kind, External) and kind.name.startswith("str.") and not self.any_case:
            # It makes of a text another text: which are right only it can say.
            return ()
        if isinstance(value, Class):
            value = value.members() if value.is_enum else None
        if isinstance(value, Mapping):
            value = list(value)
        if isinstance(value, list | tuple):
            value = [_of_member(one) for one in value]
        known = isinstance(value, list | tuple | set | range | str) and is_plain(value)
        return tuple(value) if known else ()  # type: ignore[arg-type]


def _option(names: list[str], said: _Said, command: str, dashes: str) -> Option:
    flags = [name for name in names if name[:1] in dashes]
    action = _ACTIONS.get(said.action, "store")
    flag = max(flags, key=len) if flags else ""
    dest = said.text("dest") or _dest(names, flags, dashes)
    # A negative flag is named by what it sets: `shuffle=false` says what `no-shuffle=…` would leave open.
    named_by_dest = action == "negative-flag" and bool(said.text("dest"))
    key = dest if named_by_dest or not flag else flag.lstrip(dashes)
    others = [] if named_by_dest else [name.lstrip(dashes) for name in flags]
    aliases = dict.fromkeys(
        name for name in (*others, dest) if name.replace("-", "_") != key.replace("-", "_")
    )
    kind, false = ("bool", "") if action in ("flag", "negative-flag", "boolean-optional") else said.type
    default, known, variable = _default(said, action, kind)
    parameter = Parameter(
        key=key,
        flag=flag,
        type="int" if action == "count" else kind,
        default=default,
        default_known=known,
        choices=said.choices,
        any_case=said.any_case,
        nargs=said.nargs,
        required=said.keywords.get("required") is True or (not flags and said.nargs not in ("?", "*", "...")),
        action=action,
        help=said.text("help"),
        aliases=tuple(aliases),
        off=_off(flags) if action == "boolean-optional" else "",
        false=false,
        command=command,
    )
    is_switch = said.action in _SWITCHES
    return Option(
        parameter, dest.replace("-", "_"), variable, default if variable else None, is_switch=is_switch
    )


def _of_member(value: object) -> object:
    """A member of an enumeration by its value, which is what people type."""
    is_member = isinstance(value, Instance) and value.of.is_enum
    return value.attributes.get("value") if is_member and isinstance(value, Instance) else value


def _takes_nothing(action: object, keywords: Mapping[str, object]) -> bool:
    if keywords.get("nargs") == 0:
        return True
    made = action.find("__init__") if isinstance(action, Class) else None
    return (
        isinstance(made, Function)
        and re.search(r"nargs\s*[:=][^,)]*\b0\b", ast.unparse(made.node)) is not None
    )


def filled(parameter: Parameter, dest: str) -> str:
    """A help text as argparse prints it; what it knows only in a run is left out."""
    known = {"dest": dest} | ({"default": str(parameter.default)} if parameter.default_known else {})
    return _FILLED.sub(lambda match: known.get(match[1], "") if match[1] else "%", parameter.help)


def _off(flags: list[str]) -> str:
    """What BooleanOptionalAction adds to the longest of its flags."""
    long = [flag for flag in flags if flag.startswith("--")]
    return f"--no-{max(long, key=len)[2:]}" if long else ""


def _dest(names: list[str], flags: list[str], dashes: str) -> str:
    """What argparse would derive: the first long flag, else the first short one; a positional as it is."""
    long = [flag for flag in flags if flag[1:2] and flag[1:2] in dashes]
    return [*long, *flags, *names, ""][0].lstrip(dashes)


def _default(said: _Said, action: Action, kind: str) -> tuple[object, bool, str]:
    """The default, whether it is known to be that in a job too, and the variable it comes from."""
    if "default" not in said.keywords:
        return (None, True, "") if said.action in _UNTYPED else (_USUAL.get(action), True, "")
    value = said.keywords["default"]
    if isinstance(value, Varying):
        plain = value.value
        while isinstance(plain, Varying):
            plain = plain.value
        return _as_argparse(plain if is_plain(plain) else None, kind), False, value.variable
    value = _of_member(value)
    if isinstance(value, External) and value.name.endswith("SUPPRESS"):
        return None, True, ""
    if isinstance(value, Instance | Function) or not is_plain(value):
        return None, False, ""
    return _as_argparse(value, kind), True, ""


def _as_argparse(default: object, kind: str) -> object:
    # argparse converts a default that is a string, and no other.
    if isinstance(default, str) and kind in ("int", "float"):
        try:
            return int(default) if kind == "int" else float(default)
        except ValueError:
            return default
    return default


def _of_function(function: Function) -> tuple[str, str]:
    """A type of the script's own: a reader of truths is known by its name or by what it calls."""
    code = ast.unparse(function.node)
    calls = {node.id for node in walk(function.node) if isinstance(node, ast.Name)}
    calls |= {node.attr for node in walk(function.node) if isinstance(node, ast.Attribute)}
    is_lambda = isinstance(function.node, ast.Lambda)
    named_so = _OF_TRUTH.fullmatch(function.name.lower()) or "strtobool" in calls
    if not named_so and not (is_lambda and _TRUE_WORD.search(code)):
        return "a type of its own" if is_lambda else function.name, ""
    capital = "'True'" in code and ".lower()" not in code and ".casefold()" not in code
    return "bool", "False" if capital else "false"
