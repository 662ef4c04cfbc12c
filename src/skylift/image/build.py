"""A recipe → an image: only those layers are made that neither the registry nor this machine has."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from skylift.errors import NotReady
from skylift.image.assemble import assemble
from skylift.image.bytecode import Compile, compiler, find_compiler, pyc_path
from skylift.image.entries import Entry, file_entry, link_entry, reader
from skylift.image.layers import LayerStore
from skylift.image.layout import CODE, DESCRIPTION, RUNTIME
from skylift.image.parallel import in_parallel
from skylift.image.recipe import CodeFile, LayerInput, Recipe, planned
from skylift.image.venv import skeleton
from skylift.image.wheels import wheel_entries
from skylift.values.images import Image, Layer
from skylift.values.packages import Wheel
from skylift.values.progress import Progress, Report

_COMPILED = ("packages", "runtime")

WheelPaths = Callable[[Sequence[Wheel]], Mapping[Wheel, Path]]
"""Fetches wheels and says where they lie."""


def build(
    recipe: Recipe,
    *,
    known: Mapping[str, Layer],
    wheel_paths: WheelPaths,
    cache: Path,
    environment: Mapping[str, str],
    report: Report,
) -> Image:
    """Make the missing layers and assemble the image.

    Only wheels of missing layers are fetched: with an unchanged lock a machine without any cache
    fetches none.

    :param known: layers that the target repository has, by key.
    :param report: called from several threads.
    :raises NotReady: when byte-code is wanted and no Python of the base's version is here.
    """
    store = LayerStore(cache / "layers")
    items = planned(recipe)
    found = {item.key: _found(item, known, store) for item in items}
    missing = [item for item in items if found[item.key] is None]
    paths = wheel_paths([wheel for item in missing for wheel in item.wheels]) if missing else {}
    workshop = _Workshop(recipe, paths, store, _interpreter(recipe, missing, environment), environment)
    # The heaviest first: one begun last would be waited for alone.
    heaviest = sorted(missing, key=lambda item: -item.weight)
    tasks = [partial(_made, workshop, item, report) for item in heaviest]
    made = {layer.key: layer for layer in in_parallel(tasks, workers=os.cpu_count() or 1)}
    return assemble(recipe, [found[item.key] or made[item.key] for item in items])


def _found(item: LayerInput, known: Mapping[str, Layer], store: LayerStore) -> Layer | None:
    there = known.get(item.key)
    return replace(there, title=item.title) if there else store.find(item.key, item.title)


def _interpreter(
    recipe: Recipe, missing: Sequence[LayerInput], environment: Mapping[str, str]
) -> Path | None:
    needed = any(item.kind in _COMPILED for item in missing)
    return find_compiler(recipe.base.python, environment) if recipe.bytecode and needed else None


@dataclass(frozen=True)
class _Workshop:
    """What the making of any layer needs."""

    recipe: Recipe
    paths: Mapping[Wheel, Path]
    store: LayerStore
    interpreter: Path | None
    environment: Mapping[str, str]

    def compiling(self, item: LayerInput) -> AbstractContextManager[Compile | None]:
        if self.interpreter and item.kind in _COMPILED:
            return compiler(self.interpreter, self.environment)
        return nullcontext()


def _made(workshop: _Workshop, item: LayerInput, report: Report) -> Layer:
    report(Progress("layer", item.title, 0, item.weight))
    try:
        with workshop.compiling(item) as compile_source:
            layer = workshop.store.add(item.key, item.title, _entries(workshop, item, compile_source))
    except (zipfile.BadZipFile, zlib.error) as error:
        raise NotReady(
            f"a wheel of the layer {item.title!r} is damaged: {error}",
            hints=("ask for another version of it and lock again",),
        ) from error
    report(Progress("layer", item.title, item.weight, item.weight))
    return layer


def _entries(workshop: _Workshop, item: LayerInput, compile_source: Compile | None) -> Iterator[Entry]:
    recipe = workshop.recipe
    match item.kind:
        case "environment":
            return skeleton(recipe.base.interpreter, recipe.base.python)
        case "packages":
            return _package_entries(workshop, item.wheels, compile_source)
        case "runtime":
            return _runtime_entries(recipe, compile_source)
        case "code":
            return code_entries(recipe.code_root, recipe.code, recipe.description)


def _package_entries(
    workshop: _Workshop, wheels: Sequence[Wheel], compile_source: Compile | None
) -> Iterator[Entry]:
    for wheel in wheels:
        yield from wheel_entries(wheel, workshop.paths[wheel], workshop.recipe.base.python, compile_source)


def _runtime_entries(recipe: Recipe, compile_source: Compile | None) -> Iterator[Entry]:
    for path, source in sorted(recipe.runtime.items()):
        place = f"{RUNTIME}/{path}"
        yield file_entry(place, source)
        if compile_source and place.endswith(".py") and (pyc := compile_source(f"/{place}", source)):
            yield file_entry(pyc_path(place, recipe.base.python), pyc)


def code_entries(root: Path, files: Sequence[CodeFile], description: bytes) -> Iterator[Entry]:
    """The user's files and the project's description, below ``/opt/skylift``."""
    yield Entry(f"{CODE}/")
    for file in files:
        if file.link:
            yield link_entry(f"{CODE}/{file.path}", file.link)
        else:
            place, opened = f"{CODE}/{file.path}", reader(root / file.path)
            yield Entry(place, file.size, opened, executable=file.executable, sha256=file.sha256)
    yield file_entry(DESCRIPTION, description)
