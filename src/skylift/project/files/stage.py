"""A frozen copy of the project beside the run: what ``/opt/skylift`` is in an image."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import skylift_runtime
from skylift.errors import NotReady
from skylift.host.files import FULL, remove_tree
from skylift.values.project import ShippedFile
from skylift_runtime.contract import PROJECT_FILE


def stage(
    root: Path, files: Sequence[ShippedFile], description: bytes, runtime: Mapping[str, bytes], into: Path
) -> None:
    """Write ``runtime/``, ``project.json`` and ``code/`` below ``into``; it appears whole or not at all.

    :raises NotReady: when a file that ships can not be read.
    """
    part = into.with_name(f".{into.name}.part")
    remove_tree(part)
    part.mkdir(parents=True)
    for path, source in runtime.items():
        target = part / "runtime" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source)
    (part / PROJECT_FILE).write_bytes(description)
    (part / "code").mkdir()
    for file in files:
        _copy(root, file, part / "code")
    remove_tree(into)
    part.rename(into)


def _copy(root: Path, file: ShippedFile, into: Path) -> None:
    target = into / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.link:
        target.symlink_to(file.link)
        return
    try:
        shutil.copyfile(root / file.path, target)
    except OSError as error:
        if error.errno in FULL:
            # Not the fault of the file: there is no room for its copy.
            raise
        raise NotReady(
            f"a file that ships can not be read: {file.path}: {error.strerror}",
            hints=("repair or remove it, or name it in .skyliftignore",),
        ) from error
    target.chmod(0o755 if file.executable else 0o644)


def runtime_sources() -> Mapping[str, bytes]:
    """The runtime's sources by path: ``skylift_runtime/launch.py`` and its siblings."""
    package = Path(skylift_runtime.__file__).parent
    sources = sorted(package.rglob("*.py"))
    return {f"{package.name}/{path.relative_to(package).as_posix()}": path.read_bytes() for path in sources}
