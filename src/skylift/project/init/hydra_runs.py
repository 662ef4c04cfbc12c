"""Where a Hydra program leaves its results: each run in a folder of its own, which its config names."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from skylift.host.files import read_source_text
from skylift.project.init.scope import Scope
from skylift.project.init.scopes import Scopes
from skylift.project.init.tables import Tables
from skylift.project.source.program import Program
from skylift.project.source.walking import walk_folders

_USUAL = "outputs"
_MODELS = (".ckpt", ".pt", ".pth", ".pkl", ".joblib", ".h5", ".keras", ".safetensors")
_MOST_FILES = 60
_MOST_BYTES = 100_000
_DEEPEST = 6
_RUN = re.compile(r"^[ \t]*run:[ \t]*\n[ \t]+dir:[ \t]*([^\n]+)", re.MULTILINE)
_LINE = re.compile(r"^[ \t]*(\w+):[ \t]+(\S[^\n#]*)", re.MULTILINE)
_REFERENCE = re.compile(r"\$\{([^{}]*)\}")


def read_hydra(program: Program, scopes: Scopes, tables: Tables) -> None:
    """Collect the folder of the run: checkpoints as the model, the rest as output."""
    main = next(
        ((call, scope) for scope in scopes.every() for call in scope.calls if _is_main(call, scope)), None
    )
    if main is None:
        return
    call, scope = main
    texts = list(_configs(program, call, scope))
    said = next((match[1] for text in texts for match in _RUN.finditer(text)), "")
    folder = _folder(said, texts) if said else _USUAL
    if said and posixpath.normpath(said.strip().strip("'\"")) == ".":
        # Results lie where the code says.
        return
    why = f"{scope.file}:{call.lineno} hydra.main makes a folder there for each run"
    if not folder:
        tables.leave(f"{why}, and where was not understood ({said}): name it in [collect]")
        return
    for suffix in _MODELS if not tables.has_model else ():
        tables.collect.setdefault("model", []).append(f"{folder}/**/*{suffix}")
    if "model" in tables.collect:
        tables.say("collect model", f"{folder}/**/*.ckpt, …", f"{why}; checkpoints are models", sure=False)
    tables.gather("output", f"{folder}/**", why)


def _is_main(call: ast.Call, scope: Scope) -> bool:
    return scope.full_name(call.func) in ("hydra.main", "hydra.experimental.main")


def _configs(program: Program, call: ast.Call, scope: Scope) -> Iterator[str]:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    given = named.get("config_path") or (call.args[0] if call.args else None)
    said = given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else "."
    top = (program.root / posixpath.dirname(scope.file) / said).resolve()
    if not top.is_relative_to(program.root.resolve()):
        return
    count = 0
    for folder, folders, names in walk_folders(top):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if name.endswith((".yaml", ".yml"))):
            count += 1
            if count > _MOST_FILES:
                return
            yield _text(Path(folder) / name)


def _text(path: Path) -> str:
    try:
        return read_source_text(path, _MOST_BYTES)
    except OSError:
        return ""


def _folder(said: str, texts: list[str]) -> str:
    """The part of a folder's name that is known; empty where its first part is not."""
    known: dict[str, str] = {}
    for match in (match for text in texts for match in _LINE.finditer(text)):
        value = match[2].strip().strip("'\"")
        # What several files say differently depends on which of them are chosen.
        known[match[1]] = value if known.get(match[1], value) == value else "*"
    text = said.strip().strip("'\"")
    for _ in range(_DEEPEST):
        text = _REFERENCE.sub(lambda match: _value(match[1], known), text)
    head = posixpath.normpath(text.partition("*")[0] if "*" in text else text)
    head = (
        head
        if not text.partition("*")[0] or text.partition("*")[0].endswith("/")
        else posixpath.dirname(head)
    )
    return "" if head in (".", "") or head.startswith(("/", "..")) else head


def _value(reference: str, known: dict[str, str]) -> str:
    if reference.startswith(("oc.env:", "env:")):
        # Such a variable names the project's root, or nothing that we know.
        return "." if "ROOT" in reference.upper() else "*"
    if reference.startswith(("hydra:runtime.cwd", "hydra.runtime.cwd")):
        return "."
    return known.get(reference.rpartition(".")[2], "*") if ":" not in reference else "*"
