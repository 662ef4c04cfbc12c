"""Jobs as processes: success, failure, output, and what jobs leave behind."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime, timezone
from pathlib import Path

import pytest
from tests.functional.emulator.workbench import (
    ENVIRONMENT,
    NAME,
    Remembering,
    make_bench,
    make_channel,
    make_request,
    members,
    pid_left_by_killed_owner,
    python,
    statuses,
    wait_until_gone,
)

from skylift.emulator.here import HereStorage
from skylift.emulator.processes import ProcessExecutor
from skylift.errors import RemoteError, UsageError
from skylift.host.processes import identify
from skylift.values.printed import Printed


def test_a_job_that_succeeds(tmp_path: Path) -> None:
    bench = make_bench(
        tmp_path,
        """
        print(json.loads((ML / "input/config/hyperparameters.json").read_text())["epochs"])
        (ML / "model/model.pkl").write_text("weights")
        (ML / "output/data/report.txt").write_text("fine")
        """,
    )
    bench.job.run()
    found = bench.description
    assert found["TrainingJobStatus"] == found["SecondaryStatus"] == "Completed"
    assert statuses(found) == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert bench.observer.secondaries == list(statuses(found))
    assert bench.observer.texts == ["3"]
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"model.pkl": b"weights"}
    assert members((bench.artifacts / "output.tar.gz").read_bytes()) == {"report.txt": b"fine"}
    assert bench.job.warnings == ()
    assert not bench.place.owned.exists()
    assert not bench.place.archives.exists()


def test_the_description_has_describe_training_jobs_shape(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    bench.job.run()
    found = bench.description
    asked = make_request()
    del asked["Tags"]
    assert {key: found[key] for key in asked} == asked
    assert "Tags" not in found
    assert found["TrainingJobArn"] == f"arn:aws:sagemaker:eu-central-1:123456789012:training-job/{NAME}"
    assert found["ModelArtifacts"] == {"S3ModelArtifacts": (bench.artifacts / "model.tar.gz").as_uri()}
    times = [found[key] for key in ("CreationTime", "TrainingStartTime", "TrainingEndTime")]
    moments = [datetime.strptime(t, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc) for t in times]
    assert moments == sorted(moments)
    assert found["LastModifiedTime"] == found["TrainingEndTime"]
    assert found["BillableTimeInSeconds"] == found["TrainingTimeInSeconds"] == 0
    assert all(
        set(one) == {"Status", "StartTime", "EndTime", "StatusMessage"}
        for one in found["SecondaryStatusTransitions"]
    )
    json.dumps(found)


@pytest.mark.parametrize("enclosed", [True, False])
def test_the_platforms_variables_and_no_others(tmp_path: Path, *, enclosed: bool) -> None:
    request = make_request(Environment={"LEVEL": "high", "TRAINING_JOB_NAME": "other"})
    command = python("print(json.dumps(dict(os.environ)))")
    executor = ProcessExecutor(command, ENVIRONMENT, enclosed=enclosed)
    bench = make_bench(tmp_path, request=request, executor=executor)
    bench.job.run()
    found = json.loads(bench.observer.texts[0])
    # The interpreter's own locale coercion may add this one.
    found.pop("LC_CTYPE", None)
    assert found == {
        **ENVIRONMENT,
        "LEVEL": "high",
        "AWS_REGION": "eu-central-1",
        "TRAINING_JOB_NAME": NAME,
        "TRAINING_JOB_ARN": f"arn:aws:sagemaker:eu-central-1:123456789012:training-job/{NAME}",
        "SKYLIFT_START": found["SKYLIFT_START"],
        **({} if enclosed else {"SAGEMAKER_BASE_DIR": str(bench.place.root)}),
    }


def test_the_argument_train_and_an_empty_stdin(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, "print(sys.argv[1:], sys.stdin.read() == '')")
    bench.job.run()
    assert bench.observer.texts == ["['train'] True"]


def test_a_job_that_fails_says_why_and_keeps_what_it_made(tmp_path: Path) -> None:
    bench = make_bench(
        tmp_path,
        """
        (ML / "output/failure").write_text("ValueError: no rows")
        (ML / "model/partial.pkl").write_text("half")
        sys.exit(3)
        """,
    )
    bench.job.run()
    found = bench.description
    assert found["TrainingJobStatus"] == found["SecondaryStatus"] == "Failed"
    assert found["FailureReason"] == "AlgorithmError: ValueError: no rows, exit code: 3"
    assert statuses(found) == ["Starting", "Downloading", "Training", "Uploading", "Failed"]
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"partial.pkl": b"half"}
    assert not (bench.artifacts / "output.tar.gz").exists()


def test_a_long_failure_is_cut_and_a_binary_one_is_read(tmp_path: Path) -> None:
    script = '(ML / "output/failure").write_bytes(b"\\xff" + b"x" * 5000); sys.exit(1)'
    bench = make_bench(tmp_path, script)
    bench.job.run()
    reason = bench.description["FailureReason"]
    assert len(reason) == 1024
    assert reason.endswith("x, exit code: 1")


@pytest.mark.parametrize("target", ["../../../secret", "failure", "gone", "data"])
def test_a_failure_file_that_is_no_file_of_the_jobs_is_not_read(tmp_path: Path, target: str) -> None:
    (tmp_path / "secret").write_text("s3cret")
    script = f'(ML / "output/failure").symlink_to({target!r}); sys.exit(1)'
    bench = make_bench(tmp_path, script)
    bench.job.run()
    assert bench.description["FailureReason"] == "AlgorithmError: , exit code: 1"


def test_a_process_that_is_killed_has_dockers_exit_code(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    bench.job.run()
    assert bench.description["FailureReason"].endswith("exit code: 137")


def test_a_command_that_is_not_there_fails_as_the_service_does(tmp_path: Path) -> None:
    algorithm = {"TrainingInputMode": "File", "ContainerEntrypoint": ["/no/such/program"]}
    bench = make_bench(tmp_path, request=make_request(AlgorithmSpecification=algorithm))
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Failed"
    assert "CannotStartContainerError" in bench.description["FailureReason"]
    assert "/no/such/program" in bench.description["FailureReason"]


def test_much_output_arrives_without_loss(tmp_path: Path) -> None:
    script = """
    line = b"x" * 99 + b"\\n"
    for _ in range(2000):
        os.write(1, line * 100)
    """
    bench = make_bench(tmp_path, script)
    bench.job.run()
    assert len(bench.observer.data) == 20_000_000
    assert len(bench.observer.lines) == 200_000
    assert set(bench.observer.texts) == {"x" * 99}


def test_stdout_and_stderr_in_order_whatever_the_bytes(tmp_path: Path) -> None:
    script = """
    os.write(1, b"one\\n"); os.write(2, b"tw\\xffo\\r\\n"); os.write(1, b"no end")
    """
    bench = make_bench(tmp_path, script)
    bench.job.run()
    assert bytes(bench.observer.data) == b"one\ntw\xffo\r\nno end"
    assert bench.observer.texts == ["one", "tw\ufffdo\r", "no end"]
    assert {line.host for line in bench.observer.lines} == {"algo-1"}


def test_metric_definitions_see_escaped_lines(tmp_path: Path) -> None:
    definitions = [{"Name": "auc", "Regex": r"#011auc:([0-9.]+)"}]
    algorithm = {"TrainingInputMode": "File", "MetricDefinitions": definitions}
    script = 'print("[0]\\tauc:0.5"); print("[1]\\tauc:0.75")'
    bench = make_bench(tmp_path, script, request=make_request(AlgorithmSpecification=algorithm))
    bench.job.run()
    (metric,) = bench.description["FinalMetricDataList"]
    assert (metric["MetricName"], metric["Value"]) == ("auc", 0.75)
    assert "FinalMetricDataList" not in bench.observer.descriptions[-2]


@pytest.mark.parametrize("start_new_session", [False, True])
def test_what_a_job_leaves_behind_does_not_hold_it_up(tmp_path: Path, *, start_new_session: bool) -> None:
    script = f"""
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"],
                            start_new_session={start_new_session})
    print(left.pid)
    """
    bench = make_bench(tmp_path, script)
    started = time.monotonic()
    bench.job.run()
    assert time.monotonic() - started < 20
    assert bench.description["TrainingJobStatus"] == "Completed"
    left = int(bench.observer.texts[0])
    if start_new_session:
        # It has left the job's group for good: the job ends all the same, and this one is ours to end.
        os.kill(left, 9)
    for _ in range(100):
        if identify(left) is None:
            return
        time.sleep(0.05)
    pytest.fail("the process is still there")


def test_an_observer_that_breaks_ends_the_job_as_our_error(tmp_path: Path) -> None:
    class Full(Remembering):
        def printed(self, printed: Printed) -> None:
            raise RemoteError("the log is full")

    bench = make_bench(tmp_path, "print('x' * 100_000)\n" * 5, observer=Full())
    with pytest.raises(RemoteError):
        bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Failed"
    assert bench.description["FailureReason"] == "InternalServerError: the log is full"


def test_what_is_not_emulated_is_refused_before_anything_starts(tmp_path: Path) -> None:
    request = make_request(ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 21})
    bench = make_bench(tmp_path, request=request)
    with pytest.raises(UsageError):
        bench.job.run()
    assert not bench.place.root.exists()
    assert bench.observer.descriptions == []


def test_weird_paths(tmp_path: Path) -> None:
    weird = tmp_path / 'a "b" c\nd; echo $HOME é'
    data = weird / "my data"
    data.mkdir(parents=True)
    (data / "wéird\nname.csv").write_text("1")
    request = make_request(InputDataConfig=[make_channel("train", data.as_uri())])
    script = """
    for path in (ML / "input/data/train").iterdir():
        (ML / "model" / path.name).write_text(path.read_text())
    """
    bench = make_bench(weird, script, request=request)
    bench.job.run()
    assert bench.description["TrainingJobStatus"] == "Completed", bench.observer.texts
    assert members((bench.artifacts / "model.tar.gz").read_bytes()) == {"wéird\nname.csv": b"1"}


def test_a_killed_owner_takes_the_job_with_it(tmp_path: Path) -> None:
    """The lifeline: SIGKILL to the emulator's own process ends the job's."""
    wait_until_gone(pid_left_by_killed_owner(tmp_path, "print(os.getpid(), flush=True); time.sleep(60)"))


def test_checkpoints_here_are_written_through(tmp_path: Path) -> None:
    checkpoints = tmp_path / "kept"
    script = """
    folder = ML / "checkpoints"
    print(sorted(path.name for path in folder.iterdir()))
    (folder / "epoch-1").write_text("1")
    """
    storage = HereStorage(tmp_path / "artifacts", checkpoints)
    first, second = (make_bench(tmp_path / name, script, storage=storage) for name in ("1", "2"))
    first.job.run()
    second.job.run()
    assert (first.observer.texts, second.observer.texts) == (["[]"], ["['epoch-1']"])
    assert (checkpoints / "epoch-1").read_text() == "1"


def test_the_users_reason_stays_when_the_model_can_not_be_packed_either(tmp_path: Path) -> None:
    bench = make_bench(
        tmp_path,
        """
        (ML / "model").rmdir()
        (ML / "model").write_text("not a folder")
        (ML / "output/failure").write_text("OSError: my own words")
        sys.exit(3)
        """,
    )
    bench.job.run()
    assert bench.description["FailureReason"] == "AlgorithmError: OSError: my own words, exit code: 3"
    assert any("Artifact upload failed" in warning for warning in bench.job.warnings)


def test_a_failure_that_is_a_pipe_holds_nobody_up(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, 'import os; os.mkfifo(ML / "output/failure"); sys.exit(3)')
    bench.job.run()
    assert bench.description["FailureReason"].endswith("exit code: 3")


def test_a_line_that_is_unfinished_for_a_while_is_told_and_taken_back(tmp_path: Path) -> None:
    bench = make_bench(
        tmp_path,
        r"""
        print("a line")
        sys.stderr.write("\r 10%")
        sys.stderr.flush()
        while not (ML / "seen").exists():
            time.sleep(0.02)
        sys.stderr.write("\r100%\n")
        """,
    )
    with bench.running():
        while b"\r 10%" not in bench.observer.rests:
            time.sleep(0.02)
        (bench.place.root / "seen").touch()
    assert bench.observer.rests[-1] == b""
    assert bench.observer.data == b"a line\n\r 10%\r100%\n"
