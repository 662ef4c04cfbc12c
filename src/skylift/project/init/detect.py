"""Read a project that has no config, and say what its config would be (``init``). Nothing of it is run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skylift.errors import UsageError
from skylift.project.config.defaults import USUAL_PYTHON, project_name, project_python
from skylift.project.config.toml import read_config
from skylift.project.init.bindings import Bindings
from skylift.project.init.candidates import Candidate, candidates, spelled
from skylift.project.parameters.argparse_calls import Option
from skylift.project.parameters.parsers import read_parsers
from skylift.project.source.entry import entry_file
from skylift.project.source.modules import imported, parsed
from skylift.project.source.notebooks import Unreadable, is_notebook, notebook_of
from skylift.values.project import Detection, Understood
from skylift.values.settings import TargetSettings

_NOT_FOR_TRAINING = re.compile(r"dev|test|doc|lint|ci\b")
_PYTHON_IMAGE = re.compile(r"^\s*FROM\s+(?:\S+/)?python:(3\.\d+)", re.MULTILINE | re.IGNORECASE)
_SUGGESTED = TargetSettings("cloud")


@dataclass
class _Findings:
    config: dict[str, Any] = field(default_factory=dict)
    rows: list[Understood] = field(default_factory=list)

    def add(self, key: str, value: Any, why: str, *, sure: bool = True, topic: str = "") -> None:
        self.config[key] = value
        shown = ", ".join(value) if isinstance(value, list) else str(value)
        self.rows.append(Understood(topic or key, shown, why, sure))


def detect(root: Path, *, entry_point: str | None = None) -> Detection:
    """Find the entry point, what it needs and what it reads.

    Without a clear entry point the config has none, and ``candidates`` are those it could be.

    :param entry_point: what the user says it is.
    :raises UsageError: when that is not in the project.
    """
    pyproject = read_config(root / "pyproject.toml", "pyproject.toml") or {}
    found = _Findings()
    name, source = project_name(root, pyproject)
    found.add("name", name, source)
    likely = _entry(root, entry_point)
    if len(likely) == 1:
        text, why = _spelled(root, likely[0], entry_point)
        found.add("entry-point", text, why, topic="entry point")
    _python(root, pyproject, found)
    _requirements(root, pyproject, found)
    bindings = Bindings(root)
    if len(likely) == 1:
        _bind(root, str(found.config["entry-point"]), bindings)
    tables = {"channels": bindings.channels, "arguments": bindings.arguments}
    config = {**found.config, **{key: table for key, table in tables.items() if table}, **_targets()}
    return Detection(
        config,
        (*found.rows, *bindings.understood),
        tuple(candidate.path for candidate in likely),
        tuple(dict.fromkeys([*bindings.left, "[aws]: region, storage and role, before a job in the cloud"])),
    )


def _entry(root: Path, said: str | None) -> list[Candidate]:
    """The likeliest entry points: more than one when they can not be told apart."""
    if said is not None:
        if entry_file(root, said) is None:
            raise UsageError(
                f"entry point `{said}` is not in the project", hints=("name a script below " + str(root),)
            )
        return [Candidate(said, (), "it was named")]
    found = candidates(root)
    return [candidate for candidate in found if candidate.rank == found[0].rank]


def _spelled(root: Path, candidate: Candidate, said: str | None) -> tuple[str, str]:
    if said is not None:
        return candidate.path, candidate.why
    text, why = spelled(root, candidate.path)
    return text, ", ".join(part for part in (candidate.why, why) if part)


def _python(root: Path, pyproject: Mapping[str, Any], found: _Findings) -> None:
    known = project_python(root, pyproject)
    if known is None:
        for path in sorted({*root.glob("Dockerfile*"), *root.glob("*/Dockerfile*")}):
            image = _PYTHON_IMAGE.search(path.read_text(encoding="utf-8", errors="replace"))
            if image:
                known = image[1], path.relative_to(root).as_posix()
                break
    if known is None:
        found.add("python", USUAL_PYTHON, "nothing says which", sure=False)
    else:
        found.add("python", *known)


def _requirements(root: Path, pyproject: Mapping[str, Any], found: _Findings) -> None:
    """Requirement files, unless ``[project]`` has the dependencies."""
    declared = (pyproject.get("project") or {}).get("dependencies")
    if declared:
        count = f"{len(declared)} in pyproject.toml"
        found.rows.append(Understood("requirements", count, "[project] dependencies"))
        return
    files = sorted(
        {
            *root.glob("*requirements*.txt"),
            *root.glob("requirements/*.txt"),
            *root.glob("*/requirements*.txt"),
        }
    )
    named = [path.relative_to(root).as_posix() for path in files]
    fit = [name for name in named if not _NOT_FOR_TRAINING.search(name.lower()) and not name.startswith(".")]
    if fit:
        best = min(
            fit, key=lambda name: ("train" not in name, name.count("/"), name != "requirements.txt", name)
        )
        found.add("requirements", [best], "it is there", sure=len(fit) == 1)
    else:
        found.rows.append(
            Understood("requirements", "none", "no requirements file, no [project] dependencies", sure=False)
        )


def _bind(root: Path, entry_point: str, bindings: Bindings) -> None:
    path = entry_file(root, entry_point)
    if path is not None and is_notebook(entry_point):
        _bind_notebook(path, bindings)
        return
    tree = parsed(path) if path is not None and path.suffix == ".py" else None
    if path is None or tree is None:
        return
    bindings.variables([tree, *(module.tree for module in imported(root, path, tree))])
    source = read_parsers(root, path, tree)
    for option in source.options:
        bindings.option(option)
    if source.parsers:
        keys = ", ".join(option.parameter.key for option in source.options)
        row = Understood("arguments", keys, "; ".join(source.notes) or "argparse", sure=not source.notes)
        bindings.understood.insert(0, row)


def _bind_notebook(path: Path, bindings: Bindings) -> None:
    try:
        notebook = notebook_of(path)
    except Unreadable as problem:
        raise UsageError(f"{path.name} {problem}") from problem
    bindings.variables([notebook.tree])
    schema = notebook.schema
    for parameter in schema.parameters:
        bindings.option(Option(parameter, parameter.key))
    if schema.parameters:
        keys = ", ".join(parameter.key for parameter in schema.parameters)
        row = Understood("arguments", keys, "; ".join(schema.notes) or "the cell tagged `parameters`")
        bindings.understood.insert(0, row)


def _targets() -> dict[str, Any]:
    suggested = {"backend": _SUGGESTED.backend, "instance-type": _SUGGESTED.instance_type}
    return {"targets": {_SUGGESTED.name: suggested}}
