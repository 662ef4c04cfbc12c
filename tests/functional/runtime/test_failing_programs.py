"""Programs that fail in the ways programs do, and what the failure file says of each."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from tests.functional.runtime.stage import Stage

PYTHON = sys.executable
# A launcher as torchrun is one: workers with prefixed output, and an error of its own at the end.
LAUNCHER = """
import subprocess, sys, threading
class ChildFailedError(Exception): pass
def relay(rank, process):
    for line in process.stderr:
        print(f"[rank{rank}]: " + line, end="", file=sys.stderr)
workers = [subprocess.Popen([sys.executable, "worker.py", str(rank)], stderr=subprocess.PIPE, text=True) for rank in range(2)]
threads = [threading.Thread(target=relay, args=pair) for pair in enumerate(workers)]
for thread in threads: thread.start()
for thread in threads: thread.join()
raise ChildFailedError("worker.py FAILED\\nRoot Cause (first observed failure):\\n[0]:\\n  rank      : 1 (local_rank: 1)\\n  exitcode  : 1")
"""


@dataclass(frozen=True)
class Failing:
    name: str
    source: str
    says: tuple[str, ...]
    """What the text must hold, beginning with its beginning."""
    code: int = 1
    command: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    entry_point: str = "train.py"


def shell(name: str, source: str, says: tuple[str, ...], code: int) -> Failing:
    return Failing(name, "", says, code, files={"train.sh": source}, entry_point="train.sh")


PROGRAMS = [
    Failing("exception", "raise ValueError('no rows')", ("ValueError: no rows (train.py:1)",)),
    Failing(
        "deep",
        "import pkg.inner\npkg.inner.read()",
        ("KeyError: 'price' (pkg/inner.py:2)",),
        files={"pkg/__init__.py": "", "pkg/inner.py": "def read():\n    return {}['price']\n"},
    ),
    Failing("in a library", "import json\njson.loads('{')", ("json.decoder.JSONDecodeError: Expecting", "(train.py:2)")),
    Failing(
        "chain of three",
        "try:\n  try: open('gone.csv')\n  except OSError as e: raise KeyError('x') from e\nexcept KeyError as e: raise RuntimeError('no data') from e",
        ("RuntimeError: no data (train.py:4)", "caused by FileNotFoundError: [Errno 2]"),
    ),
    Failing(
        "while handling",
        "try: {}['a']\nexcept KeyError: undefined",
        ("NameError: name 'undefined' is not defined (train.py:2)", "caused by KeyError: 'a'"),
    ),
    Failing("exit with text", "import sys; sys.exit('no data for 2026')", ("SystemExit: no data for 2026",)),
    Failing("exit with code", "import sys; print('giving up', file=sys.stderr); sys.exit(3)", ("exit code 3 (train.py:1)", "its last words: giving up"), 3),
    Failing("os._exit", "import os, sys; print('bye', file=sys.stderr, flush=True); os._exit(9)", ("exit code 9: train.py", "bye"), 9),
    Failing("argparse", "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', type=float)\np.parse_args(['--lr', 'x'])",
            ("exit code 2: argument --lr: invalid float value: 'x' (train.py:4)", "hyperparameters"), 2),
    Failing("argparse required", "import argparse\np = argparse.ArgumentParser()\np.add_argument('--data', required=True)\np.parse_args([])",
            ("exit code 2: the following arguments are required: --data", "hyperparameters"), 2),
    Failing("import error", "import no_such_thing", ("ModuleNotFoundError: No module named 'no_such_thing' (train.py:1)", "dependencies")),
    Failing("part did not ship", "import pkg.data", ("ModuleNotFoundError: No module named 'pkg.data'", "`pkg` ships, but not that part"),
            files={"pkg/__init__.py": ""}),
    Failing("cannot import name", "from json import nothing", ("ImportError: cannot import name 'nothing'",)),
    Failing("syntax error", "x = (1,\n", ("SyntaxError: ", "(train.py:1)")),
    Failing("syntax error below", "import other", ("SyntaxError: ", "(other.py:2)"), files={"other.py": "x = 1\ny = = 2\n"}),
    Failing("missing file", "open('data/x.csv')", ("FileNotFoundError: ", "`data/x.csv` among the files that ship")),
    Failing("missing channel", "import os\nos.environ['SM_CHANNEL_TRIAN']", ("KeyError: 'SM_CHANNEL_TRIAN' (train.py:2)", "did you mean `train`?")),
    Failing("file not in channel", "import os\nopen(os.environ['SM_CHANNEL_TRAIN'] + '/y.csv')", ("FileNotFoundError: ", "the channel `train` holds x.csv")),
    Failing("hard-coded channel", "open('/opt/ml/input/data/validation/x.csv')", ("FileNotFoundError: ", "there is no channel `validation`")),
    Failing("memory", "x = bytearray(1 << 60)", ("MemoryError", "memory ran out")),
    Failing("gpu memory", "raise RuntimeError('CUDA out of memory. Tried to allocate 20.00 MiB')", ("RuntimeError: CUDA out of memory", "smaller batch")),
    Failing("driver", "raise RuntimeError('The NVIDIA driver on your system is too old (found version 11040)')", ("RuntimeError: The NVIDIA driver", "CUDA and driver")),
    Failing("disk", "raise OSError(28, 'No space left on device')", ("OSError: [Errno 28]", "the disk is full (")),
    Failing("not utf-8", "b'\\xff'.decode()", ("UnicodeDecodeError: 'utf-8'", "encoding=")),
    Failing("abort", "import os; os.abort()", ("Fatal Python error: Aborted (train.py:1)", "killed by SIGABRT"), 134),
    Failing("segfault", "import ctypes\ndef crash():\n    ctypes.string_at(0)\ncrash()", ("Fatal Python error: Segmentation fault (train.py:3)", "killed by SIGSEGV"), 139),
    Failing("killed", "import os; os.kill(os.getpid(), 9)", ("killed by SIGKILL: train.py", "memory ran out"), 137),
    Failing("pool worker", "from concurrent.futures import ProcessPoolExecutor\ndef work(n):\n    raise ValueError('bad shard %d' % n)\nif __name__ == '__main__':\n    with ProcessPoolExecutor(1) as pool:\n        list(pool.map(work, [7]))",
            ("ValueError: bad shard 7 (train.py:3)", "in another process")),
    Failing("process", "import multiprocessing as m, sys\ndef work():\n    raise ValueError('bad worker')\nif __name__ == '__main__':\n    p = m.Process(target=work)\n    p.start(); p.join()\n    sys.exit(p.exitcode)",
            ("ValueError: bad worker (train.py:3)", "exit code 1")),
    Failing("launcher", "", ("IndexError: rank 1 has no data (worker.py:4)", "exit code 1"), command=(PYTHON, "launcher.py"),
            files={"launcher.py": LAUNCHER, "worker.py": "import sys, time\nif sys.argv[1] == '0':\n    time.sleep(.3); raise ConnectionError('peer closed')\nraise IndexError('rank 1 has no data')\n"}),
    Failing("subprocess", "import subprocess, sys\nsubprocess.run([sys.executable, 'step.py'], check=True)",
            ("subprocess.CalledProcessError: ", "(train.py:2)"), files={"step.py": "raise ValueError('inner')\n"}),
    shell("shell command not found", "#!/bin/sh\nset -e\nno-such-program --x\n", ("exit code 127: train.sh", "no-such-program: not found", "is not installed"), 127),
    shell("shell last words", "echo checking\necho 'the table prices is empty' >&2\nexit 4\n", ("exit code 4: train.sh", "the table prices is empty"), 4),
    shell("shell runs python", f"set -e\nprintf 'x = 1\\nraise ValueError(\"inner\")\\n' > step.py\n'{PYTHON}' step.py\n", ("ValueError: inner (step.py:2)", "exit code 1"), 1),
    Failing("message without end", "raise ValueError('x' * 100000)", ("ValueError: xxx", "(train.py:1)")),
    Failing("its text cannot be made", "class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E", ("E: <its text could not be made> (train.py:3)",)),
    Failing("a module named as ours", "raise ValueError('told')", ("ValueError: told (train.py:1)",),
            files={"traceback.py": "raise SystemExit(5)\n", "json.py": "raise SystemExit(5)\n", "failure.py": "raise SystemExit(5)\n"}),
]  # fmt: skip
if sys.version_info >= (3, 11):
    GROUP = "raise ExceptionGroup('two', [ValueError('first'), KeyError('second')])"
    PROGRAMS.append(Failing("group", GROUP, ("ValueError: first", "1 more in the group")))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_the_reason_is_told(stage: Stage, program: Failing) -> None:
    for path, source in {"train.py": program.source, **program.files}.items():
        stage.ship(path, source)
    stage.channel("train", {"x.csv": "1,2"})
    stage.job = (
        {"command": list(program.command)} if program.command else {"entry_point": program.entry_point}
    )
    result = stage.run()
    assert result.code == program.code, result.err
    assert result.failure.startswith(program.says[0].partition(" (")[0]), result.failure
    for part in program.says:
        assert part in result.failure
    assert len(result.failure) <= 900
