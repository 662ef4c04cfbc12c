"""The page of the errors: from the tree in the docstring of `skylift.errors`, and the classes."""

from __future__ import annotations

import inspect
import re

from skylift import errors

_ROW = re.compile(r"^[\s│├└─]*(?P<name>\w+)\s{2,}\d\s+(?P<when>.+)$", re.MULTILINE)
_NOT_FACTS = frozenset({"self", "message", "hints", "facts"})
HEAD = """\
# Errors

Everything that Skylift raises on purpose is a `SkyliftError`. Which class it is says who must act; the command line ends with
its exit code. From Python, `str(error)` is the message, `error.hints` what to do, `error.facts` the facts as a dictionary.
"""
_CODES = """\
## Exit codes

| code | meaning |
|---|---|
| 0 | done |
| 1 | a bug in Skylift; the report's path is printed |
| 2 | the command line or the config is wrong |
| 3 | something is not ready: environment, stale lock; or `wait` has waited for as long as `--timeout` says |
| 4 | the job failed |
| 5 | a remote service failed |
| 6 | a gate says no: `skylift compare --min-delta` |
| 7 | the job was stopped, by request or by a limit |
| 130 | interrupted |
"""


def page() -> str:
    tree = inspect.getdoc(errors) or ""
    said = {found["name"]: found["when"] for found in _ROW.finditer(tree)}
    drawn = tree[tree.index("SkyliftError") : tree.index("Messages are")].rstrip()
    lines = [
        HEAD,
        "```text",
        inspect.cleandoc(f"    {drawn}"),
        "```",
        "",
        "| class | exit code | when | facts |",
    ]
    lines.append("|---|---|---|---|")
    for name, found in inspect.getmembers(errors, inspect.isclass):
        if issubclass(found, errors.SkyliftError):
            own = inspect.getdoc(found) if found.__doc__ else None
            when = own.splitlines()[0].replace("``", "`") if own else _sentence(said.get(name, ""))
            lines.append(f"| `{name}` | {found.exit_code} | {when} | {_facts(found)} |")
    return "\n".join([*lines, "", _CODES])


def _sentence(text: str) -> str:
    return "" if text.startswith(".") else f"{text[:1].upper()}{text[1:]}."


def _facts(found: type[errors.SkyliftError]) -> str:
    if "__init__" not in vars(found):
        return ""
    names = [name for name in inspect.signature(found).parameters if name not in _NOT_FACTS]
    return ", ".join(f"`{name}`" for name in names)
