"""Why a job did not find a file that the project has: what only this side knows (joints 7 and 17)."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skylift.errors import SkyliftError
from skylift.project.files.left_out import Rules, why_left_out
from skylift.project.files.missing import files_of_module, missing_modules, missing_paths, named_paths
from skylift.values.run_folder import RunFolder
from skylift.values.settings import JobSettings, Settings
from skylift_runtime.contract import ML_ROOT, Tree

_WORDLESS = re.compile(r"AlgorithmError: , exit code: 137")
_KILLED = (
    "the job was killed with SIGKILL, its first process and all, before it could say a word: usually memory ran out; "
    "smaller batches, fewer workers, or a larger machine"
)
_ASKED = 40
"""Candidates that are looked at: a text may have many words."""


def rules_for_intent(settings: Settings, job: JobSettings) -> dict[str, Any]:
    """What the intent keeps, so that a failure can be explained by the rules of the run's own time."""
    others = [_folders(other) for other in settings.jobs.values() if other.name != job.name]
    return {
        "include": list(settings.ship.include),
        "channels": _folders(job),
        "elsewhere": {folder: name for folders in others for folder, name in folders.items()},
        "entry_point": job.entry_point or "",
    }


def _folders(job: JobSettings) -> dict[str, str]:
    return {posixpath.normpath(one.local): name for name, one in job.channels.items() if one.local}


def explain(folder: RunFolder, intent: Mapping[str, Any], reason: str) -> str:
    """What the job could not say of its failure: the rule that left out what it looked for, or why it is silent.

    Says nothing rather than fail: it is asked while a record is being written.
    """
    if _WORDLESS.fullmatch(reason):
        return _KILLED
    ship = intent.get("ship")
    if not isinstance(ship, Mapping):
        return ""
    root = folder.path.parents[2]
    rules = Rules(root, tuple(ship["include"]), dict(ship["channels"]), dict(ship["elsewhere"]))
    try:
        candidates = _candidates(folder, root, str(ship["entry_point"]), reason)
        asked = (why_left_out(rules, path) for path, _ in zip(candidates, range(_ASKED), strict=False))
        return next(filter(None, asked), "")
    except (SkyliftError, OSError, ValueError):
        return ""


def _candidates(folder: RunFolder, root: Path, entry_point: str, reason: str) -> Iterator[str]:
    here = posixpath.dirname(entry_point) if entry_point.endswith((".py", ".ipynb")) else ""
    for module in missing_modules(reason):
        yield from _files_of(root, module, tuple(dict.fromkeys(("", "src", here))))
    code = Tree(ML_ROOT).code, Tree(str(folder.tree)).code, str(root), str(root.resolve())
    # What was only named has to be there: it need not be what the job missed.
    named = [path for path in named_paths(reason, code) if os.path.lexists(root / path)]
    for path in dict.fromkeys([*named, *missing_paths(reason, code)]):
        yield path
        if here:
            yield posixpath.normpath(posixpath.join(here, path))


def _files_of(root: Path, module: str, folders: tuple[str, ...]) -> Iterator[str]:
    parts = module.split(".")
    # `No module named 'a.b'` may be about a, or b; a folder that ships is no answer.
    for depth in range(1, len(parts) + 1):
        for folder in folders:
            parent = root.joinpath(folder, *parts[: depth - 1])
            if parent.is_dir():
                names = [entry.name for entry in parent.iterdir()]
                found = files_of_module(".".join(parts[:depth]), names)
                yield from ((parent / name).relative_to(root).as_posix() for name in found)
