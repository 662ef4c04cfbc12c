"""What an interpreter is and what it has installed, for the record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from skylift.errors import NotReady
from skylift.host.processes import CommandFailed, run
from skylift.values.packages import Installed

# Runs in the user's interpreter: standard library only, Python 3.8.
_PROGRAM = """
import importlib.metadata, json, os, platform, re, sys
rows, folders = [], {}
for found in importlib.metadata.distributions():
    metadata = found.metadata or {}
    name = re.sub(r"[-_.]+", "-", metadata.get("Name") or "").lower()
    if name:
        rows.append([name, str(metadata.get("Version"))])
        origin = found.read_text("direct_url.json") or ""
        if "dir_info" in origin:
            folders.setdefault(name, json.loads(origin).get("url", ""))
version = platform.python_version()
markers = {
    "implementation_name": sys.implementation.name,
    "implementation_version": version,
    "os_name": os.name,
    "platform_machine": platform.machine(),
    "platform_python_implementation": platform.python_implementation(),
    "platform_release": platform.release(),
    "platform_system": platform.system(),
    "platform_version": platform.version(),
    "python_full_version": version,
    "python_version": ".".join(version.split(".")[:2]),
    "sys_platform": sys.platform,
}
print(json.dumps([version, rows, folders, markers]))
"""


_FIND = "import importlib.util, json, sys; print(json.dumps([n for n in sys.argv[1:] if not importlib.util.find_spec(n)]))"


def look_at(interpreter: Path) -> Installed:
    """What an interpreter is and has installed. Nothing of it is imported.

    :raises NotReady: when it is missing or can not be run.
    """
    try:
        # Isolated mode: what PYTHONPATH or the current folder add is not installed.
        said = run([str(interpreter), "-I", "-c", _PROGRAM], hint="name another with `--python`")
    except (CommandFailed, PermissionError) as error:
        raise NotReady(
            f"`{interpreter}` does not work as a Python: {error}", hints=("it has to be Python 3.8 or newer",)
        ) from error
    version, rows, folders, markers = json.loads(said)
    lines = sorted({f"{name}=={installed}" for name, installed in rows})
    # Of two with one name the first on the path is what an import finds.
    packages = dict(reversed(rows))
    freeze = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return Installed(str(version), freeze, packages, folders, markers)


def missing_modules(interpreter: Path, names: Sequence[str]) -> list[str]:
    """The modules of these that an interpreter does not have. None of them is imported."""
    said = run([str(interpreter), "-I", "-c", _FIND, *names], hint="name another with `--python`")
    return [str(name) for name in json.loads(said)]
