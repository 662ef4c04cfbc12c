"""Every error passes one boundary: one clear message, a hint, the right exit code, and JSON for scripts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, checkout


def skylift(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "skylift", *arguments],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return checkout(PROJECTS / "succeeds", tmp_path)


def test_a_project_without_config_is_told_what_to_do(tmp_path: Path) -> None:
    done = skylift(tmp_path, "run")
    assert done.returncode == 3
    assert "skylift init" in done.stderr
    assert done.stdout == ""


def test_a_missing_entry_point_names_the_nearest_file(project: Path) -> None:
    config = project / "skylift.toml"
    config.write_text(config.read_text().replace("train.py", "trian.py"))
    done = skylift(project, "run")
    assert done.returncode == 2
    assert "trian.py" in done.stderr
    assert "train.py" in done.stderr.split("hint:", 1)[1]
    assert not (project / ".skylift").exists()


def test_all_problems_of_a_config_come_at_once_with_the_nearest_key(project: Path) -> None:
    with (project / "skylift.toml").open("a") as stream:
        stream.write('\n[image]\nbse = "x"\n\n[targets.gpu]\nmax-run = "soon"\n')
    done = skylift(project, "config")
    assert done.returncode == 2
    assert "bse" in done.stderr
    assert "`base`" in done.stderr
    assert "max-run" in done.stderr


def test_the_name_of_a_job_is_told_from_a_parameter(project: Path) -> None:
    with (project / "skylift.toml").open("a") as stream:
        stream.write('\n[jobs.score]\nentry-point = "train.py"\n')
    done = skylift(project, "run", "score", "epochs=3")
    assert done.returncode == 2
    assert "score: is a job, and no parameter" in done.stderr
    assert "skylift run --job score" in done.stderr
    assert not (project / ".skylift").exists()
    done = skylift(project, "run", "command=score")
    assert done.returncode == 2
    assert "command=score: `score` is a job, and no sub-command" in done.stderr
    assert "skylift run --job score" in done.stderr


def test_a_misspelt_hyperparameter_starts_nothing(project: Path) -> None:
    done = skylift(project, "run", "epoch=3", "lr=fast")
    assert done.returncode == 2
    assert "epochs" in done.stderr
    assert "lr" in done.stderr
    assert not (project / ".skylift").exists()


def test_a_dead_registry_is_the_registrys_fault(project: Path) -> None:
    dead = "127.0.0.1:9"
    done = skylift(
        project,
        "build",
        "--push",
        "--json",
        SKYLIFT_IMAGE_BASE=f"{dead}/b:1",
        SKYLIFT_IMAGE_REPOSITORY=f"{dead}/x",
    )
    assert done.returncode == 5
    error = json.loads(done.stdout)["error"]
    assert error["type"] == "RegistryError"
    assert error["exit_code"] == 5
    assert dead in error["message"]
    assert error["hints"]


def test_without_a_registry_the_way_out_is_told(project: Path) -> None:
    done = skylift(project, "build", "--push")
    assert done.returncode == 3
    assert "repository" in done.stderr


def test_without_an_engine_nothing_is_built_first(project: Path, tmp_path: Path) -> None:
    done = skylift(project, "run", "--on", "docker", DOCKER_HOST=f"unix://{tmp_path}/none.sock")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert not (project / ".skylift" / "runs").exists()


@pytest.mark.parametrize(
    "arguments", [("rn",), ("run", "--no-such"), ("compare", "a"), ("show", "zzzz"), ("run", "--on", "mars")]
)
def test_a_wrong_command_line_is_usage(project: Path, arguments: tuple[str, ...]) -> None:
    done = skylift(project, *arguments)
    assert done.returncode == 2
    assert "hint:" in done.stderr
    assert "Traceback" not in done.stderr


def test_errors_are_json_where_json_was_asked_for(project: Path) -> None:
    done = skylift(project, "run", "--on", "mars", "--json")
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert "mars" in error["message"]
    assert error["issues"]


def test_a_failed_run_as_json_is_one_document(tmp_path: Path) -> None:
    project = checkout(PROJECTS / "fails", tmp_path)
    done = skylift(project, "run", "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout)["FailureReason"].startswith("AlgorithmError: ValueError: no rows")


def test_help_is_there_for_every_verb(tmp_path: Path) -> None:
    listed = skylift(tmp_path, "--help").stdout.split("Commands:", 1)[1]
    verbs = [line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "]
    assert {"init", "run", "build", "sandbox"} <= set(verbs)
    for verb in verbs:
        assert skylift(tmp_path, verb, "--help").returncode == 0, verb


def test_a_dry_run_creates_nothing(project: Path) -> None:
    done = skylift(project, "run", "--dry-run", "--json", "epochs=7")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["request"]["HyperParameters"]["epochs"] == "7"
    assert not (project / ".skylift").exists()


def test_a_secret_in_a_url_is_not_repeated(project: Path) -> None:
    base = "https://user:planted-secret@127.0.0.1:9/b"
    done = skylift(project, "build", SKYLIFT_IMAGE_BASE=base, SKYLIFT_IMAGE_REPOSITORY="127.0.0.1:9/x")
    assert done.returncode in (2, 5)
    assert "planted-secret" not in done.stderr + done.stdout


def test_a_cloud_job_says_at_once_all_that_it_lacks(project: Path) -> None:
    done = skylift(project, "run", "--on", "cloud", AWS_REGION="eu-central-1")
    assert done.returncode == 3
    assert "role and storage" in done.stderr
    assert "sandbox" in done.stderr
    assert not (project / ".skylift" / "runs").exists()


def test_credentials_in_a_requirement_file_do_not_travel_in_an_image(project: Path) -> None:
    (project / "requirements.txt").write_text("--extra-index-url https://u:planted@127.0.0.1:9/simple\n")
    config = project / "skylift.toml"
    config.write_text('requirements = ["requirements.txt"]\n' + config.read_text())
    done = skylift(project, "build", SKYLIFT_IMAGE_REPOSITORY="127.0.0.1:9/x")
    assert done.returncode == 3
    assert "requirements.txt holds credentials" in done.stderr
    assert "planted" not in done.stderr


def test_one_damaged_record_does_not_hide_the_others(project: Path) -> None:
    assert skylift(project, "run", "-q", "epochs=1").returncode == 0
    damaged = project / ".skylift" / "runs" / "succeeds-260101000000-dama"
    damaged.mkdir()
    (damaged / "intent.json").write_text("{")
    (damaged / "record.json").touch()
    done = skylift(project, "runs")
    assert done.returncode == 0
    assert "Completed" in done.stdout


def test_a_full_disk_is_not_a_bug(project: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "skylift", "config"]
        done = subprocess.run(
            command, cwd=project, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 3
    assert "no space left" in done.stderr


@pytest.mark.parametrize("arguments", ["run -q nonsense=1", "run epochs=1", "show zzzz"])
def test_a_full_place_for_what_we_say_is_not_a_bug_either(
    project: Path, tmp_path: Path, arguments: str
) -> None:
    command = f'exec "{sys.executable}" -m skylift {arguments} 2>/dev/full'
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(["sh", "-c", command], cwd=project, env=environment, timeout=120, check=False)
    assert done.returncode in (2, 3)
    assert list(tmp_path.glob("skylift-bug-*")) == []
