"""The config of a project: files, variables and flags laid on each other, checked as a whole (joint 1)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skylift.errors import ConfigError, Issue, NotReady
from skylift.project.config.checks import check
from skylift.project.config.defaults import project_layer
from skylift.project.config.keys import Named, Spec, Table, Value, Values, config_keys, table_of, train_keys
from skylift.project.config.layers import KeyPath, Layer, Said, Source, dotted, merged, nested, read_layer
from skylift.project.config.outside import flag_layers, variable_layers
from skylift.project.config.package_checks import check_packages, malformed
from skylift.project.config.toml import read_config
from skylift.values.project import Loaded
from skylift.values.settings import JobSettings, Origin, Settings

LOCAL_FILE = "skylift.local.toml"
_PYPROJECT, _OWN, _LOCAL = "pyproject.toml", "skylift.toml", LOCAL_FILE
_USER = Path(".config") / "skylift" / "config.toml"
_TABLE = "tool.skylift"
_NO_OVERRIDES: Mapping[str, Any] = {}


def load(
    root: Path,
    *,
    environment: Mapping[str, str],
    home: Path,
    overrides: Mapping[str, Any] = _NO_OVERRIDES,
) -> Loaded:
    """Read the config of a project.

    Flags > variables > ``skylift.local.toml`` > the project's file > what that extends > the user's
    own config > defaults.

    :param overrides: flags, by dotted key.
    :raises ConfigError: with every problem there is.
    :raises NotReady: when the project has no config yet.
    """
    pyproject = read_config(root / _PYPROJECT, _PYPROJECT) or {}
    project = _project_file(root, pyproject)
    files = _file_layers(root, home, project)
    defaults = project_layer(root, pyproject)
    known = {path for layer in (*files, defaults) for path in layer.said}
    variables, warnings = variable_layers(environment, known)
    layers = [*flag_layers(overrides), *variables, *files, defaults]
    said = merged(layers)
    settings = _settings(said)
    issues = _wrong(root, pyproject, layers, settings, project.source)
    if issues:
        raise ConfigError(issues)
    if not settings.jobs:
        warnings.append("no job is described yet: set entry-point")
    return Loaded(root, settings, tuple(_origins(said)), tuple(warnings))


def problems(root: Path, config: Mapping[str, Any], file: str) -> list[Issue]:
    """What would be wrong with a config that is still to be written, whatever other layers say.

    :param file: where it would stand.
    """
    pyproject = read_config(root / _PYPROJECT, _PYPROJECT) or {}
    layer = _layer(config, Source(file, _TABLE if file == _PYPROJECT else ""))
    layer.said.pop(("extends",), None)
    layers = [layer, project_layer(root, pyproject)]
    return _wrong(root, pyproject, layers, _settings(merged(layers)), layer.source)


def _wrong(
    root: Path, pyproject: Mapping[str, Any], layers: list[Layer], settings: Settings, usual: Source
) -> list[Issue]:
    said = merged(layers)
    issues = [issue for layer in layers for issue in layer.issues]
    told = {issue.where for issue in issues}

    def where(path: KeyPath) -> str:
        return _where(path, said, usual)

    meant = [*check(settings, root, where), *check_packages(settings, pyproject, where)]
    issues += [issue for issue in (*meant, *malformed(pyproject)) if issue.where not in told]
    return list(dict.fromkeys(issues))


def _file_layers(root: Path, home: Path, project: Layer) -> list[Layer]:
    """The layers that are files, the strongest first."""
    local = _read(root / _LOCAL, Source(_LOCAL))
    shown = str(Path("~") / _USER)
    user = _read(home / _USER, Source(shown))
    for layer in (local, user):
        if layer is not None and (found := layer.said.pop(("extends",), None)):
            what = "`extends` stands in the project's own file"
            layer.issues.append(Issue(found.source.where(("extends",)), what, "move it there"))
    return [layer for layer in (local, *_extended(root, project), user) if layer is not None]


def _project_file(root: Path, pyproject: Mapping[str, Any]) -> Layer:
    tool = pyproject.get("tool")
    table = tool.get("skylift") if isinstance(tool, Mapping) else None
    own = _read(root / _OWN, Source(_OWN))
    if table is None:
        if own is None:
            raise NotReady(
                f"there is no config in {root}", hints=("write one: skylift init",), folder=str(root)
            )
        return own
    found = _layer(table, Source(_PYPROJECT, _TABLE))
    if own is not None:
        hint = "keep one of the two: move everything there"
        found.issues.append(Issue(_OWN, f"the config is also in {_PYPROJECT} [{_TABLE}]", hint))
    return found


def _read(path: Path, source: Source) -> Layer | None:
    try:
        raw = read_config(path, source.name)
    except ConfigError as error:
        return Layer(source, issues=list(error.issues))
    return None if raw is None else _layer(raw, source)


def _layer(raw: Any, source: Source) -> Layer:
    if isinstance(raw, Mapping):
        return read_layer(raw, source)
    return Layer(source, issues=[Issue(f"{source.name} {source.table}", "wants a table")])


def _extended(root: Path, first: Layer) -> list[Layer]:
    """A file, and the chain of those it extends."""
    layers = [first]
    folder, seen = root, {root / first.source.name}
    while (said := layers[-1].said.pop(("extends",), None)) is not None:
        layer, where = layers[-1], layers[-1].source.where(("extends",))
        path = (folder / str(said.value)).absolute()
        if "://" in str(said.value):
            what = f"{said.value} can not be read by this version, only a path"
            layer.issues.append(Issue(where, what, "keep a copy of that file in the repository"))
        elif path.resolve() in {known.resolve() for known in seen}:
            layer.issues.append(Issue(where, f"{said.value} extends itself in the end"))
        else:
            seen.add(path)
            folder = path.parent
            layers.append(_base(root, path, where))
    return layers


def _base(root: Path, path: Path, where: str) -> Layer:
    shown = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    table = _TABLE if path.name == _PYPROJECT else ""
    source = Source(shown, table)
    try:
        raw: Any = read_config(path, shown)
    except ConfigError as error:
        return Layer(source, issues=list(error.issues))
    if raw is None:
        return Layer(
            source, issues=[Issue(where, f"no such file: {shown}", "the path is relative to this file")]
        )
    if table:
        tool = raw.get("tool")
        raw = tool.get("skylift", {}) if isinstance(tool, Mapping) else {}
    return _layer(raw, source)


def _where(path: KeyPath, said: Mapping[KeyPath, Said], usual: Source) -> str:
    """Where a value stands, or the first of a table; one that is missing belongs into the project's file."""
    below = (one.source for known, one in said.items() if known[: len(path)] == path)
    return next(below, usual).where(path)


