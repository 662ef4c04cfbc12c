"""Several values of one parameter: by repetition, as JSON, and what people try instead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from skylift.project.arguments.typed import one
from skylift.project.config.convert import Unfit
from skylift.values.arguments import Parameter
from skylift_runtime.arguments import text_of_value

_NUMBER = re.compile(r"-\d+|-\d*\.\d+")
_BRACKETS = re.compile(r"\s*\[.*\]\s*", re.DOTALL)
_TAKES_DASHES = frozenset({"click", "typer", "optparse"})
"""Readers of command lines that count values, and do not look at them."""


def list_of(parameter: Parameter, values: Sequence[Any], source: str) -> list[Any]:
    """The items of a list, each typed.

    :raises Unfit: for an item that can not be, a wrong number of them, or what argparse can not be given.
    """
    if parameter.none and list(values) == [parameter.none]:
        return [parameter.none]
    is_apart = source not in _TAKES_DASHES and parameter.spelling == "separate" and parameter.nargs
    if parameter.action == "append" and parameter.nargs not in ("", "?"):
        times = list(_times(parameter, values))
        if is_apart:
            _refuse_dashes(parameter, times)
        return times
    said = list(_items(parameter, values))
    try:
        items = [one(_of_item(parameter, index), item) for index, item in enumerate(said)]
    except Unfit as error:
        raise Unfit(str(error), _list_hint(parameter, said) or error.hint) from None
    _count(parameter, items)
    if is_apart:
        _refuse_dashes(parameter, items)
    return items


def joined(parameter: Parameter, values: Sequence[Any]) -> str:
    """Several values in the one text that the program takes apart; a text that is none of JSON's lists goes as it is.

    :raises Unfit: for an item that can not stand in such a text.
    """
    texts: list[str] = []
    for value in values:
        found = _json_list(value) if isinstance(value, str) else value
        if isinstance(found, list | tuple):
            texts += [_in_text(parameter, item) for item in found]
        elif value is not None and value != "":
            texts.append(value if isinstance(value, str) else text_of_value(value))
    return parameter.separator[:1].join(texts)


def _in_text(parameter: Parameter, item: Any) -> str:
    text = text_of_value(item)
    is_csv = parameter.separator == ","
    if (
        text != text.strip()
        or len(text.splitlines()) > 1
        or not (is_csv or (text and text.split() == [text]))
    ):
        raise Unfit(
            f"`{parameter.key}` can not be given {text!r}: the program takes its text apart at blanks"
        )
    if not is_csv and "," in parameter.separator and "," in text:
        raise Unfit(
            f"`{parameter.key}` can not be given {text!r}: the program takes its text apart at commas"
        )
    quoted = is_csv and (not text or any(letter in text for letter in ',"'))
    return '"' + text.replace('"', '""') + '"' if quoted else text


def _of_item(parameter: Parameter, index: int) -> Parameter:
    """What one of its values has to be; the default is that of all together."""
    types = parameter.types
    return replace(parameter, type=types[index % len(types)] if types else parameter.type, default=None)


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


def _times(parameter: Parameter, values: Sequence[Any]) -> Iterator[Any]:
    """What a parameter that is given several times has each time: several values are a list in the list.

    :raises Unfit: for a value that can not be, or a wrong number of them.
    """
    wanted = parameter.nargs
    for said in _each_time(parameter, values):
        group = said if isinstance(said, list) else [said]
        items = [one(_of_item(parameter, index), item) for index, item in enumerate(group)]
        if wanted.isdigit() and len(items) != int(wanted):
            example = ",".join(["…"] * int(wanted))
            raise Unfit(
                f"`{parameter.key}` takes {wanted} values each time, and is given {said!r}",
                f"write each as a list of its own: {parameter.key}=[[{example}]]",
            )
        if wanted == "+" and not items:
            raise Unfit(f"`{parameter.key}` takes at least one value each time")
        yield items if isinstance(said, list) else items[0]


def _each_time(parameter: Parameter, values: Sequence[Any]) -> Iterator[Any]:
    count = int(parameter.nargs) if parameter.nargs.isdigit() else 1
    for value in values:
        found = _json_list(value) if isinstance(value, str) else value
        if isinstance(found, dict) and count == 2:
            yield from ([key, item] for key, item in found.items())
        elif isinstance(found, list) and count > 1 and not any(isinstance(item, list) for item in found):
            # A plain list of as many as it takes is one time.
            yield found
        else:
            yield from _items(parameter, [value])


def _items(parameter: Parameter, values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        found = _json_list(value) if isinstance(value, str) else value
        if isinstance(found, dict) and len(parameter.types) == 2:
            yield from (part for pair in found.items() for part in pair)
        elif isinstance(found, list | tuple):
            yield from _flat(parameter, found)
        elif isinstance(value, str) and _BRACKETS.fullmatch(value):
            key = parameter.key
            hint = (
                "a shell takes quotes away; put all of it in others, or repeat the name: "
                f"""'{key}=["a", "b"]' or {key}=a {key}=b"""
            )
            raise Unfit(f"`{key}` is given {value!r}, which is no list of JSON", hint)
        else:
            yield value


def _flat(parameter: Parameter, found: Sequence[Any]) -> Iterator[Any]:
    """Pairs in a list, as a list: to the program all are values one after the other."""
    for item in found:
        inner = isinstance(item, list) and parameter.action != "append"
        if inner and (parameter.types or parameter.type in ("int", "float", "bool")):
            yield from _flat(parameter, item)
        else:
            yield item


def _json_list(text: str) -> Any:
    try:
        return json.loads(text) if text.lstrip()[:1] in ("[", "{") else None
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
