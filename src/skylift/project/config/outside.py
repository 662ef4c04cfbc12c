"""Settings from outside the files: ``SKYLIFT_*`` variables and flags."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from skylift.errors import Issue
from skylift.host.toml import NotToml, parse_toml
from skylift.project.config.convert import Unfit, from_text
from skylift.project.config.keys import Free, Named, Spec, Table, Value, config_keys
from skylift.project.config.layers import KeyPath, Layer, Source, dotted, read_layer
from skylift_runtime.contract import (
    FACTS_VARIABLE,
    FIGURES_VARIABLE,
    GRACE_VARIABLE,
    JOB_VARIABLE,
    PROJECT_VARIABLE,
)

_PREFIX = "SKYLIFT_"
_TEST_PREFIX = "SKYLIFT_TEST_"
_NOT_SETTINGS = frozenset(
    {
        PROJECT_VARIABLE,
        JOB_VARIABLE,
        FACTS_VARIABLE,
        GRACE_VARIABLE,
        FIGURES_VARIABLE,
        "SKYLIFT_CACHE_DIR",
        "SKYLIFT_DEBUG",
    }
)


def variable_layers(
    environment: Mapping[str, str], known: Iterable[KeyPath]
) -> tuple[list[Layer], list[str]]:
    """One layer for each ``SKYLIFT_<TABLE>_<KEY>`` that is set, and a warning for each that means nothing.

    :param known: paths that other layers set; the names of targets, jobs and channels come from there.
    """
    names = dict(_variables(config_keys(), (), frozenset(known)))
    layers: list[Layer] = []
    warnings: list[str] = []
    for variable, text in sorted(environment.items()):
        ours = variable.startswith(_PREFIX) and not variable.startswith(_TEST_PREFIX)
        if not ours or variable in _NOT_SETTINGS or not text:
            continue
        if variable in names:
            layers.append(_one(names[variable], text, Source(variable, is_file=False)))
        else:
            near = difflib.get_close_matches(variable, names, 1, 0.8)
            guess = f"; did you mean {near[0]}?" if near else ""
            warnings.append(f"the variable {variable} is not a setting{guess}")
    return layers, warnings


def _variables(spec: Spec, path: KeyPath, known: frozenset[KeyPath]) -> Iterator[tuple[str, KeyPath]]:
    if isinstance(spec, Value):
        yield _PREFIX + "_".join(path).upper().replace("-", "_"), path
    elif isinstance(spec, Table):
        for key, inner in spec.keys.items():
            if key != "extends":
                yield from _variables(inner, (*path, key), known)
    elif isinstance(spec, Named) and isinstance(spec.each, Table):
        depth = len(path)
        for name in sorted({key[depth] for key in known if key[:depth] == path and len(key) > depth}):
            yield from _variables(spec.each, (*path, name), known)


def flag_layers(overrides: Mapping[str, Any]) -> list[Layer]:
    """One layer for each dotted key; text is read as the key wants it."""
    layers = []
    for key, value in overrides.items():
        source = Source(f"--set {key}", is_file=False)
        path = _path(key)
        if path:
            layers.append(_one(path, value, source))
        else:
            issue = Issue(source.name, f"not a key: {key!r}", "write it as in TOML: image.base")
            layers.append(Layer(source, issues=[issue]))
    return layers


def _path(key: str) -> KeyPath:
    try:
        tree: Any = parse_toml(f"{key} = 0")
    except NotToml:
        return ()
    path: KeyPath = ()
    while isinstance(tree, dict):
        if len(tree) != 1:
            return ()
        name, tree = next(iter(tree.items()))
        path = (*path, name)
    return path


def _one(path: KeyPath, value: Any, source: Source) -> Layer:
    spec = _spec_at(path)
    if isinstance(value, str) and spec is not None:
        try:
            value = from_text(spec, value)
        except Unfit as error:
            return Layer(source, issues=[Issue(source.name, f"{dotted(path)} {error}", error.hint)])
    for key in reversed(path):
        value = {key: value}
    return read_layer(value, source)


def _spec_at(path: KeyPath) -> Spec | None:
    spec: Spec | None = config_keys()
    for key in path:
        if isinstance(spec, Table):
            spec = spec.keys.get(key)
        elif isinstance(spec, Named):
            spec = spec.each
        elif not isinstance(spec, Free):
            return None
    return spec
