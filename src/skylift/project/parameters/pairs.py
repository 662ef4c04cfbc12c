"""Two flags that set one name, ``--shuffle`` and ``--no-shuffle``, as the one parameter that they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from skylift.project.parameters.reading import Option

_OPPOSITE = {"flag": "negative-flag", "negative-flag": "flag"}


def other_of(option: Option, known: Iterable[Option]) -> Option | None:
    """The flag that says the opposite of this one."""
    wanted = _OPPOSITE.get(option.parameter.action) if option.is_switch else None
    found = (one for one in known if one.is_switch and one.parameter.action == wanted)
    return next((one for one in found if one.dest == option.dest and not one.parameter.off), None)


def paired(first: Option, second: Option) -> Option:
    """Both as one, named by the flag that says true; argparse has the default of the one that came first."""
    on, off = (first, second) if first.parameter.action == "flag" else (second, first)
    names = dict.fromkeys((*on.parameter.aliases, *off.parameter.aliases, off.parameter.key))
    key = on.parameter.key.replace("-", "_")
    default, known = first.parameter.default, first.parameter.default_known
    if default is None and second.parameter.default is not None:
        # Without any the other's counts, and with None that does.
        known = False
    parameter = replace(
        on.parameter,
        off=off.parameter.flag,
        default=default,
        default_known=known,
        aliases=tuple(name for name in names if name.replace("-", "_") != key),
        help=on.parameter.help or off.parameter.help,
        required=first.parameter.required and second.parameter.required,
    )
    return replace(on, parameter=parameter, variable=first.variable, fallback=first.fallback)
