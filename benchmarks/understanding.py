"""What each command spends on reading the project: ``init``, ``run --help``, and the schema that ``run`` reads."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measure import Row, median, table

_EXAMPLE = Path(__file__).parents[1] / "examples" / "flight-delays"
_SCHEMA = """
import sys
from pathlib import Path
from skylift.project.config.load import load
from skylift.project.parameters.schema import read_schema
settings = load(Path.cwd(), environment={}, home=Path("/"), overrides={}).settings
if sys.argv[1] == "read":
    read_schema(Path.cwd(), settings.jobs["train"])
"""
_CLASS = """
class Layer{n}:
    def __init__(self, size={n}, rate=0.1):
        self.size, self.rate = size, rate
        self.weights = [[rate * row + column for column in range(size)] for row in range(size)]

    def forward(self, values):
        return [sum(one * other for one, other in zip(row, values)) for row in self.weights]

"""


def report(runs: int) -> str:
    """Seconds of CPU: the wall clock of a machine that others use, too, says little."""
    skylift = str(Path(sys.executable).with_name("skylift"))
    with tempfile.TemporaryDirectory() as folder:
        _spread_out(Path(folder))
        commands: dict[str, tuple[Sequence[str], Path]] = {
            "init, the example": ([skylift, "init", "--dry-run", "--yes"], _EXAMPLE),
            "init, 60 modules": ([skylift, "init", "--dry-run", "--yes"], Path(folder)),
            "run --help, the example": ([skylift, "run", "--help"], _EXAMPLE),
            "run --help, 60 modules": ([skylift, "run", "--help"], Path(folder)),
            "schema, the example": ([sys.executable, "-c", _SCHEMA, "read"], _EXAMPLE),
            "schema, 60 modules": ([sys.executable, "-c", _SCHEMA, "read"], Path(folder)),
        }
        beside: tuple[Sequence[str], Path] = ([sys.executable, "-c", _SCHEMA, "import"], _EXAMPLE)
        seconds = {name: _cpu(*command, runs=runs) for name, command in commands.items()}
        without = _cpu(*beside, runs=runs)
    rows = [Row(name, "s", taken, without) for name, taken in seconds.items()]
    return table("understanding, CPU", "skylift", "imports and config", rows)


def _cpu(command: Sequence[str], folder: Path, *, runs: int) -> float:
    return median([_once(command, folder, os.environ) for _ in range(runs)])


def _once(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(list(command), cwd=folder, env=dict(env), capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _spread_out(root: Path) -> None:
    """A program that is made of as many modules as are read, of a usual length."""
    (root / "net").mkdir()
    (root / "net/__init__.py").touch()
    for n in range(59):
        (root / f"net/part_{n}.py").write_text("".join(_CLASS.format(n=k) for k in range(10)))
    imports = "".join(f"from net.part_{n} import Layer{n % 10} as L{n}\n" for n in range(59))
    options = "".join(
        f'    parser.add_argument("--rate-{n}", type=float, default=0.{n})\n' for n in range(40)
    )
    (root / "train.py").write_text(
        f"import argparse\n{imports}\n\ndef main():\n    parser = argparse.ArgumentParser()\n{options}"
        "    args = parser.parse_args()\n    print(L0(args.rate_0))\n\n\nif __name__ == '__main__':\n    main()\n"
    )
    (root / "skylift.toml").write_text('name = "spread-out"\nentry-point = "train.py"\n')
