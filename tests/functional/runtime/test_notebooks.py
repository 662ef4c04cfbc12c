"""A notebook is executed by the real nbconvert and ipykernel, in the job's own interpreter."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.functional.runtime.stage import Stage
from tests.functional.runtime.test_runtime_endings import is_running, wait_for, wait_until_gone
from tests.notebooks import Cell, notebook

PID = "import os\nopen('pid.tmp', 'w').write(str(os.getpid()))\nos.rename('pid.tmp', 'pid')"


class Notebooks:
    """A stage whose job is ``train.ipynb``, on an interpreter that can execute it."""

    def __init__(self, stage: Stage, python: str) -> None:
        self.stage = stage
        stage.python = python
        stage.job["entry_point"] = "train.ipynb"

    def ship(self, *cells: Cell, path: str = "train.ipynb", **options: Any) -> None:
        self.stage.job["entry_point"] = path
        file = self.stage.project / "code" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(notebook(*cells, **options))

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The code cells of the executed notebook."""
        found = json.loads((self.stage.ml / "output" / "data" / "train.ipynb").read_text())
        return [cell for cell in found["cells"] if cell["cell_type"] == "code"]

    def text(self, place: int) -> str:
        """What a cell printed."""
        outputs = [output for output in self.kept[place]["outputs"] if output["output_type"] == "stream"]
        return "".join(line for output in outputs for line in output["text"])


@pytest.fixture
def job(tmp_path: Path, runtime: Path, notebook_python: str) -> Notebooks:
    return Notebooks(Stage(tmp_path, runtime), notebook_python)


def test_parameters_go_in_and_outputs_come_out(
    weird_tmp_path: Path, form: Path, notebook_python: str
) -> None:
    job = Notebooks(Stage(weird_tmp_path, form), notebook_python)
    job.stage.channel("train", {"x.csv": "1"})
    job.stage.job["arguments"] = {"data-dir": "{channel:train}"}
    job.stage.hyperparameters = {"epochs": "2", "lr": "Infinity", "name": '"it\'s"', "layers": "[1, null]"}
    job.ship(
        "# %% Training",
        ("epochs, lr, name, layers = 9, 0.1, 'x', []\ndata_dir = 'data'", ["parameters"]),
        "import sys\nprint([epochs, lr, name, layers, data_dir], sys.executable)\nprint('err', file=sys.stderr)",
        "from IPython.display import display\nshown = display('first', display_id='d')",
        "shown.update('second')\nimport os; _ = os.system('echo from a shell')",
        "import argparse; argparse.ArgumentParser().parse_args()\nfor n in range(3): print('\\r', n, end='')",
        "epochs + 1",
        minor=5 if form.is_file() else 4,
    )
    result = job.stage.run()
    assert (result.code, result.failure) == (0, ""), result.err
    values = f'[2, inf, "it\'s", [1, None], {str(job.stage.ml / "input" / "data" / "train")!r}]'
    shown = result.out.splitlines()
    assert shown[:3] == [f"{values} {notebook_python}", "'first'", "from a shell"]
    assert (shown[-1], result.err.splitlines()[0]) == ("3", "err")
    assert [cell["execution_count"] for cell in job.kept] == [1, None, 2, 3, 4, 5, 6]
    assert job.kept[1]["metadata"]["tags"] == ["injected-parameters"]
    assert job.kept[3]["outputs"][0]["data"]["text/plain"] == ["'second'"]
    assert (job.text(4), job.text(5)) == ("from a shell\n", " 2")
    assert job.kept[6]["outputs"][0]["data"]["text/plain"] == ["3"]
    assert not [cell for cell in job.kept if "stale" in json.dumps(cell)]


