"""Jobs in real containers."""

from __future__ import annotations

import json
import os
import subprocess
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.functional.emulator.workbench import (
    PREAMBLE,
    Bench,
    make_bench,
    make_channel,
    make_request,
    members,
    statuses,
)

from skylift.emulator import orphans
from skylift.emulator.containers import ContainerExecutor
from skylift.emulator.faults import Faults
from skylift.emulator.here import HereStorage
from skylift.errors import NotReady
from skylift.host.files import write_json

pytestmark = pytest.mark.docker


def docker(engine: Mapping[str, str], *arguments: str) -> str:
    environment = {**os.environ, **engine}
    return subprocess.run(
        ["docker", *arguments], env=environment, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture
def environment(docker_engine: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **docker_engine}


def container_bench(
    folder: Path, image: str, environment: Mapping[str, str], script: str, **more: Any
) -> Bench:
    """A job whose entrypoint is a script for the image's Python."""
    program = folder / "program"
    program.mkdir(parents=True)
    (program / "run.py").write_text(PREAMBLE + textwrap.dedent(script))
    algorithm = {
        "TrainingInputMode": "File",
        "TrainingImage": image,
        "ContainerEntrypoint": ["/usr/bin/python3.11", "-u", "/opt/ml/input/data/program/run.py"],
        **more.pop("algorithm", {}),
    }
    # Names of runs never come back; those of tests must not either.
    name = f"emulator-{os.getpid()}-{abs(hash(str(folder)))}"
    channels = [make_channel("program", program.as_uri()), *more.pop("channels", [])]
    options: dict[str, Any] = {key: more.pop(key) for key in ("storage", "grace_s", "faults") if key in more}
    executor = ContainerExecutor(
        more.pop("docker", "docker"), environment=environment, owner=more.pop("owner", None)
    )
    request = make_request(
        TrainingJobName=name, AlgorithmSpecification=algorithm, InputDataConfig=channels, **more
    )
    return make_bench(folder, request=request, executor=executor, **options)


def test_a_job_that_succeeds(tmp_path: Path, base_image: str, environment: dict[str, str]) -> None:
    data = tmp_path / 'my "data", é'
    data.mkdir()
    (data / "rows.csv").write_text("1")
    bench = container_bench(
        tmp_path,
        base_image,
        environment,
        """
        print((ML / "input/data/train/rows.csv").read_text(), os.getpid(), sys.argv[1:])
        print(json.dumps({k: v for k, v in os.environ.items() if k not in ("HOSTNAME", "LC_CTYPE")}))
        (ML / "input/data/train/rows.csv").write_text("2")
        (ML / "input/data/train/cache").write_text("3")
        time.sleep(0.5)
        os.write(2, b"to stderr\\n")
        (ML / "model/m").write_text("weights")
        """,
        channels=[make_channel("train", data.as_uri())],
        Environment={"TOKEN": "s3cret\nline", "DOCKER_HOST": "tcp://elsewhere", "PATH": "/usr/bin:/bin"},
    )
    bench.job.run()
    name = bench.description["TrainingJobName"]
    assert bench.description["TrainingJobStatus"] == "Completed", bench.description
    assert statuses(bench.description) == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert bench.observer.texts[0] == "1 1 []"
    found = json.loads(bench.observer.texts[1])
    # The image's own come with it.
    found = {key: value for key, value in found.items() if key not in ("HOME", "LANG")}
    assert found == {
        "TOKEN": "s3cret\nline",
        "DOCKER_HOST": "tcp://elsewhere",
        "PATH": "/usr/bin:/bin",
        "AWS_REGION": "eu-central-1",
        "TRAINING_JOB_NAME": name,
        "TRAINING_JOB_ARN": f"arn:aws:sagemaker:eu-central-1:123456789012:training-job/{name}",
    }
    assert bench.observer.texts[2:] == ["to stderr"]
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"m": b"weights"}
    # The channel was the job's own, as on the service; the user's folder is not.
    assert {path.name: path.read_text() for path in data.iterdir()} == {"rows.csv": "1"}
    assert bench.job.warnings == ()
    assert not bench.place.scratch.exists()
    assert docker(environment, "volume", "ls", "-q", "--filter", f"name={name}") == ""
    assert bench.job.warnings == ()
    assert docker(environment, "ps", "-aq", "--filter", f"label=org.skylift.run={name}") == ""


