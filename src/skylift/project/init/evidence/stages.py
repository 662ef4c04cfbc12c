"""What a stage of dvc.yaml reads and leaves behind: channels and files to collect of its job."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from skylift.project.init.evidence.clues import Clue
from skylift.project.init.evidence.survey import Survey
from skylift.project.source.walking import walk_folders
from skylift.values.references import slug

PULLED = " is not here: `dvc pull` may bring it"
_CODE = frozenset({".py", ".sh", ".ipynb", ".yaml", ".yml", ".json", ".toml", ".txt", ".cfg", ".ini", ".md"})
_SET = frozenset({".py", ".yaml", ".yml", ".toml", ".cfg", ".ini"})
_MOST_NAMES = 500
_MODELS = frozenset(
    {".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt", ".h5", ".keras", ".onnx", ".bin", ".safetensors", ".model", ".cbm"}
)  # fmt: skip
_MADE = ("outs", "metrics", "plots")


def with_files(survey: Survey, clue: Clue, stage: Mapping[str, Any], made: Collection[str] = ()) -> Clue:
    """The clue with the places of its job: what it depends on, and what it makes.

    :param made: what other stages make: it need not be here.
    """
    facts = dict(clue.facts)
    channels, paths, notes = _inputs(survey, _names(stage.get("deps")), made)
    collect = _outputs(survey, stage)
    facts |= {
        key: table for key, table in (("channels", channels), ("paths", paths), ("collect", collect)) if table
    }
    return replace(
        clue, facts=facts, notes=(*clue.notes, *(f"the stage `{clue.job}`: {note}" for note in notes))
    )


def _names(listed: Any) -> list[str]:
    """``["a", {"b": {"cache": false}}]``"""
    found: list[str] = []
    for item in listed if isinstance(listed, list) else ():
        name = next(iter(item), None) if isinstance(item, Mapping) else item
        if (
            isinstance(name, str)
            and "$" not in name
            and not name.startswith(("/", ".."))
            and "://" not in name
        ):
            found.append(PurePosixPath(name).as_posix())
    return found


def made_in(stages: Iterable[Mapping[str, Any]]) -> list[str]:
    """All that the stages of a pipeline make."""
    return [name for stage in stages for key in _MADE for name in _names(stage.get(key))]


def _inputs(
    survey: Survey, names: list[str], made: Collection[str]
) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Folders and files of data: git does not know what dvc keeps, so that it would not ship."""
    channels: dict[str, str] = {}
    paths: dict[str, str] = {}
    notes: list[str] = []
    for name in names:
        path = survey.root / name
        folder = (
            PurePosixPath(name)
            if path.is_dir() or not PurePosixPath(name).suffix
            else PurePosixPath(name).parent
        )
        if PurePosixPath(name).suffix in _CODE or folder.as_posix() == "." or _is_code(path):
            continue
        if not _is_here(path) and not any(one == name or name.startswith(f"{one}/") for one in made):
            notes.append(f"{name}{PULLED}")
            continue
        channel = next((key for key, place in channels.items() if place == folder.as_posix()), "")
        channel = channel or _free(slug(folder.name, limit=40) or "data", channels)
        channels[channel] = folder.as_posix()
        inner = f"/{PurePosixPath(name).name}" if folder != PurePosixPath(name) else ""
        paths[name] = f"{{channel:{channel}}}{inner}"
    return channels, paths, notes


def _is_here(path: Path) -> bool:
    """A folder that holds nothing but what dvc knows of it is not."""
    if not path.is_dir():
        return path.exists()
    return any(not one.name.endswith((".dvc", ".gitignore", ".gitkeep")) for one in path.iterdir())


def _is_code(path: Path) -> bool:
    """Whether there are programs in a folder, or below it nothing but those and what sets them."""
    if not path.is_dir():
        return False
    names = (name for _, _, names in walk_folders(path) for name in names)
    below = [PurePosixPath(name).suffix for name in islice(names, _MOST_NAMES)]
    return next(path.glob("*.py"), None) is not None or (bool(below) and all(one in _SET for one in below))


def _free(name: str, taken: Mapping[str, str]) -> str:
    number = 2
    wanted = name
    while wanted in taken:
        wanted, number = f"{name}-{number}", number + 1
    return wanted


def _outputs(survey: Survey, stage: Mapping[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key in _MADE:
        for name in _names(stage.get(key)):
            pure = PurePosixPath(name)
            is_folder = not pure.suffix or (survey.root / name).is_dir()
            model = key == "outs" and (pure.suffix in _MODELS or "model" in pure.name.lower())
            found.setdefault("model" if model else "output", []).append(f"{name}/**" if is_folder else name)
    return found