FAILING: list[tuple[str, tuple[Cell, ...], int, str]] = [
    ("exception", ("# %% text", "x = 1", "\n\ndef f():\n    raise ValueError('no rows')", "f()"), 1, "ValueError: no rows (train.ipynb, cell 2, line 4)"),
    ("module", ("import pkg.data", "\npkg.data.read()"), 1, "KeyError: 'price' (pkg/data.py:2, called in train.ipynb, cell 2, line 2)"),
    ("cause", ("try: open('gone.csv')\nexcept OSError as e:\n    raise RuntimeError('no data') from e",), 1, "RuntimeError: no data (train.ipynb, cell 1, line 3)\ncaused by FileNotFoundError: [Errno 2] No such file or directory: 'gone.csv'"),
    ("hint", ("import no_such_thing",), 1, "ModuleNotFoundError: No module named 'no_such_thing' (train.ipynb, cell 1, line 1)\nis `no_such_thing` in the project's dependencies?"),
    ("syntax", ("1", "x = 1\ny = = 2"), 1, "SyntaxError: invalid syntax (train.ipynb, cell 2, line 2)"),
    ("exit code", ("import sys", "sys.exit(41)", "never"), 41, "exit code 41 (train.ipynb, cell 2, line 1)"),
    ("exit text", ("import sys; sys.exit('no data for 2026')",), 1, "SystemExit: no data for 2026 (train.ipynb, cell 1, line 1)"),
    ("_exit", ("import os", "os._exit(9)"), 9, "exit code 9 (train.ipynb, cell 2)"),
    ("killed", ("1", "import os; os.kill(os.getpid(), 9)"), 137, "killed by SIGKILL: train.ipynb, cell 2\na SIGKILL that nobody sent usually means that memory ran out: smaller batches, fewer workers, or a larger instance"),
    ("crash", ("import ctypes", "ctypes.string_at(0)"), 139, "Fatal Python error: Segmentation fault (train.ipynb, cell 2)\nkilled by SIGSEGV"),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "code", "failure"), [row[1:] for row in FAILING], ids=[row[0] for row in FAILING])  # fmt: skip
def test_the_reason_is_told_with_its_cell(job: Notebooks, cells: tuple[Cell, ...], code: int, failure: str) -> None:  # fmt: skip
    job.stage.ship("pkg/data.py", "def read():\n    return {}['price']\n")
    job.ship(*cells)
    result = job.stage.run()
    assert (result.code, result.failure) == (code, failure), result.err
    # What ran before is kept, and what did not has no output of another time.
    assert "stale" not in json.dumps(job.kept)
    assert job.kept[0]["execution_count"] == 1


def test_an_exit_that_is_no_failure_ends_the_notebook(job: Notebooks) -> None:
    job.ship(
        ("raise KeyError('expected')", ["raises-exception"]),
        "import atexit; _ = atexit.register(lambda: print('at exit', flush=True))",
        "import sys; print('enough'); sys.exit()",
        "print('never')",
    )
    result = job.stage.run()
    assert (result.code, result.failure, result.out) == (0, "", "enough\nat exit\n"), result.err
    assert job.kept[0]["outputs"][0]["ename"] == "KeyError"


def test_output_is_there_as_it_is_made(job: Notebooks) -> None:
    job.ship(
        "import os, time\nprint('epoch=1 loss=0.5')\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('done')"
    )
    process = job.stage.start()
    assert process.stdout is not None
    assert process.stdout.readline() == "epoch=1 loss=0.5\n"
    (job.stage.work / "go").touch()
    assert job.stage.finish(process).out == "done\n"


def test_however_much_a_cell_says_nothing_is_lost(job: Notebooks) -> None:
    job.ship("for n in range(5_000):\n    print(n, flush=True)", "print('end')")
    result = job.stage.run()
    assert result.code == 0, result.err
    assert result.out.split() == [*map(str, range(5_000)), "end"]
    assert job.text(0) == "".join(f"{n}\n" for n in range(5_000))


def start_and_wait(job: Notebooks) -> tuple[subprocess.Popen[str], int]:
    process = job.stage.start()
    wait_for(job.stage.work / "pid")
    return process, int((job.stage.work / "pid").read_text())