def _settings(said: Mapping[KeyPath, Said]) -> Settings:
    tree = nested(said)
    train = {key: tree.pop(key) for key in sorted(train_keys() & tree.keys())}
    tables = {**({"train": train} if train else {}), **tree.pop("jobs", {})}
    jobs = {name: _built(table_of(JobSettings), {"name": name, **table}) for name, table in tables.items()}
    settings: Settings = _built(table_of(Settings), {**tree, "jobs": jobs})
    return settings


def _built(spec: Spec, value: Any) -> Any:
    if isinstance(spec, Table) and isinstance(value, Mapping):
        found = {
            key: _built(spec.keys[key], item) if key in spec.keys else item for key, item in value.items()
        }
        return spec.make(**{key.replace("-", "_"): item for key, item in found.items()})
    if isinstance(spec, Named) and isinstance(spec.each, Table):
        return {name: _named(spec.each, name, table) for name, table in value.items()}
    return value


def _named(spec: Table, name: str, table: Any) -> Any:
    has_name = "name" in spec.make.__dataclass_fields__ and isinstance(table, Mapping)
    return _built(spec, {"name": name, **table} if has_name else table)


def _origins(said: Mapping[KeyPath, Said]) -> list[Origin]:
    """Every value in force, in the order of the keys; those that nobody set come from ``default``."""
    shown = {path: Origin(dotted(path), one.value, one.source.name) for path, one in said.items()}
    shown |= {
        path: Origin(dotted(path), _in_force(path, value, said), "default")
        for path, value in _defaults(config_keys(), (), said)
    }
    order = {key: position for position, key in enumerate(config_keys().keys)}
    return [shown[path] for path in sorted(shown, key=lambda path: (order[path[0]], path))]


def _in_force(path: KeyPath, value: Any, said: Mapping[KeyPath, Said]) -> Any:
    """A default as it works: a job on this machine runs on no instance of the service."""
    if path[0] != "targets" or path[2:] != ("instance-type",):
        return value
    backend = said.get((*path[:2], "backend"))
    return value if backend is None or backend.value == "sagemaker" else "local"


def _defaults(spec: Spec, path: KeyPath, said: Mapping[KeyPath, Said]) -> list[tuple[KeyPath, Any]]:
    if path in said and said[path].value != {}:
        return []
    if isinstance(spec, Value):
        return [] if spec.default is None else [(path, spec.default)]
    if isinstance(spec, Values):
        return [(path, spec.default)] if spec.default else []
    depth = len(path)
    if isinstance(spec, Table):
        return [row for key in spec.keys for row in _defaults(spec.keys[key], (*path, key), said)]
    if isinstance(spec, Named):
        names = sorted({key[depth] for key in said if key[:depth] == path and len(key) > depth})
        return [row for name in names for row in _defaults(spec.each, (*path, name), said)]
    return []
