"""Find Python in a base image: from its config where that tells, else in the layers, from the top."""

from __future__ import annotations

import posixpath
import re
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from skylift.errors import NotReady, RegistryError
from skylift.values.images import Descriptor
from skylift.values.ports import Registry
from skylift.values.references import ImageReference

_NAME = re.compile(r"python(3\.\d+)")
_FOLDERS = ("usr/local/bin", "opt/conda/bin", "usr/bin")
"""Best first: what was put there on purpose comes before what a distribution needs for itself."""


@dataclass(frozen=True)
class Interpreter:
    path: str
    """Absolute, in the image."""
    python: str
    """Its minor version."""


def named(path: str) -> Interpreter | None:
    """What a path says by itself; None when it has no version in its name.

    >>> named("/usr/bin/python3.11")
    Interpreter(path='/usr/bin/python3.11', python='3.11')
    """
    match = _NAME.fullmatch(posixpath.basename(path))
    return Interpreter(path, match[1]) if match else None


def official(config: Mapping[str, object]) -> Interpreter | None:
    """Python of the official ``python`` images and what is built on them: they say so in a variable."""
    inner = config.get("config")
    variables = inner.get("Env") if isinstance(inner, Mapping) else None
    for variable in variables or ():
        match = re.fullmatch(r"PYTHON_VERSION=(3\.\d+)\..*", str(variable))
        if match:
            return Interpreter(f"/usr/local/bin/python{match[1]}", match[1])
    return None


def scan(
    registry: Registry, reference: ImageReference, layers: Sequence[Descriptor], said: str = ""
) -> Interpreter:
    """Read layers from the top until one holds ``python3.N``; nothing is kept on disk.

    :param said: a path without a version in its name; its version is that of its neighbour.
    :raises NotReady: when no layer holds one.
    """
    folders = (posixpath.dirname(said).lstrip("/"),) if said else _FOLDERS
    removed: set[str] = set()
    for layer in reversed(layers):
        names = _interesting(registry, reference, layer, folders)
        found = [name for name in names if _NAME.fullmatch(posixpath.basename(name)) and name not in removed]
        if found:
            best = min(found, key=lambda name: (folders.index(posixpath.dirname(name)), -_minor(name)))
            python = f"3.{_minor(best)}"
            return Interpreter(said or f"/{best}", python)
        removed |= {name.replace("/.wh.", "/") for name in names}
    raise NotReady(
        f"no Python was found in the base image {reference}",
        hints=(
            'set [image] interpreter = "/path/to/python3.N" if it is in an unusual place',
            'or use a base with Python, such as "python:3.11-slim"',
        ),
        base=str(reference),
    )


def _interesting(
    registry: Registry, reference: ImageReference, layer: Descriptor, folders: Iterable[str]
) -> set[str]:
    """Interpreters in one layer, and marks (``.wh.``) that remove one from the layers below."""
    wanted = tuple(f"{folder}/" for folder in folders)
    found = set()
    with registry.blob(reference.repository, layer.digest) as stream:
        try:
            with tarfile.open(fileobj=stream, mode="r|gz") as archive:
                for member in archive:
                    name = posixpath.normpath(member.name).lstrip("/")
                    if name.startswith(wanted) and not member.isdir():
                        found.add(name)
                    # tarfile remembers all it has seen; a layer may hold hundreds of thousands of files.
                    archive.members = []  # type: ignore[attr-defined]
        except tarfile.TarError as error:
            raise RegistryError(
                f"layer {layer.digest} of {reference} is not a gzipped tar: {error}"
            ) from error
    pattern = re.compile(r"(\.wh\.)?python3\.\d+")
    return {name for name in found if pattern.fullmatch(posixpath.basename(name))}


def _minor(name: str) -> int:
    return int(name.rpartition(".")[2])