def test_a_stop_reaches_the_handler_in_the_notebook(job: Notebooks) -> None:
    job.ship(
        "import signal, sys, time\ndef stop(number, frame):\n    open('../model/last.txt', 'w').write('saved')\n"
        "    sys.exit(7)\nsignal.signal(signal.SIGTERM, stop)\nprint('ready', flush=True)",
        PID + "\ntime.sleep(60)",
        "print('never')",
    )
    process, kernel = start_and_wait(job)
    process.terminate()
    result = job.stage.finish(process)
    assert result.code == 7, result.err
    assert (job.stage.model / "last.txt").read_text() == "saved"
    assert job.text(0) == "ready\n"
    wait_until_gone(kernel)


@pytest.mark.parametrize(
    ("number", "code", "failure"),
    [
        (signal.SIGTERM, 143, "killed by SIGTERM (train.ipynb, cell 2)"),
        (signal.SIGINT, 130, "KeyboardInterrupt (train.ipynb, cell 2, line 4)"),
    ],
)
def test_without_a_handler_a_stop_ends_it_and_keeps_what_was_done(
    job: Notebooks, tmp_path: Path, number: int, code: int, failure: str
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    job.ship("import time\nopen('../model/m', 'w').close()\nprint('one')", PID + "\ntime.sleep(60)")
    process = job.stage.start(TMPDIR=str(temporary))
    wait_for(job.stage.work / "pid")
    process.send_signal(number)
    result = job.stage.finish(process)
    assert (result.code, result.failure) == (code, failure), result.err
    assert job.text(0) == "one\n"
    assert list(temporary.iterdir()) == []
    assert not is_running(int((job.stage.work / "pid").read_text()))


def test_a_stop_between_two_cells_is_for_the_next_one(job: Notebooks) -> None:
    job.ship(
        "import os, signal, sys\n_ = signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "get_ipython().events.register('post_run_cell', lambda result: os.kill(os.getpid(), signal.SIGTERM))",
        "print('never')",
    )
    result = job.stage.run()
    assert (result.code, result.out) == (7, ""), result.err
    assert job.kept[1]["outputs"][0]["ename"] == "SystemExit"


def test_a_kernel_that_does_not_end_is_ended(job: Notebooks) -> None:
    job.ship(
        "import sys, time\nclass Slow:\n    def __del__(self, sleep=time.sleep):\n        sleep(600)\n"
        "sys.slow = Slow()\nopen('../model/m', 'w').close()"
    )
    result = job.stage.run()
    assert (result.code, result.failure, result.err) == (0, "", "")


def test_a_stop_that_takes_long_has_the_notebook_kept_at_its_beginning(job: Notebooks) -> None:
    job.ship(
        "import signal, time\nsignal.signal(signal.SIGTERM, lambda *_: None)\nprint('said', flush=True)\n"
        + PID
        + "\nwhile True: time.sleep(1)"
    )
    process, kernel = start_and_wait(job)
    assert process.stdout is not None
    assert process.stdout.readline() == "said\n"
    process.terminate()
    wait_for(job.stage.ml / "output" / "data" / "train.ipynb")
    assert job.text(0) == "said\n"
    process.terminate()
    assert job.stage.finish(process).code == 137
    wait_until_gone(kernel)


def test_a_second_signal_ends_the_kernel_too(job: Notebooks) -> None:
    job.ship(
        "import signal, time\nsignal.signal(signal.SIGTERM, lambda *_: open('first', 'w').close())",
        PID + "\nwhile True: time.sleep(1)",
    )
    process, kernel = start_and_wait(job)
    process.terminate()
    wait_for(job.stage.work / "first")
    process.terminate()
    assert job.stage.finish(process).code == 137
    wait_until_gone(kernel)


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="only Linux ends a child with its parent at once"
)
def test_the_kernel_does_not_outlive_a_killed_runtime(job: Notebooks) -> None:
    job.ship(PID + "\nimport time; time.sleep(60)")
    process, kernel = start_and_wait(job)
    process.kill()
    process.communicate(timeout=30)
    wait_until_gone(kernel)


