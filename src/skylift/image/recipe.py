"""What goes into an image, cut into layers, each with a key of its inputs, before anything is built."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from skylift.errors import NotReady
from skylift.host.files import canonical_json, sha256_file
from skylift.image.layout import LAYOUT_VERSION, VENV_PYTHON
from skylift.values.images import BaseImage
from skylift.values.packages import Wheel
from skylift.values.project import ShippedFile
from skylift.values.words import first_of

Kind = Literal["environment", "packages", "runtime", "code"]

_OWN_LAYER = 4 << 20
_BUCKETS = 4
# Engines stop at 127; what a base of tomorrow or a user's own steps add must still fit.
_LAYER_LIMIT = 99
_OTHER_LAYERS = 3


@dataclass(frozen=True)
class CodeFile:
    """One file that ships, as it was when it was read."""

    path: str
    executable: bool
    link: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Recipe:
    """Everything that an image is made of. Equal recipes give equal digests."""

    base: BaseImage
    wheels: tuple[Wheel, ...]
    code_root: Path
    files: tuple[ShippedFile, ...]
    description: bytes
    """``project.json``, as the runtime reads it."""
    runtime: Mapping[str, bytes]
    """Sources of the runtime by path below ``/opt/skylift/runtime``: ``skylift_runtime/__main__.py``."""
    bytecode: bool
    environment: Mapping[str, str]
    labels: Mapping[str, str]
    created: datetime
    """The commit's time."""

    @cached_property
    def code(self) -> tuple[CodeFile, ...]:
        """The files that ship; read when first asked for, and only once."""
        return read_code(self.code_root, self.files)


@dataclass(frozen=True)
class LayerInput:
    """One layer that an image will have."""

    kind: Kind
    key: str
    """SHA-256, in hex, of everything that goes in; never of the compressor."""
    title: str
    weight: int
    """Bytes of what goes in: an estimate of what travels."""
    wheels: tuple[Wheel, ...] = ()
    """What it holds, when its kind is ``packages``."""


def read_code(root: Path, files: Sequence[ShippedFile]) -> tuple[CodeFile, ...]:
    """Read and hash the files that ship; sorted by path.

    :raises NotReady: when one of them can not be read.
    """
    return tuple(_read(root, file) for file in sorted(files, key=lambda file: file.path))


def _read(root: Path, file: ShippedFile) -> CodeFile:
    if file.link:
        return CodeFile(file.path, executable=False, link=file.link, size=0, sha256="")
    try:
        path = root / file.path
        return CodeFile(file.path, file.executable, "", path.stat().st_size, sha256_file(path))
    except OSError as error:
        raise NotReady(
            f"a file that ships can not be read: {file.path}: {error.strerror}",
            hints=("repair or remove it, or name it in .skyliftignore",),
        ) from error


def planned(recipe: Recipe) -> tuple[LayerInput, ...]:
    """The layers on top of the base, in their order: environment, packages, runtime, code.

    The order is fixed, and who shares a layer depends on a package's name and size alone, so that a
    bump rebuilds one layer and a new package shuffles no others.
    """
    return (_environment(recipe), *_packages(recipe), _runtime(recipe), _code(recipe))


def _environment(recipe: Recipe) -> LayerInput:
    key = _key("environment", interpreter=recipe.base.interpreter, python=recipe.base.python)
    return LayerInput("environment", key, f"environment for Python {recipe.base.python}", 1 << 10)


def _packages(recipe: Recipe) -> Iterator[LayerInput]:
    room = _LAYER_LIMIT - _OTHER_LAYERS - len(recipe.base.layers)
    for wheels in grouped(recipe.wheels, room):
        key = _key(
            "packages",
            wheels=sorted(wheel.sha256 for wheel in wheels),
            interpreter=VENV_PYTHON,
            python=recipe.base.python,
            bytecode=recipe.bytecode,
        )
        weight = sum(wheel.size for wheel in wheels)
        yield LayerInput("packages", key, _title(wheels), weight, wheels)


def _runtime(recipe: Recipe) -> LayerInput:
    key = _key(
        "runtime",
        sources={path: hashlib.sha256(source).hexdigest() for path, source in recipe.runtime.items()},
        python=recipe.base.python,
        bytecode=recipe.bytecode,
    )
    return LayerInput("runtime", key, "runtime", sum(map(len, recipe.runtime.values())))


def _code(recipe: Recipe) -> LayerInput:
    key = _key(
        "code",
        files=[[file.path, file.executable, file.link, file.sha256] for file in recipe.code],
        description=hashlib.sha256(recipe.description).hexdigest(),
    )
    weight = len(recipe.description) + sum(file.size for file in recipe.code)
    return LayerInput("code", key, "code", weight)


def _key(kind: Kind, **inputs: object) -> str:
    return hashlib.sha256(canonical_json([LAYOUT_VERSION, kind, inputs])).hexdigest()


def grouped(wheels: Sequence[Wheel], room: int) -> list[tuple[Wheel, ...]]:
    """Share wheels out to layers: big ones alone, sorted by name; the rest in buckets by name.

    The bound between big and small is 4 MiB, raised until there are no more than ``room`` layers.
    """
    ordered = sorted(wheels)
    bound = _OWN_LAYER
    while True:
        alone = [(wheel,) for wheel in ordered if wheel.size >= bound]
        small = [wheel for wheel in ordered if wheel.size < bound]
        shared = [tuple(w for w in small if _bucket(w.name) == number) for number in range(_BUCKETS)]
        layers = [*alone, *(bucket for bucket in shared if bucket)]
        if len(layers) <= room or not alone:
            return layers
        bound *= 2


def _bucket(name: str) -> int:
    return hashlib.sha256(name.encode()).digest()[0] % _BUCKETS


def _title(wheels: Sequence[Wheel]) -> str:
    return first_of([f"{wheel.name} {wheel.version}" for wheel in wheels], 3)
