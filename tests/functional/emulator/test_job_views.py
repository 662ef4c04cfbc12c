"""What a job as a process sees of the file system, and what of the machine stays as it is."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.functional.emulator.workbench import (
    ENVIRONMENT,
    make_bench,
    make_channel,
    make_request,
    members,
    pid_left_by_killed_owner,
    python,
    wait_until_gone,
)

from skylift.emulator.faults import Faults
from skylift.emulator.here import HereStorage
from skylift.emulator.processes import ProcessExecutor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there are mount namespaces on Linux only")
SOURCES = Path(__file__).parents[3]


def content(folder: Path) -> Mapping[str, tuple[int, str]]:
    return {
        str(path.relative_to(folder)): (path.lstat().st_mode, path.read_text() if path.is_file() else "")
        for path in sorted(folder.rglob("*"))
    }


def test_the_tree_stands_at_opt_ml_and_the_machine_has_none(tmp_path: Path) -> None:
    before = sorted(path.name for path in Path("/opt").iterdir())
    script = """
    (Path("/opt/ml/model") / "model.pkl").write_text(os.getcwd())
    print(sorted(path.name for path in Path("/opt").iterdir()))
    """
    bench = make_bench(tmp_path, script)
    bench.job.run()
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"model.pkl": b"/opt/ml"}
    assert bench.observer.texts == [str(sorted({*before, "ml"}))]
    assert sorted(path.name for path in Path("/opt").iterdir()) == before


def test_an_interpreter_below_opt_ml_is_still_seen(tmp_path: Path) -> None:
    script = "(ML / 'model/model.pkl').write_text(str(ML))"
    executor = ProcessExecutor(python(script), ENVIRONMENT, seen=["/opt/ml/project/skylift"])
    bench = make_bench(tmp_path, executor=executor)
    bench.job.run()
    root = str(bench.place.root).encode()
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"model.pkl": root}


def test_paths_that_mean_something_to_mount(tmp_path: Path) -> None:
    weird = tmp_path / "a,b:c\\d 'e' \"f\"\ng=é"
    data = weird / "data,upperdir=x:y"
    data.mkdir(parents=True)
    (data / "rows,1:2.csv").write_text("1")
    request = make_request(InputDataConfig=[make_channel("train", data.as_uri())])
    script = """
    folder = ML / "input/data/train"
    print([path.name for path in folder.iterdir()])
    (folder / "rows,1:2.csv").write_text("changed")
    """
    bench = make_bench(weird, script, request=request)
    bench.job.run()
    assert bench.observer.texts == ["['rows,1:2.csv']"], bench.description
    assert (data / "rows,1:2.csv").read_text() == "1"


def test_a_channel_is_the_jobs_own_and_nothing_of_it_is_left(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "sub").mkdir(parents=True)
    (data / "rows").write_text("1")
    (data / "sub/link").symlink_to("../rows")
    before = content(data)
    script = """
    import shutil
    folder = ML / "input/data/train"
    print((folder / "sub/link").read_text())
    (folder / "rows").write_text("changed")
    print((folder / "sub/link").read_text())
    shutil.rmtree(folder / "sub")
    (folder / "cache").mkdir()
    (folder / "cache/index").write_text("x")
    os.chmod(folder / "rows", 0)
    """
    request = make_request(InputDataConfig=[make_channel("train", data.as_uri())])
    bench = make_bench(tmp_path, script, request=request)
    bench.job.run()
    assert bench.observer.texts == ["1", "changed"]
    assert content(data) == before
    assert not bench.place.scratch.exists()
    assert list((bench.place.root / "input/data").iterdir()) == []


def test_two_channels_may_show_one_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "rows").write_text("1")
    channels = [make_channel(name, data.as_uri()) for name in ("train", "validation")]
    script = """
    (ML / "input/data/train/rows").write_text("2")
    print((ML / "input/data/validation/rows").read_text())
    """
    bench = make_bench(tmp_path, script, request=make_request(InputDataConfig=channels))
    bench.job.run()
    assert bench.observer.texts == ["1"]


def test_a_disk_that_is_full_keeps_what_was_written_before(tmp_path: Path) -> None:
    script = """
    import errno
    (ML / "model/model.pkl").write_text("weights")
    try:
        (ML / "output/data/big").write_bytes(bytes(2_000_000))
    except OSError as error:
        print(errno.errorcode[error.errno])
        (ML / "output/data/big").unlink()
    """
    bench = make_bench(tmp_path, script, faults=Faults(disk_bytes=1_000_000))
    bench.job.run()
    assert bench.observer.texts == ["ENOSPC"]
    assert bench.description["TrainingJobStatus"] == "Completed"
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"model.pkl": b"weights"}


def test_what_a_killed_job_wrote_on_its_disk_is_kept(tmp_path: Path) -> None:
    script = """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (ML / "model/model.pkl").write_text("weights")
    print("ready", flush=True)
    time.sleep(60)
    """
    bench = make_bench(tmp_path, script, faults=Faults(disk_bytes=1_000_000), grace_s=0.1)
    with bench.running():
        bench.observer.wait_for("ready")
        bench.job.stop()
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"model.pkl": b"weights"}


def test_a_disk_too_small_for_the_jobs_own_files(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, "print('ran')", faults=Faults(disk_bytes=1000))
    bench.job.run()
    assert bench.observer.texts == []
    assert "own files do not fit" in bench.description["FailureReason"]
    assert not bench.place.scratch.exists()


@pytest.mark.parametrize("strict", [True, False])
def test_without_a_view_nothing_is_promised(tmp_path: Path, *, strict: bool) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "rows").write_text("1")
    channel = {**make_channel("train", data.as_uri()), "InputMode": "File" if strict else "FastFile"}
    bench = make_bench(
        tmp_path,
        request=make_request(InputDataConfig=[channel]),
        executor=ProcessExecutor(python("print('ran')"), ENVIRONMENT, enclosed=False),
        storage=HereStorage(tmp_path / "artifacts", strict=strict),
    )
    bench.job.run()
    if strict:
        assert bench.observer.texts == []
        assert "can not be kept from being written to" in bench.description["FailureReason"]
    else:
        assert bench.observer.texts == ["ran"]
        (warning,) = bench.job.warnings
        assert warning.startswith(f"the view of {data} could have been written to")


def test_a_host_knows_its_own_name(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, "import socket; print(socket.gethostbyname('algo-1'))")
    bench.job.run()
    assert bench.observer.texts == ["127.0.1.1"]


def test_a_daemon_that_forgot_its_environment_ends_with_the_job(tmp_path: Path) -> None:
    script = """
    left = subprocess.Popen(["env", "-i", "/bin/sleep", "60"], start_new_session=True)
    print(left.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
    """
    bench = make_bench(tmp_path, script)
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Failed"
    wait_until_gone(int(bench.observer.texts[0]))


def test_a_killed_owner_takes_such_a_daemon_along(tmp_path: Path) -> None:
    script = """
    left = subprocess.Popen(["env", "-i", "/bin/sleep", "60"], start_new_session=True)
    print(left.pid, flush=True)
    time.sleep(60)
    """
    wait_until_gone(pid_left_by_killed_owner(tmp_path, script))


def test_without_a_view_a_disk_can_not_be_limited(tmp_path: Path) -> None:
    executor = ProcessExecutor(python("print('ran')"), ENVIRONMENT, enclosed=False)
    bench = make_bench(tmp_path, executor=executor, faults=Faults(disk_bytes=1_000_000))
    bench.job.run()
    assert bench.observer.texts == []
    assert "the job's disk can not be made" in bench.description["FailureReason"]


@pytest.fixture
def everybodys() -> Iterator[Path]:
    """A folder that any user may write to, with our sources for any user to read."""
    folder = Path(tempfile.mkdtemp(prefix="skylift-views-"))
    try:
        for name in ("src/skylift", "src/skylift_runtime", "tests/functional/emulator"):
            shutil.copytree(SOURCES / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        folder.chmod(0o777)
        yield folder
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="the other tests run as an ordinary user already")
def test_an_ordinary_user_has_the_same(everybodys: Path) -> None:
    """By a user namespace, in which the job has its own number and no powers."""
    program = """
import sys
from pathlib import Path
from tests.functional.emulator.workbench import make_bench, make_channel, make_request
folder = Path(sys.argv[1])
(folder / "data").mkdir()
(folder / "data/rows").write_text("1")
request = make_request(InputDataConfig=[make_channel("train", (folder / "data").as_uri())])
script = '''
folder = ML / "input/data/train"
(folder / "rows").write_text("2")
(folder / "new").write_text("2")
powers = next(row for row in open("/proc/self/status") if row.startswith("CapEff"))
print(str(ML), os.getuid(), sorted(os.listdir(folder)), powers.split()[1])
'''
bench = make_bench(folder, script, request=request)
bench.job.run()
print(bench.observer.texts, (folder / "data/rows").read_text(), bench.job.warnings, sorted(path.name for path in folder.glob("run/*")))
"""
    interpreter = shutil.which("python3", path="/usr/bin:/bin") or sys.executable
    work = everybodys / "work"
    work.mkdir()
    work.chmod(0o777)
    done = subprocess.run(
        [interpreter, "-c", program, str(work)],
        env={**ENVIRONMENT, "PYTHONPATH": f"{everybodys}/src:{everybodys}", "PYTHONDONTWRITEBYTECODE": "1"},
        user=65534,
        group=65534,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    said = ["/opt/ml 65534 ['new', 'rows'] 0000000000000000"]
    assert done.stdout == f"{said} 1 () ['artifacts', 'ml']\n"
    assert stat.S_ISDIR((work / "run/ml").lstat().st_mode)
