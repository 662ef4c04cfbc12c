"""``project.json``: the project as the runtime in the job reads it (joint 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from skylift.host.files import canonical_json
from skylift.project.arguments.scope import spelling_of
from skylift.project.parameters.signature import SIGNATURE
from skylift.values.arguments import Parameter, Schema
from skylift.values.project import ShippedFile
from skylift.values.settings import JobSettings, Settings


def description(
    settings: Settings,
    schemas: Mapping[str, Schema],
    files: Sequence[ShippedFile],
    import_path: Sequence[str] = (),
) -> bytes:
    """One spelling for equal projects, so that equal projects give equal layers.

    :param import_path: folders that modules are imported from, beside the root.
    """
    paths = [file.path for file in files]
    return canonical_json(
        {
            "schema": 1,
            "name": settings.name,
            "files": paths,
            "python_path": _python_path(paths, import_path),
            "jobs": {name: _job(job, schemas[name]) for name, job in settings.jobs.items()},
        }
    )


def _python_path(paths: Sequence[str], import_path: Sequence[str]) -> list[str]:
    """Those that ship, in their order; a folder that does not ship would only be looked into in vain."""
    wanted = [*(["src"] if _is_src_layout(paths) else []), *import_path]
    shipped = (folder for folder in wanted if any(path.startswith(f"{folder}/") for path in paths))
    return list(dict.fromkeys(shipped))


def _is_src_layout(paths: Sequence[str]) -> bool:
    """Whether modules are imported from ``src``, rather than from a package of that name."""
    modules = any(path.startswith("src/") and path.endswith(".py") for path in paths)
    return modules and "src/__init__.py" not in paths


def _job(job: JobSettings, schema: Schema) -> dict[str, Any]:
    return {
        "entry_point": job.entry_point,
        "command": list(job.command),
        # A function that is called by name has its parameters from its own signature.
        "console": schema.source not in ("", SIGNATURE),
        "parameters": [_parameter(parameter) for parameter in schema.parameters],
        "has_commands": bool(schema.commands),
        "spelling": spelling_of(schema),
        "arguments": dict(job.arguments),
        "paths": dict(job.paths),
        "retry": {"max": job.retry.max, "exit_codes": list(job.retry.exit_codes)},
        "collect": {place: list(patterns) for place, patterns in job.collect.items()},
    }


def _parameter(parameter: Parameter) -> dict[str, str]:
    """What the runtime has to know of it; most parameters have only the first few."""
    fields = {
        "key": parameter.key,
        "flag": parameter.flag,
        "action": parameter.action,
        "nargs": parameter.nargs,
        "type": parameter.type,
    }
    rare = {
        "off": parameter.off,
        "false": parameter.false,
        "spelling": parameter.spelling if parameter.spelling != "separate" else "",
        "command": parameter.command,
    }
    return fields | {name: value for name, value in rare.items() if value}
