"""What an interpreter is and what it has installed, for the record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from skylift.errors import NotReady
from skylift.host.processes import CommandFailed, run

# Runs in the user's interpreter: standard library only, Python 3.8.
_PROGRAM = """
import importlib.metadata, json, platform, re
rows = set()
for found in importlib.metadata.distributions():
    name = found.metadata["Name"]
    if name:
        rows.add(re.sub(r"[-_.]+", "-", name).lower() + "==" + str(found.version))
print(json.dumps([platform.python_version(), sorted(rows)]))
"""


_FIND = "import importlib.util, json, sys; print(json.dumps([n for n in sys.argv[1:] if not importlib.util.find_spec(n)]))"


def freeze_hash(interpreter: Path) -> tuple[str, str]:
    """Version of an interpreter (``3.11.7``), and SHA-256 in hex of its sorted ``name==version`` lines.

    :raises NotReady: when it is missing or can not be run.
    """
    try:
        # Isolated mode: what PYTHONPATH or the current folder add is not installed.
        said = run([str(interpreter), "-I", "-c", _PROGRAM], hint="name another with `--python`")
    except (CommandFailed, PermissionError) as error:
        raise NotReady(
            f"`{interpreter}` does not work as a Python: {error}", hints=("it has to be Python 3.8 or newer",)
        ) from error
    version, rows = json.loads(said)
    return str(version), hashlib.sha256("\n".join(rows).encode()).hexdigest()


def missing_modules(interpreter: Path, names: Sequence[str]) -> list[str]:
    """The modules of these that an interpreter does not have. None of them is imported."""
    said = run([str(interpreter), "-I", "-c", _FIND, *names], hint="name another with `--python`")
    return [str(name) for name in json.loads(said)]