def test_neither_home_nor_a_short_temporary_folder_is_needed(job: Notebooks, tmp_path: Path) -> None:
    long = tmp_path / ("long" * 30)
    long.mkdir()
    job.ship("print('ran')")
    result = job.stage.run(HOME="/no/such/home", TMPDIR=str(long))
    assert (result.code, result.out, result.failure) == (0, "ran\n", ""), result.err
    assert list(long.iterdir()) == []


def test_modules_of_the_project_are_for_the_notebook_alone(job: Notebooks) -> None:
    for name in ("nbformat", "nbclient", "jupyter_client", "zmq"):
        job.stage.ship(f"{name}.py", "raise SystemExit(5)")
    job.stage.ship("sub/beside.py", "NAME = 'beside'")
    job.stage.ship("pkg/__init__.py", "NAME = 'in the root'")
    job.ship("import os, beside, pkg\nprint(beside.NAME, pkg.NAME, os.getcwd())", path="sub/train.ipynb")
    result = job.stage.run()
    assert (result.code, result.out) == (0, f"beside in the root {job.stage.work}/sub\n"), result.err


def test_a_notebook_works_in_its_own_folder_as_jupyter_has_it(job: Notebooks) -> None:
    job.stage.ship("data/rows.txt", "rows")
    job.ship("print(open('../data/rows.txt').read())", path="sub/train.ipynb")
    result = job.stage.run()
    assert (result.code, result.out) == (0, "rows\n"), result.err


def test_a_failed_notebook_is_started_again(job: Notebooks) -> None:
    job.ship(
        "import os, sys\nif not os.path.exists('../checkpoints/c'):\n    os.makedirs('../checkpoints', exist_ok=True)\n"
        "    open('../checkpoints/c', 'w').close()\n    sys.exit(75)\nprint('again')"
    )
    job.stage.job["retry"] = {"max": 1, "exit_codes": [75]}
    result = job.stage.run()
    assert (result.code, result.out) == (0, "again\n"), result.err
    assert job.text(0) == "again\n"


def test_without_nbconvert_it_says_what_to_install(tmp_path: Path, form: Path) -> None:
    job = Notebooks(Stage(tmp_path, form), sys.executable)
    job.ship("1")
    result = job.stage.run()
    assert result.code == 2
    assert result.failure.startswith("train.ipynb can not be executed here: `ipykernel` is not installed\n")
    assert "nbconvert" in result.failure
    assert result.err.startswith("skylift: train.ipynb can not be executed here")


@pytest.mark.parametrize(
    ("text", "hyperparameters", "words"),
    [
        ("{", {}, "train.ipynb is not JSON"),
        (notebook("1", kernelspec={"name": "ir", "language": "R"}), {}, "train.ipynb is written in R"),
        (notebook("1"), {"a.b": "1"}, "`a.b` can not be a variable"),
        (notebook("1"), {"skylift_raw_arguments": '["--x"]'}, "no arguments after `--`"),
    ],
)
def test_what_can_not_be_executed_is_refused(
    tmp_path: Path, runtime: Path, text: str, hyperparameters: dict[str, str], words: str
) -> None:
    stage = Stage(tmp_path, runtime)
    stage.ship("train.ipynb", text)
    stage.job = {"entry_point": "train.ipynb"}
    stage.hyperparameters = hyperparameters
    result = stage.run()
    assert result.code == 2, result.err
    assert words in result.failure


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to see descriptors")
def test_descriptors_of_the_runtime_do_not_reach_the_notebook(job: Notebooks) -> None:
    job.ship("import os\nfor number in os.listdir('/proc/self/fd'):\n    path = '/proc/self/fd/' + number\n    print(os.readlink(path) if os.path.lexists(path) else '')")  # fmt: skip
    result = job.stage.run()
    assert result.code == 0
    assert "socket:" in result.out
    assert "skylift-facts" not in result.out
