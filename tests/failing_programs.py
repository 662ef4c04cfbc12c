"""Programs that fail in the ways programs do: what a test holds the runtime to, and what docs/failures.md shows."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

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
    """Of ``train.py``."""
    says: tuple[str, ...]
    """What our text must hold, beginning with its beginning."""
    code: int = 1
    command: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    entry_point: str = "train.py"
    reason: str = ""
    """What anybody's text has to name; the beginning of ours when empty."""

    @property
    def what(self) -> str:
        return self.reason or self.says[0].partition(" (")[0]

    @property
    def place(self) -> tuple[str, int] | None:
        """File and line in the user's code, where there is such a place."""
        found = re.search(r"\((?P<file>\S+):(?P<line>\d+)\)", " ".join(self.says))
        return (found["file"], int(found["line"])) if found else None

    @property
    def program(self) -> str:
        """The file that is started."""
        return self.command[1] if self.command else self.entry_point


def shell(name: str, source: str, says: tuple[str, ...], code: int, reason: str) -> Failing:
    return Failing(name, "", says, code, files={"train.sh": source}, entry_point="train.sh", reason=reason)


CHAPTERS: dict[str, list[Failing]] = {
"Exceptions": [
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
],
"Programs that end themselves": [
    Failing("exit with text", "import sys; sys.exit('no data for 2026')", ("SystemExit: no data for 2026", "(train.py:1)"), reason="no data for 2026"),
    Failing("exit with code", "import sys; print('giving up', file=sys.stderr); sys.exit(3)", ("exit code 3 (train.py:1)", "its last words: giving up"), 3, reason="giving up"),
    Failing("os._exit", "import os, sys; print('bye', file=sys.stderr, flush=True); os._exit(9)", ("exit code 9: train.py", "bye"), 9, reason="bye"),
    Failing("argparse", "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', type=float)\np.parse_args(['--lr', 'x'])",
            ("exit code 2: argument --lr: invalid float value: 'x' (train.py:4)", "hyperparameters"), 2, reason="argument --lr: invalid float value: 'x'"),
    Failing("argparse required", "import argparse\np = argparse.ArgumentParser()\np.add_argument('--data', required=True)\np.parse_args([])",
            ("exit code 2: the following arguments are required: --data", "(train.py:4)", "hyperparameters"), 2, reason="the following arguments are required: --data"),
],
"Code that is not there, or is no code": [
    Failing("import error", "import no_such_thing", ("ModuleNotFoundError: No module named 'no_such_thing' (train.py:1)", "dependencies")),
    Failing("part did not ship", "import pkg.data", ("ModuleNotFoundError: No module named 'pkg.data'", "(train.py:1)", "`pkg` ships, but not that part"),
            files={"pkg/__init__.py": ""}),
    Failing("cannot import name", "from json import nothing", ("ImportError: cannot import name 'nothing'", "(train.py:1)")),
    Failing("syntax error", "x = (1,\n", ("SyntaxError: ", "(train.py:1)")),
    Failing("syntax error below", "import other", ("SyntaxError: ", "(other.py:2)"), files={"other.py": "x = 1\ny = = 2\n"}),
],
"Files and channels": [
    Failing("missing file", "open('data/x.csv')", ("FileNotFoundError: ", "(train.py:1)", "`data/x.csv` among the files that ship"), reason="No such file or directory: 'data/x.csv'"),
    Failing("file beside the script", "", ("FileNotFoundError: ", "(pkg/sub/train.py:1)", "current folder is the project's root, and there it is `pkg/sub/vocab.txt`"),
            files={"pkg/sub/train.py": "open('vocab.txt')", "pkg/sub/vocab.txt": ""}, entry_point="pkg/sub/train.py", reason="No such file or directory: 'vocab.txt'"),
    Failing("file above the script", "", ("FileNotFoundError: ", "(pkg/train.py:1)", "and there it is `conf/a.yaml`"),
            files={"pkg/train.py": "open('../conf/a.yaml')", "conf/a.yaml": ""}, entry_point="pkg/train.py", reason="No such file or directory: '../conf/a.yaml'"),
    Failing("changed folders", "import os\nos.makedirs('out')\nos.chdir('out')\nopen('conf/a.yaml')", ("FileNotFoundError: ", "(train.py:4)", "it has changed folders"),
            files={"conf/a.yaml": ""}, reason="No such file or directory: 'conf/a.yaml'"),
    Failing("out of the project", "open('../../etc/hostname-not')", ("FileNotFoundError: ", "(train.py:1)", "among the files that ship"), reason="No such file or directory: '../../etc/hostname-not'"),
    Failing("missing channel", "import os\nos.environ['SM_CHANNEL_TRIAN']", ("KeyError: 'SM_CHANNEL_TRIAN' (train.py:2)", "did you mean `train`?")),
    Failing("file not in channel", "import os\nopen(os.environ['SM_CHANNEL_TRAIN'] + '/y.csv')", ("FileNotFoundError: ", "(train.py:2)", "the channel `train` holds x.csv"), reason="/y.csv'"),
    Failing("hard-coded channel", "open('/opt/ml/input/data/validation/x.csv')", ("FileNotFoundError: ", "(train.py:1)", "there is no channel `validation`"), reason="No such file or directory: '/opt/ml/input/data/validation/x.csv'"),
],
"Memory, disk, GPU": [
    Failing("memory", "x = bytearray(1 << 60)", ("MemoryError", "(train.py:1)", "memory ran out")),
    Failing("gpu memory", "raise RuntimeError('CUDA out of memory. Tried to allocate 20.00 MiB')", ("RuntimeError: CUDA out of memory", "(train.py:1)", "smaller batch")),
    Failing("driver", "raise RuntimeError('The NVIDIA driver on your system is too old (found version 11040)')", ("RuntimeError: The NVIDIA driver", "(train.py:1)", "CUDA and driver")),
    Failing("disk", "raise OSError(28, 'No space left on device')", ("OSError: [Errno 28]", "(train.py:1)", "the disk is full (")),
    Failing("not utf-8", "b'\\xff'.decode()", ("UnicodeDecodeError: 'utf-8'", "(train.py:1)", "encoding=")),
],
"Crashes": [
    Failing("abort", "import os; os.abort()", ("Fatal Python error: Aborted (train.py:1)", "killed by SIGABRT"), 134, reason="Aborted"),
    Failing("segfault", "import ctypes\ndef crash():\n    ctypes.string_at(0)\ncrash()", ("Fatal Python error: Segmentation fault (train.py:3)", "killed by SIGSEGV"), 139, reason="Segmentation fault"),
    Failing("killed", "import os; os.kill(os.getpid(), 9)", ("killed by SIGKILL: train.py", "memory ran out"), 137, reason="SIGKILL"),
],
"Other processes": [
    Failing("pool worker", "from concurrent.futures import ProcessPoolExecutor\ndef work(n):\n    raise ValueError('bad shard %d' % n)\nif __name__ == '__main__':\n    with ProcessPoolExecutor(1) as pool:\n        list(pool.map(work, [7]))",
            ("ValueError: bad shard 7 (train.py:3)", "in another process")),
    Failing("process", "import multiprocessing as m, sys\ndef work():\n    raise ValueError('bad worker')\nif __name__ == '__main__':\n    p = m.Process(target=work)\n    p.start(); p.join()\n    sys.exit(p.exitcode)",
            ("ValueError: bad worker (train.py:3)", "exit code 1")),
    Failing("launcher", "", ("IndexError: rank 1 has no data (worker.py:4)", "exit code 1"), command=("python3", "launcher.py"),
            files={"launcher.py": LAUNCHER, "worker.py": "import sys, time\nif sys.argv[1] == '0':\n    time.sleep(.3); raise ConnectionError('peer closed')\nraise IndexError('rank 1 has no data')\n"}),
    Failing("subprocess", "import subprocess, sys\nsubprocess.run([sys.executable, 'step.py'], check=True)",
            ("subprocess.CalledProcessError: ", "(train.py:2)", "before that in the log: ValueError: inner (step.py:1)"), files={"step.py": "raise ValueError('inner')\n"}),
    Failing("pool worker killed", "import os\nfrom concurrent.futures import ProcessPoolExecutor\ndef work(n):\n    os.kill(os.getpid(), 9)\nif __name__ == '__main__':\n    with ProcessPoolExecutor(1) as pool:\n        list(pool.map(work, [7]))",
            ("concurrent.futures.process.BrokenProcessPool: ", "(train.py:7)", "memory ran out"), reason="BrokenProcessPool"),
    Failing("process killed", "import multiprocessing as m, os, sys\ndef work():\n    os.kill(os.getpid(), 9)\nif __name__ == '__main__':\n    p = m.Process(target=work)\n    p.start(); p.join()\n    sys.exit(p.exitcode)",
            ("exit code 247 (-9: killed by SIGKILL) (train.py:7)", "memory ran out"), 247, reason="SIGKILL"),
    Failing("data loader worker killed", "try: raise RuntimeError('DataLoader worker (pid 7) is killed by signal: Killed. ')\nexcept RuntimeError as e: raise RuntimeError('DataLoader worker (pid(s) 7) exited unexpectedly') from e",
            ("RuntimeError: DataLoader worker (pid(s) 7) exited unexpectedly (train.py:2)", "memory ran out", "caused by RuntimeError: DataLoader worker (pid 7) is killed by signal: Killed")),
    Failing("launcher's worker killed", "", ("exit code 1: rank 1 was killed by SIGKILL", "memory ran out"), command=("python3", "launcher.py"), reason="SIGKILL",
            files={"launcher.py": LAUNCHER.replace("exitcode  : 1", "exitcode  : -9"), "worker.py": "import os, sys, time\nif sys.argv[1] == '0':\n    time.sleep(.3); raise ConnectionError('peer closed')\nos.kill(os.getpid(), 9)\n"}),
],
"Shell scripts": [
    shell("shell command not found", "#!/bin/sh\nset -e\nno-such-program --x\n", ("exit code 127: train.sh", "no-such-program: not found", "is not installed"), 127, reason="no-such-program: not found"),
    shell("shell last words", "echo checking\necho 'the table prices is empty' >&2\nexit 4\n", ("exit code 4: train.sh", "the table prices is empty"), 4, reason="the table prices is empty"),
    shell("shell runs python", "set -e\nprintf 'x = 1\\nraise ValueError(\"inner\")\\n' > step.py\npython3 step.py\n", ("ValueError: inner (step.py:2)", "exit code 1"), 1, reason="ValueError: inner"),
    shell("shell runs what is killed", "python3 -c 'import os; os.kill(os.getpid(), 9)'\nexit $?\n", ("exit code 137 (128 + 9: killed by SIGKILL): train.sh", "memory ran out"), 137, reason="SIGKILL"),
],
"Exceptions that make trouble themselves": [
    Failing("message without end", "raise ValueError('x' * 100000)", ("ValueError: xxx", "(train.py:1)"), reason="xxxxx"),
    Failing("its text cannot be made", "class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E", ("E: <its text could not be made> (train.py:3)",), reason="E: "),
    Failing("a module named as ours", "raise ValueError('told')", ("ValueError: told (train.py:1)",),
            files={"traceback.py": "raise SystemExit(5)\n", "json.py": "raise SystemExit(5)\n", "failure.py": "raise SystemExit(5)\n"}),
],
}  # fmt: skip
if sys.version_info >= (3, 11):
    GROUP = "raise ExceptionGroup('two', [ValueError('first'), KeyError('second')])"
    CHAPTERS["Exceptions"].append(
        Failing("group", GROUP, ("ValueError: first", "(train.py:1)", "1 more in the group"))
    )
PROGRAMS = [program for chapter in CHAPTERS.values() for program in chapter]
