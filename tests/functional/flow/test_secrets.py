"""Secrets from the command line to the script: through pipes, past the disk and every command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest
from tests.conformance.places import PROJECTS, checkout

VALUE = 'pl4nted "v&lue" \\ ü ' + "x" * 70_000
"""More than a pipe holds."""
PLANTED = "pl4nted"

# Looks where anybody could, and tells what it found, but not the value.
SCRIPT = """
import json, os, pathlib, sys

def commands():
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            yield (entry / "cmdline").read_bytes()
        except OSError:
            pass

value = os.environ["KEY"]
print("length", len(value), "shown", sum(value[:7].encode() in command for command in commands()))
print("elsewhere", [name for name in os.environ if name != "KEY" and value[:7] in os.environ[name]])
print("references", [name for name in os.environ if name.startswith("SKYLIFT_SECRET")])
if "fail" in sys.argv:
    raise ValueError("no key " + value)
"""


@dataclass
class Shell:
    """A project, and the shell that commands are typed into."""

    project: Path
    environment: dict[str, str]

    def secrets(self, more: str = "", **references: str) -> None:
        lines = "".join(f"{name} = {json.dumps(text)}\n" for name, text in references.items())
        (self.project / "skylift.toml").write_text(
            f'name = "secret"\nentry-point = "train.py"\npython = "3.11"\n[secrets]\n{lines}{more}'
        )

    def run(self, *arguments: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "skylift", "run", *arguments]
        done = subprocess.run(
            command, cwd=self.project, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )  # fmt: skip
        assert done.returncode == expect, done.stderr
        return done

    def files_with(self, text: str) -> set[str]:
        """Names of files below the project that hold a text."""
        # Not rglob, which trips over folders that go away meanwhile.
        files = (Path(folder, name) for folder, _, names in os.walk(self.project) for name in names)
        return {path.name for path in files if text.encode() in _content(path)}

    @property
    def reason(self) -> str:
        records = sorted((self.project / ".skylift" / "runs").glob("*/record.json"))
        return str(json.loads(records[-1].read_text())["FailureReason"])


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() else b""
    except FileNotFoundError:
        # The supervisor tidies up behind a job that completed.
        return b""


@pytest.fixture
def shell(weird_tmp_path: Path) -> Shell:
    project = checkout(PROJECTS / "resumes", weird_tmp_path)
    (project / "train.py").write_text(SCRIPT)
    return Shell(project, dict(os.environ))


def test_a_variable_reaches_the_script_and_no_file_holds_it(shell: Shell) -> None:
    shell.secrets(KEY="env:MINE")
    # On this machine the job inherits the shell's variables anyway: that one is not a copy of ours.
    shell.environment["MINE"] = VALUE
    said = shell.run().stderr
    assert f"length {len(VALUE)} shown 0" in said
    assert "elsewhere ['MINE']" in said
    assert "references []" in said
    assert shell.files_with(PLANTED) == set()
    assert shell.files_with("env:MINE") >= {"record.json", "intent.json"}


def test_a_failure_holds_the_name_instead_and_only_the_log_what_the_script_said(shell: Shell) -> None:
    shell.secrets(KEY="env:MINE")
    shell.environment["MINE"] = "pl4nted"
    done = shell.run("--", "fail", expect=4)
    assert "ValueError: no key [KEY] (train.py:" in shell.reason
    assert shell.files_with(PLANTED) == {"log"}
    assert PLANTED not in done.stderr.partition("Failed")[2]


def test_a_keyring_is_asked_by_its_command(shell: Shell, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    keyring = programs / "keyring"
    keyring.write_text('#!/bin/sh\n[ "$*" = "get https://a.example/b me" ] && echo "pl4nted two"\n')
    keyring.chmod(0o755)
    shell.environment["PATH"] = f"{programs}{os.pathsep}{shell.environment['PATH']}"
    shell.secrets(KEY="keyring:https://a.example/b/me")
    assert "length 11 shown 0" in shell.run().stderr
    assert shell.files_with(PLANTED) == set()
    shell.secrets(KEY="keyring:elsewhere/me")
    assert "keyring set elsewhere me" in shell.run(expect=3).stderr


def test_without_the_keyring_command_it_is_not_ready(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "programs").mkdir()
    git = shutil.which("git")
    assert git is not None
    (tmp_path / "programs" / "git").symlink_to(git)
    shell.environment["PATH"] = str(tmp_path / "programs")
    shell.secrets(KEY="keyring:a/me")
    done = shell.run("--python", sys.executable, expect=3)
    assert "`keyring` is not installed" in done.stderr
    assert not (shell.project / ".skylift" / "runs").exists()


def test_variables_that_are_not_set_are_all_named_before_anything_is_made(shell: Shell) -> None:
    shell.secrets(A="env:NONE_A", B="env:NONE_B")
    said = shell.run(expect=3).stderr
    assert "A wants the variable NONE_A; B wants the variable NONE_B" in said
    assert not (shell.project / ".skylift" / "runs").exists()


def test_secrets_on_aws_are_fetched_with_our_own_credentials(
    shell: Shell, aws_variables: dict[str, str], tmp_path: Path
) -> None:
    session = boto3.Session("test", "test", region_name="eu-central-1")
    client = session.client("secretsmanager", endpoint_url=aws_variables["AWS_ENDPOINT_URL"])
    client.create_secret(Name="team/of-flow", SecretString='{"token": "pl4nted three"}')
    # As somebody who has a profile, and no keys in the environment.
    (tmp_path / "credentials").write_text(
        "[mine]\naws_access_key_id = test\naws_secret_access_key = hidden-key\n"
    )
    shell.environment |= {
        "AWS_ENDPOINT_URL": aws_variables["AWS_ENDPOINT_URL"],
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }
    aws = '[aws]\nprofile = "mine"\nregion = "eu-central-1"\n'
    shell.secrets(aws, KEY="secretsmanager:team/of-flow#token")
    said = shell.run().stderr
    assert "length 13 shown 0" in said
    assert "elsewhere []" in said
    assert shell.files_with(PLANTED) == shell.files_with("hidden-key") == set()
    shell.secrets(KEY="secretsmanager:team/of-flow#token")
    assert "there are no AWS credentials here" in shell.run(expect=3).stderr


def test_what_could_not_travel_is_refused_with_every_reason(shell: Shell) -> None:
    cloud = '[targets.cloud]\nrequest = { EnableNetworkIsolation = true }\n[aws]\nregion = "eu-central-1"\n'
    shell.secrets(cloud, A="env:NONE", B="keyring:a/me", C="ssm:c")
    said = shell.run("--on", "cloud", expect=2).stderr
    assert said.count("does not travel to the target `cloud`") == 2
    assert said.count("isolated from the network") == 3
    assert "secretsmanager:ID" in said
    assert not (shell.project / ".skylift" / "runs").exists()


def test_a_variable_that_is_no_secret_elsewhere_is_refused(shell: Shell) -> None:
    shell.secrets('[targets.local]\nbackend = "local"\nenvironment = { KEY = "x" }\n', KEY="env:HOME")
    assert "the environment of target `local` sets KEY, too" in shell.run(expect=2).stderr


def test_a_plan_shows_the_reference_and_asks_no_keyring(shell: Shell) -> None:
    shell.secrets(KEY="keyring:a/me", OTHER="env:MINE")
    shell.environment["MINE"] = PLANTED
    plan = shell.run("--dry-run").stdout
    assert '"SKYLIFT_SECRET_KEY": "keyring:a/me"' in plan
    assert PLANTED not in plan


def test_what_is_no_reference_is_refused_and_not_shown(shell: Shell) -> None:
    shell.secrets(
        '[jobs.other]\nentry-point = "train.py"\nsecrets = { SM_X = "env:A", "a-b" = "env:B" }\n', KEY=PLANTED
    )
    said = shell.run(expect=2).stderr
    assert "[secrets] KEY: wants a reference to the secret, never the secret itself" in said
    assert "[jobs.other.secrets] SM_X: the contract sets SM_X itself" in said
    assert "[jobs.other.secrets] a-b: not the name of a variable: 'a-b'" in said
    assert PLANTED not in said