def test_lines_of_stdout_and_stderr_stay_whole(
    tmp_path: Path, base_image: str, environment: dict[str, str]
) -> None:
    script = """
    for _ in range(2000):
        for half in (b"one ", b"two\\n"):
            os.write(1, half)
            os.write(2, half.upper())
    """
    bench = container_bench(tmp_path, base_image, environment, script)
    bench.job.run()
    assert sorted(bench.observer.texts) == ["ONE TWO"] * 2000 + ["one two"] * 2000
    assert sorted(bytes(bench.observer.data).splitlines()) == [b"ONE TWO"] * 2000 + [b"one two"] * 2000


def test_a_job_that_fails(tmp_path: Path, base_image: str, environment: dict[str, str]) -> None:
    script = '(ML / "output/failure").write_text("ValueError: no rows"); sys.exit(3)'
    bench = container_bench(tmp_path, base_image, environment, script)
    bench.job.run()
    assert bench.description["FailureReason"] == "AlgorithmError: ValueError: no rows, exit code: 3"


def test_a_job_that_is_stopped(tmp_path: Path, base_image: str, environment: dict[str, str]) -> None:
    script = """
    def stop(number, frame):
        (ML / "model/last").write_text("saved")
        sys.exit(0)
    signal.signal(signal.SIGTERM, stop)
    print("ready")
    time.sleep(60)
    """
    bench = container_bench(tmp_path, base_image, environment, script)
    with bench.running():
        bench.observer.wait_for("ready")
        bench.job.stop()
    assert bench.description["SecondaryStatus"] == "Stopped"
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"last": b"saved"}


def test_a_deaf_job_is_killed(tmp_path: Path, base_image: str, environment: dict[str, str]) -> None:
    bench = container_bench(tmp_path, base_image, environment, "print('ready'); time.sleep(60)", grace_s=0.5)
    with bench.running():
        bench.observer.wait_for("ready")
        # The first process of a container does not hear SIGTERM unless it asked to.
        bench.job.stop()
    assert bench.description["SecondaryStatus"] == "Stopped"


def test_an_image_without_train_fails_as_on_the_service(
    tmp_path: Path, base_image: str, environment: dict[str, str]
) -> None:
    bench = container_bench(tmp_path, base_image, environment, "", algorithm={"ContainerEntrypoint": []})
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Failed"
    assert "CannotStartContainerError" in bench.description["FailureReason"]
    assert '"train"' in bench.description["FailureReason"]


def test_an_image_that_is_not_there_fails_the_job(
    tmp_path: Path, base_image: str, environment: dict[str, str]
) -> None:
    missing = base_image.partition("@")[0].rpartition(":")[0] + ":no-such-tag"
    bench = container_bench(tmp_path, missing, environment, "")
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Failed"
    assert bench.description["FailureReason"].startswith("ClientError: Cannot pull the training image")
    assert missing in bench.description["FailureReason"]


def test_files_come_back_to_their_owner_and_the_users_data_is_left_alone(
    tmp_path: Path, base_image: str, environment: dict[str, str]
) -> None:
    script = """
    (ML / "model/m").write_text("1")
    (ML / "checkpoints/c").write_text("1")
    (ML / "model/link").symlink_to("/etc/passwd")
    """
    storage = HereStorage(tmp_path / "artifacts", tmp_path / "kept")
    bench = container_bench(tmp_path, base_image, environment, script, storage=storage, owner=(1234, 1235))
    bench.job.run()
    given = [bench.place.root / "model/m", tmp_path / "kept/c", bench.place.root / "model/link"]
    assert {(path.lstat().st_uid, path.lstat().st_gid) for path in given} == {(1234, 1235)}
    assert (tmp_path / "program/run.py").stat().st_uid == os.getuid()


