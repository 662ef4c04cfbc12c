"""Several values of one parameter: by repetition, as JSON, and what people try instead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from skylift.project.arguments.typed import one
from skylift.project.config.convert import Unfit
from skylift.values.arguments import Parameter

_NUMBER = re.compile(r"-\d+|-\d*\.\d+")
_BRACKETS = re.compile(r"\s*\[.*\]\s*", re.DOTALL)
_TAKES_DASHES = frozenset({"click", "typer"})
"""Readers of command lines that count values, and do not look at them."""


def list_of(parameter: Parameter, values: Sequence[Any], source: str) -> list[Any]:
    """The items of a list, each typed.

    :raises Unfit: for an item that can not be, a wrong number of them, or what argparse can not be given.
    """
    said = list(_items(parameter, values))
    try:
        items = [one(parameter, item) for item in said]
    except Unfit as error:
        raise Unfit(str(error), _list_hint(parameter, said) or error.hint) from None
    _count(parameter, items)
    if source not in _TAKES_DASHES and parameter.spelling == "separate" and parameter.nargs:
        _refuse_dashes(parameter, items)
    return items


def _count(parameter: Parameter, items: Sequence[Any]) -> None:
    wanted = parameter.nargs
    if parameter.action == "append":
        return
    if wanted.isdigit() and len(items) != int(wanted):
        example = ",".join(["…"] * int(wanted))
        raise Unfit(
            f"`{parameter.key}` takes {wanted} values, and is given {len(items)}",
            f"write them as a list: {parameter.key}=[{example}]",
        )
    if wanted == "+" and not items:
        raise Unfit(f"`{parameter.key}` takes at least one value")


def _items(parameter: Parameter, values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        found = _json_list(value) if isinstance(value, str) else value
        if isinstance(found, list | tuple):
            yield from found
        elif isinstance(value, str) and _BRACKETS.fullmatch(value):
            key = parameter.key
            hint = (
                "a shell takes quotes away; put all of it in others, or repeat the name: "
                f"""'{key}=["a", "b"]' or {key}=a {key}=b"""
            )
            raise Unfit(f"`{key}` is given {value!r}, which is no list of JSON", hint)
        else:
            yield value


def _json_list(text: str) -> Any:
    try:
        return json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None


def _list_hint(parameter: Parameter, items: Sequence[Any]) -> str:
    """``1,2,3`` and ``1 2 3``, where each part would do."""
    parts = re.split(r"[,;\s]+", items[0].strip(", \t")) if isinstance(items[0], str) else []
    if len(items) != 1 or len(parts) < 2:
        return ""
    try:
        found = [one(parameter, part) for part in parts]
    except Unfit:
        return ""
    key = parameter.key
    text = json.dumps(found, separators=(",", ":"))
    return f"write {key}={text} or repeat it: " + " ".join(f"{key}={part}" for part in parts)


def _refuse_dashes(parameter: Parameter, items: Sequence[Any]) -> None:
    """argparse takes a value for an option that begins with a dash, unless it is the only one."""
    groups = [item for item in items if isinstance(item, list)] if parameter.action == "append" else [items]
    for group in groups:
        for item in group if len(group) > 1 and parameter.flag else ():
            dashed = isinstance(item, str) and len(item) > 1 and item.startswith("-")
            if dashed and not _NUMBER.fullmatch(item):
                raise Unfit(
                    f"`{parameter.key}` can not be given {item!r} beside other values: argparse would take it for an option",
                    "let the script read such values from a file that ships",
                )
