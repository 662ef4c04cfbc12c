"""Calls of Python's own functions whose result is known when their arguments are."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, ItemsView, KeysView, Mapping, Sequence, ValuesView

from skylift.project.source.symbolic.values import PLAIN, External, Given, Opaque, Varying, is_plain

_MOST_ITEMS = 1000
_PATHS = frozenset(
    {"os.path.join", "posixpath.join", "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath"}
)
_LOOKUPS = frozenset({"os.getenv", "os.environ.get", "os.environ.setdefault"})
_CONVERSIONS: Mapping[str, Callable[..., object]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "type": lambda value: External(type(value).__name__),
}
_CONTAINERS: Mapping[str, Callable[..., object]] = {
    "list": list,
    "tuple": tuple,
    "set": list,
    "frozenset": list,
    "sorted": lambda items: sorted(items) if is_plain(list(items)) else list(items),
    "reversed": lambda items: items[::-1],
    "enumerate": lambda items, start=0: [(n, item) for n, item in enumerate(items, start)],
    "zip": lambda *several: [tuple(group) for group in zip(*several, strict=False)],
    "len": len,
    "min": min,
    "max": max,
    "sum": sum,
    "range": lambda *bounds: list(range(*bounds))[:_MOST_ITEMS],
    "itertools.chain": lambda *several: [item for items in several for item in items],
}
_TEXT = frozenset(
    [
        "lower",
        "upper",
        "title",
        "strip",
        "lstrip",
        "rstrip",
        "replace",
        "split",
        "rsplit",
        "splitlines",
        "join",
        "format",
        "startswith",
        "endswith",
        "removeprefix",
        "removesuffix",
        "capitalize",
    ]
)
_OF_DICTS = frozenset({"keys", "values", "items", "get", "copy"})
_CHANGES = frozenset({"append", "extend", "insert", "update", "add", "setdefault"})


def call_library(name: str, given: Given) -> object:
    """The result; Opaque when it can not be known. A path is text, as far as we are concerned."""
    if name in _LOOKUPS and given.args:
        variable = given.args[0]
        return Varying(variable, given.get(1, "default")) if isinstance(variable, str) else Opaque(name)
    if name in _PATHS and not given.open:
        return joined(given.args) if given.args else "."
    if name == "dict":
        return _made_dict(given)
    if name in _CONVERSIONS and len(given.args) == 1 and not given.open:
        return _converted(name, given.args[0])
    if name in _CONTAINERS and not given.open:
        return _quietly(_CONTAINERS[name], given)
    return Opaque(name)


def call_method(value: object, name: str, given: Given) -> object:
    """A method of a text, a list or a dictionary that is known."""
    is_text = isinstance(value, str) and name in _TEXT and is_plain(given.args)
    is_change = isinstance(value, list | dict) and name in _CHANGES and len(value) < _MOST_ITEMS
    if not is_text and not is_change and not (isinstance(value, dict) and name in _OF_DICTS):
        return Opaque(name)
    method = getattr(value, name, None)
    found = _quietly(method, given) if method is not None else Opaque(name)
    return list(found) if isinstance(found, KeysView | ValuesView | ItemsView) else found


def joined(parts: Sequence[object]) -> object:
    """Parts of a path as one text; what an environment variable decides stays so."""
    variable = next((part.variable for part in parts if isinstance(part, Varying)), "")
    known = [part.value if isinstance(part, Varying) else part for part in parts]
    texts = [part for part in known if isinstance(part, str)]
    if len(texts) != len(known):
        return Varying(variable, None) if variable else Opaque("a path")
    path = posixpath.join(*texts)
    return Varying(variable, path) if variable else path


def _converted(kind: str, value: object) -> object:
    if isinstance(value, Varying):
        return Varying(value.variable, _converted(kind, value.value) if value.value is not None else None)
    if not isinstance(value, PLAIN):
        return Opaque(kind)
    return _quietly(_CONVERSIONS[kind], Given((value,), {}))


def _made_dict(given: Given) -> object:
    made: dict[object, object] = {}
    for argument in given.args:
        if isinstance(argument, dict):
            made |= argument
        elif isinstance(argument, list) and all(
            isinstance(item, tuple) and len(item) == 2 for item in argument
        ):
            made |= dict(argument)
        else:
            return Opaque("dict")
    made.update(given.keywords)
    return made


def _quietly(function: Callable[..., object], given: Given) -> object:
    """What code that fails in a run makes of it is not our question."""
    try:
        return function(*given.args, **given.keywords)
    except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError, MemoryError):
        return Opaque("failed")


def is_kind(value: object, kind: object) -> bool | None:
    """``isinstance``; None when only a run can say."""
    if isinstance(kind, tuple | list):
        answers = [is_kind(value, one) for one in kind]
        return True if True in answers else None if None in answers else False
    if isinstance(value, Opaque | Varying) or not isinstance(kind, External):
        return None
    known = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "tuple": tuple, "dict": dict}
    wanted = known.get(kind.name)
    return isinstance(value, wanted) if wanted is not None else None