def test_no_engine_is_our_error_with_a_hint(tmp_path: Path) -> None:
    nowhere = {"PATH": os.environ["PATH"], "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    bench = container_bench(tmp_path, "img", nowhere, "")
    with pytest.raises(NotReady) as caught:
        bench.job.run()
    assert caught.value.hints
    assert bench.description["TrainingJobStatus"] == "Failed"
    assert bench.description["FailureReason"].startswith("InternalServerError: no Docker Engine answers")
    with pytest.raises(NotReady, match="not installed"):
        ContainerExecutor("/no/docker", environment=nowhere).check()


def test_a_container_of_a_dead_owner_is_ended(
    tmp_path: Path, base_image: str, environment: dict[str, str]
) -> None:
    bench = container_bench(tmp_path, base_image, environment, "")
    name = f"emulator-orphan-{os.getpid()}"
    docker(environment, "run", "-d", "--name", name, "--entrypoint", "sleep", base_image, "60")
    write_json(bench.place.owned, {"hosts": [{"container": name, "docker": "docker"}]})
    assert orphans.end(bench.place, environment)
    assert docker(environment, "ps", "-aq", "--filter", f"name={name}") == ""
    write_json(bench.place.owned, {"hosts": [{"container": name, "docker": "docker"}]})
    assert not orphans.end(bench.place, environment)


def test_an_interrupted_job_finds_its_checkpoints_and_nothing_else(
    tmp_path: Path, base_image: str, environment: dict[str, str]
) -> None:
    bench = container_bench(
        tmp_path,
        base_image,
        environment,
        """
        print((ML / "checkpoints/epoch").exists(), os.listdir(ML / "model"), flush=True)
        if not (ML / "checkpoints/epoch").exists():
            (ML / "checkpoints/epoch").write_text("1")
            (ML / "model/half").write_text("half")
            time.sleep(600)
        """,
        faults=Faults(interrupt_after_s=3),
    )
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Completed", bench.description
    assert statuses(bench.description)[2:6] == ["Training", "Interrupted", "Starting", "Downloading"]
    assert bench.observer.texts == ["False []", "True []"]
    assert bench.job.warnings == ()


def test_a_disk_that_is_full(tmp_path: Path, base_image: str, environment: dict[str, str]) -> None:
    bench = container_bench(
        tmp_path,
        base_image,
        environment,
        """
        import errno
        (ML / "model/m").write_text("weights")
        (ML / "checkpoints/c").write_text("1")
        try:
            (ML / "output/data/big").write_bytes(bytes(2_000_000))
        except OSError as error:
            print(errno.errorcode[error.errno])
            (ML / "output/data/big").unlink()
        print((ML / "input/config/resourceconfig.json").exists())
        """,
        faults=Faults(disk_bytes=1_000_000),
    )
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Completed", bench.description
    assert bench.observer.texts == ["ENOSPC", "True"]
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"m": b"weights"}
    assert (bench.place.root / "checkpoints/c").read_text() == "1"
    name = bench.description["TrainingJobName"]
    assert docker(environment, "volume", "ls", "-q", "--filter", f"name={name}") == ""
    assert docker(environment, "ps", "-aq", "--filter", f"name={name}") == ""


def test_a_disk_too_small_for_the_jobs_own_files(
    tmp_path: Path, base_image: str, environment: dict[str, str]
) -> None:
    bench = container_bench(tmp_path, base_image, environment, "", faults=Faults(disk_bytes=4096))
    (bench.place.root / "code").mkdir(parents=True)
    (bench.place.root / "code/big").write_bytes(bytes(100_000))
    bench.job.run()
    assert "the job's disk can not be made" in bench.description["FailureReason"]
    name = bench.description["TrainingJobName"]
    assert docker(environment, "volume", "ls", "-q", "--filter", f"name={name}") == ""
    assert docker(environment, "ps", "-aq", "--filter", f"name={name}") == ""


def test_an_engine_that_takes_no_overlay_shows_channels_read_only(
    tmp_path: Path, base_image: str, environment: dict[str, str]
) -> None:
    data = tmp_path / "data, of: 'mine'"
    data.mkdir()
    (data / "rows.csv").write_text("1")
    client = tmp_path / "docker"
    client.write_text(
        "#!/bin/sh\n"
        'case "$*" in "volume create"*type=overlay*) for name; do :; done\n'
        '    exec docker volume create --opt type=overlay --opt device=overlay --opt o=lowerdir=/nowhere "$name";;\n'
        "esac\n"
        'exec docker "$@"\n'
    )
    client.chmod(0o755)
    script = """
    try:
        (ML / "input/data/train/cache").write_text("3")
    except OSError as error:
        print((ML / "input/data/train/rows.csv").read_text(), error.strerror)
    """
    channels = [make_channel("train", data.as_uri())]
    bench = container_bench(tmp_path, base_image, environment, script, channels=channels, docker=str(client))
    bench.job.run()
    assert bench.observer.texts == ["1 Read-only file system"], bench.description
    assert bench.job.warnings == (
        "channels were shown read-only: the Docker Engine makes no overlays of them",
    )
    name = bench.description["TrainingJobName"]
    assert docker(environment, "volume", "ls", "-q", "--filter", f"name={name}") == ""
