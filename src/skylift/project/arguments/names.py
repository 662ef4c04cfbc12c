"""What is said of a name that the program does not have."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from skylift.project.arguments.scope import commands_with
from skylift.values.arguments import VALUES_OF_A_FILE, Parameter, Schema
from skylift_runtime.contract import COMMAND_KEY

_RUN_OPTIONS = frozenset(
    {"on", "job", "python", "detach", "max-run", "grace", "interrupt-after", "stop-after", "fail-disk"}
    | {"strict-inputs", "shell", "locked", "dry-run", "quiet", "json", "like", "here", "exact"}
)
_SWITCHES = frozenset(
    {"detach", "strict-inputs", "shell", "locked", "dry-run", "quiet", "json", "here", "exact"}
)
_TARGET_KEYS = frozenset(
    {"backend", "instance-type", "instance-count", "volume", "request", "environment", "output-compression"}
)
_OTHER_KEYS = {
    "region": "aws.region",
    "role": "aws.role",
    "storage": "aws.storage",
    "base": "image.base",
    "repository": "image.repository",
    "apt": "image.apt",
    "entry-point": "entry-point",
}


def off_flag(schema: Schema, name: str) -> Parameter | None:
    """The parameter that the flag of this name switches off: ``no-cache`` of ``cache``."""
    wanted = plain(name)
    for parameter in schema.parameters:
        flags = [parameter.off, parameter.flag if parameter.action == "negative-flag" else ""]
        if wanted != plain(parameter.key) and wanted in [plain(flag.lstrip("-")) for flag in flags if flag]:
            return parameter
    return None


def hint_for(schema: Schema, scope: Schema, name: str, text: str) -> str:
    """What to do about a name that is in no parameter's place: a typing error, somebody else's name."""
    known = sorted(parameter.key for parameter in scope.parameters)
    elsewhere = commands_with(schema, name)
    if elsewhere:
        commands = " or ".join(f"`{COMMAND_KEY}={command}`" for command in elsewhere)
        return f"it goes with {commands}"
    near = nearest(name, [*known, COMMAND_KEY] if schema.commands else known)
    if near:
        return f"did you mean `{near}`?"
    return _setting(name, text) or _remark(schema, name)


def _remark(schema: Schema, name: str) -> str:
    """What is known of values that are no parameters: those of a config file, and constants of the code."""
    found = [one for one in schema.remarks if _speaks_of(one, name)]
    return found[0] if found else ""


def _speaks_of(remark: str, name: str) -> bool:
    words = {plain(word).lower() for word in re.findall(r"[\w.-]+", remark)}
    return plain(name).lower() in words or ("." in name and VALUES_OF_A_FILE in remark)


def nearest(name: str, known: Sequence[str]) -> str:
    by_plain = {plain(key): key for key in known}
    wanted = plain(name).lower()
    # Another case, the end of a dotted name, the beginning of a long one: if it can be only one.
    for fits in (
        [key for key in known if plain(key).lower() == wanted],
        [key for key in known if plain(key).lower().endswith("." + wanted)],
        [key for key in known if len(wanted) > 1 and plain(key).lower().startswith(wanted)],
    ):
        if len(fits) == 1:
            return fits[0]
    found = difflib.get_close_matches(plain(name), by_plain, 1, 0.6)
    return by_plain[found[0]] if found else ""


def _setting(name: str, text: str) -> str:
    """A key of the config, or an option of ``run``, that somebody takes for a parameter."""
    spelled = name.replace("_", "-")
    if spelled in _RUN_OPTIONS:
        return f"it is an option: --{spelled}" + ("" if spelled in _SWITCHES else f" {text or 'VALUE'}")
    if spelled in _TARGET_KEYS:
        return f"it is a key of a target: --on TARGET --set targets.TARGET.{spelled}={text}"
    key = _OTHER_KEYS.get(spelled)
    return f"it is a key of the config: --set {key}={text}" if key else ""


def plain(name: str) -> str:
    return name.replace("-", "_")
