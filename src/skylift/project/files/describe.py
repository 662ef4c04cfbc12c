"""``project.json``: the project as the runtime in the job reads it (joint 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from skylift.host.files import canonical_json
from skylift.project.parameters.signature import SIGNATURE
from skylift.values.arguments import Schema
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
    parameters = [
        {"key": p.key, "flag": p.flag, "action": p.action, "nargs": p.nargs, "type": p.type}
        for p in schema.parameters
    ]
    return {
        "entry_point": job.entry_point,
        "command": list(job.command),
        "parameters": parameters,
        # A function that is called by name has its parameters from its own signature.
        "console": schema.source not in ("", SIGNATURE),
        "arguments": dict(job.arguments),
        "paths": dict(job.paths),
        "retry": {"max": job.retry.max, "exit_codes": list(job.retry.exit_codes)},
        "collect": {place: list(patterns) for place, patterns in job.collect.items()},
    }
