"""Without a project description the runtime does what the official toolkit does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.functional.runtime.stage import Stage

SHOW = "import json, os, sys\nprint(json.dumps([sys.argv, dict(os.environ), os.getcwd()]))\n"


@dataclass
class DropIn:
    stage: Stage
    environ: dict[str, str] = field(default_factory=dict)

    def code(self, path: str, text: str) -> Path:
        file = self.stage.ml / "code" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def run(self) -> subprocess.CompletedProcess[str]:
        self.stage.write()
        environ = {**self.stage.environ(), **self.environ}
        # The image knows nothing of us.
        del environ["SKYLIFT_PROJECT"]
        return subprocess.run(
            [*self.stage.command()], env=environ, capture_output=True, text=True, check=False, timeout=60
        )

    @property
    def failure(self) -> str:
        return (self.stage.ml / "output" / "failure").read_text()


@pytest.fixture
def job(stage: Stage) -> DropIn:
    return DropIn(stage, {"SAGEMAKER_PROGRAM": "train.py"})


def test_a_script_gets_the_toolkits_arguments_and_variables(job: DropIn) -> None:
    job.code("train.py", SHOW)
    job.stage.channel("train", {"x.csv": ""})
    job.stage.hyperparameters = {
        "flag": "true", "lst": '[1,"a"]', "d": '{"b":2,"a":1}', "empty": '""', "x": "5", "text": "two words; $HOME",
        "sagemaker_region": '"eu-west-1"',
    }  # fmt: skip
    done = job.run()
    assert done.returncode == 0, done.stderr
    argv, environ, folder = json.loads(done.stdout)
    arguments = ["-d", "a=1,b=2", "--empty", "", "--flag", "True", "--lst", "[1, 'a']", "--text", "two words; $HOME", "-x", "5"]  # fmt: skip
    assert argv == ["train.py", *arguments]
    assert json.loads(environ["SM_USER_ARGS"]) == arguments
    assert (environ["SM_USER_ENTRY_POINT"], environ["SM_MODULE_NAME"]) == ("train.py", "train")
    assert environ["SM_MODULE_DIR"] == folder == str(job.stage.ml / "code")
    assert environ["PYTHONPATH"].split(os.pathsep)[0] == folder


def test_a_shell_script_is_a_command(job: DropIn) -> None:
    job.code("run.sh", '#!/bin/sh\nprintf "[%s]" "$@"\n')
    job.environ["SAGEMAKER_PROGRAM"] = "run.sh"
    job.stage.hyperparameters = {"a": "it's", "long": ""}
    done = job.run()
    assert (done.returncode, done.stdout) == (0, "[-a][it's][--long][]"), done.stderr


def test_code_comes_from_an_archive_that_a_hyperparameter_names(job: DropIn, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import helper; print(helper.NAME)")
    (tmp_path / "helper.py").write_text("NAME = 'from the archive'")
    with tarfile.open(tmp_path / "sourcedir.tar.gz", "w:gz") as archive:
        for name in ("train.py", "helper.py"):
            archive.add(tmp_path / name, name)
    job.environ.clear()
    job.stage.hyperparameters = {
        "sagemaker_program": '"train.py"',
        "sagemaker_submit_directory": json.dumps(str(tmp_path / "sourcedir.tar.gz")),
    }
    done = job.run()
    assert (done.returncode, done.stdout) == (0, "from the archive\n"), done.stderr


class TestCodeOnS3:
    @pytest.fixture
    def bucket(self, job: DropIn, aws_variables: dict[str, str]) -> Any:
        """A bucket, and a job that may read it."""
        job.environ.update(aws_variables)
        s3 = boto3.client(
            "s3",
            endpoint_url=aws_variables["AWS_ENDPOINT_URL"],
            region_name=aws_variables["AWS_REGION"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        where = {"LocationConstraint": aws_variables["AWS_REGION"]}
        s3.create_bucket(Bucket="of-drop-ins", CreateBucketConfiguration=where)
        job.stage.hyperparameters["sagemaker_submit_directory"] = '"s3://of-drop-ins/a b/sourcedir.tar.gz"'
        yield s3
        for found in s3.list_objects_v2(Bucket="of-drop-ins").get("Contents", ()):
            s3.delete_object(Bucket="of-drop-ins", Key=found["Key"])
        s3.delete_bucket(Bucket="of-drop-ins")

    def test_it_is_fetched_and_run(self, job: DropIn, bucket: Any, tmp_path: Path) -> None:
        (tmp_path / "train.py").write_text("import os; print('from S3', os.environ['SM_MODULE_DIR'])")
        with tarfile.open(tmp_path / "sourcedir.tar.gz", "w:gz") as archive:
            archive.add(tmp_path / "train.py", "train.py")
        bucket.upload_file(str(tmp_path / "sourcedir.tar.gz"), "of-drop-ins", "a b/sourcedir.tar.gz")
        done = job.run()
        assert done.returncode == 0, done.stderr
        assert done.stdout == "from S3 s3://of-drop-ins/a b/sourcedir.tar.gz\n"

    @pytest.mark.usefixtures("bucket")
    def test_what_is_not_there_is_named(self, job: DropIn) -> None:
        assert job.run().returncode == 2
        assert job.failure.startswith(
            "the code at s3://of-drop-ins/a b/sourcedir.tar.gz can not be fetched: NoSuchKey"
        )


def test_what_the_toolkit_hides_is_told(job: DropIn) -> None:
    job.code("train.py", "\nraise ValueError('no rows')")
    assert job.run().returncode == 1
    assert job.failure == "ValueError: no rows (train.py:2)"


def test_requirements_are_installed_first_and_their_failure_is_told(job: DropIn) -> None:
    job.code("train.py", "print('trained')")
    job.code("requirements.txt", "./no-such-folder\n")
    done = job.run()
    assert done.returncode != 0
    assert "trained" not in done.stdout
    assert job.failure.startswith("installing the requirements failed: exit code")


@pytest.mark.parametrize("name", ["-c", "../train.py", "/bin/sh", "gone.py"])
def test_what_is_no_program_is_refused(job: DropIn, name: str) -> None:
    job.code("train.py", "")
    job.environ["SAGEMAKER_PROGRAM"] = name
    assert job.run().returncode == 2
    assert name in job.failure


def test_several_hosts_are_waited_for_until_the_job_is_stopped(job: DropIn) -> None:
    job.code("train.py", "print('trained')")
    job.stage.resources = {"current_host": "algo-1", "hosts": ["localhost", "no-such-host.invalid"]}
    job.stage.write()
    # It says a word before it waits, and listens to signals by then.
    said = {"SM_STUDIO_LOCAL_MODE": "false", "SAGEMAKER_TRAINING_MODULE": "a.b:main"}
    environ = {**job.stage.environ(), **job.environ, **said}
    del environ["SKYLIFT_PROJECT"]
    with subprocess.Popen(
        job.stage.command(), env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        assert b"SAGEMAKER_TRAINING_MODULE" in process.stderr.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.terminate()
        assert process.communicate(timeout=100)[0] == b""
    assert process.returncode == 128 + signal.SIGTERM


def test_hosts_whose_names_resolve_hold_nobody_up(job: DropIn) -> None:
    job.code("train.py", "print('trained')")
    job.stage.resources = {"current_host": "localhost", "hosts": ["127.0.0.1", "localhost"]}
    job.environ["SM_STUDIO_LOCAL_MODE"] = "false"
    assert job.run().stdout == "trained\n"


def test_nothing_to_run_is_said(job: DropIn) -> None:
    job.environ.clear()
    assert job.run().returncode == 2
    assert "SAGEMAKER_PROGRAM" in job.failure
