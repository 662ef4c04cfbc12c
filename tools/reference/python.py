"""The page of the Python face: what `skylift.__all__` names, by Sphinx's autodoc."""

from __future__ import annotations

import inspect

import skylift

HEAD = """\
# Python

`import skylift` brings these names; the command line uses nothing else. A short way in: [from Python](../how-to/python.md). The
examples are run by a test.
"""
_FIRST = ("Project", "Run", "Runs", "Artifacts", "Plan", "Record")


def page() -> str:
    named = {name: getattr(skylift, name) for name in skylift.__all__}
    classes = [name for name, found in named.items() if inspect.isclass(found)]
    errors = [name for name in classes if issubclass(named[name], BaseException)]
    others = [name for name in classes if name not in errors]
    lines = [HEAD]
    for name in sorted(
        others, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)
    ):
        lines += [f"## {name}", "", *_directive("autoclass", name)]
    functions = [name for name in named if name not in classes and callable(named[name])]
    for name in functions:
        lines += [f"## {name}", "", *_directive("autofunction", name)]
    lines += ["## Errors", "", "All are a `SkyliftError`; [the tree](errors.md) has the rest.", ""]
    for name in errors:
        lines += _directive("autoexception", name, "   :no-members:")
    return "\n".join(lines)


def _directive(kind: str, name: str, *options: str) -> list[str]:
    return ["```{eval-rst}", f".. {kind}:: skylift.{name}", *options, "```", ""]
