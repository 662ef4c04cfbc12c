"""Secrets reach the user's process, and a failure text never has one."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from tests.functional.registry.scripted_server import Answer, serving
from tests.functional.runtime.private_tls import PrivateTls
from tests.functional.runtime.stage import Result, Stage

VALUE = 'pl4nted "v&lue" \\ ü'
SHOW = "import json, os\nprint(json.dumps(dict(os.environ)))\n"


@dataclass
class SecretJob:
    stage: Stage
    aws: dict[str, str]
    handed: dict[str, Any] = field(default_factory=dict)

    def run(self, **references: str) -> Result:
        environ = {f"SKYLIFT_SECRET_{name}": text for name, text in references.items()}
        if self.handed:
            environ["SKYLIFT_HANDED"] = "stdin"
        self.stage.write()
        done = subprocess.run(
            self.stage.command(),
            env=self.stage.environ(**self.aws, **environ),
            input=json.dumps(self.handed),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr, self.stage.failure())


@pytest.fixture(scope="module")
def stored(aws_variables: dict[str, str]) -> dict[str, str]:
    """The account, with secrets in it."""
    session = boto3.Session(
        aws_access_key_id="test", aws_secret_access_key="test", region_name=aws_variables["AWS_REGION"]
    )
    secrets, parameters = (
        session.client(service, endpoint_url=aws_variables["AWS_ENDPOINT_URL"])
        for service in ("secretsmanager", "ssm")
    )
    whole = json.dumps({"token": VALUE, "port": 5432})
    secrets.create_secret(Name="whole", SecretString=whole)
    secrets.create_secret(Name="plain", SecretString=VALUE)
    secrets.create_secret(Name="bytes", SecretBinary=VALUE.encode())
    secrets.create_secret(Name="image", SecretBinary=b"\xff\xfe\x00")
    parameters.put_parameter(Name="/a/b", Value=VALUE, Type="SecureString")
    return {**aws_variables, "ARN": secrets.describe_secret(SecretId="plain")["ARN"]}


@pytest.fixture
def job(stage: Stage, stored: dict[str, str]) -> SecretJob:
    stage.script(SHOW)
    return SecretJob(stage, {name: text for name, text in stored.items() if name.startswith("AWS_")})


def test_values_are_variables_of_the_users_process_and_nothing_else_has_them(
    job: SecretJob, stored: dict[str, str]
) -> None:
    job.handed = {"secrets": {"FROM_HERE": VALUE}}
    done = job.run(
        PLAIN="secretsmanager:plain",
        BY_ARN=f"secretsmanager:{stored['ARN']}",
        TOKEN="secretsmanager:whole#token",
        PORT="secretsmanager:whole#port",
        BYTES="secretsmanager:bytes",
        PARAMETER="ssm:/a/b",
        FROM_HERE="env:SOMETHING",
    )
    assert done.code == 0, done.err
    environ = json.loads(done.out)
    names = {"PLAIN", "BY_ARN", "TOKEN", "BYTES", "PARAMETER", "FROM_HERE"}
    assert {name for name, value in environ.items() if VALUE in value or "pl4nted" in value} == names
    assert environ["PORT"] == "5432"
    assert not [name for name in environ if name.startswith(("SKYLIFT_SECRET_", "SKYLIFT_HANDED"))]
    files = [path for path in job.stage.root.rglob("*") if path.is_file()]
    assert not [path for path in files if b"pl4nted" in path.read_bytes()]


def test_credentials_that_are_handed_over_fetch_and_go_no_further(job: SecretJob) -> None:
    job.handed, job.aws = {"aws": job.aws}, {}
    done = job.run(PLAIN="secretsmanager:plain")
    assert done.code == 0, done.err
    environ = json.loads(done.out)
    assert environ["PLAIN"] == VALUE
    assert not {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"} & environ.keys()


def test_what_can_not_be_had_is_told_at_once_before_the_code_starts(job: SecretJob) -> None:
    done = job.run(
        A="secretsmanager:none",
        B="ssm:/none",
        C="secretsmanager:whole#tokn",
        D="secretsmanager:plain#token",
        E="secretsmanager:image",
        F="env:HERE",
    )
    assert (done.code, done.out) == (2, "")
    lines = done.failure.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "secret A (secretsmanager",
        "secret B (ssm",
        "secret C (secretsmanager",
        "secret D (secretsmanager",
        "secret E (secretsmanager",
        "secret F (env",
    ]
    assert "ResourceNotFoundException" in lines[0]
    assert "ParameterNotFound" in lines[1]
    assert "it has no key `tokn`, only port, token" in lines[2]
    assert "pl4nted" not in done.failure + done.err
    assert "skylift: secret A" in done.err


def test_a_role_that_may_not_is_told_what_it_lacks(job: SecretJob) -> None:
    said = "User: arn:aws:sts::1:assumed-role/Training/SageMaker is not authorized to perform: it"
    denied = json.dumps({"__type": "AccessDeniedException", "Message": said}).encode()
    with serving(lambda _: Answer(400, denied)) as server:
        job.aws["AWS_ENDPOINT_URL"] = server.url
        done = job.run(KEY="secretsmanager:team/key")
    assert done.failure == (
        f"secret KEY (secretsmanager:team/key): AccessDeniedException: {said}; allow the job's role "
        "secretsmanager:GetSecretValue on it, and kms:Decrypt where it has a key of its own"
    )


def test_a_private_authority_is_trusted_where_openssl_is_told_of_it(job: SecretJob, tmp_path: Path) -> None:
    with PrivateTls.serving(tmp_path, b'{"Parameter": {"Value": "pl4nted"}}') as server:
        job.aws |= {"AWS_ENDPOINT_URL_SSM": server.url, "SSL_CERT_FILE": str(server.authority)}
        done = job.run(KEY="ssm:/a/b")
    assert json.loads(done.out)["KEY"] == "pl4nted"


def test_without_credentials_it_is_said(job: SecretJob) -> None:
    job.aws = {}
    assert "secret KEY (ssm:/a/b): the job has no AWS credentials" in job.run(KEY="ssm:/a/b").failure


def test_nothing_on_stdin_is_said(job: SecretJob) -> None:
    job.stage.write()
    environ = job.stage.environ(SKYLIFT_SECRET_KEY="env:KEY", SKYLIFT_HANDED="stdin")
    command = job.stage.command()
    done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, timeout=60, check=False)
    assert done.returncode == 2
    assert "through its stdin" in job.stage.failure()


LEAKS: dict[str, Callable[[Stage], None]] = {
    "exception": lambda stage: stage.script("import os; raise ValueError('no ' + os.environ['KEY'])"),
    "repr": lambda stage: stage.script("import os; raise KeyError(os.environ['KEY'])"),
    "cause": lambda stage: stage.script(
        "import os\ntry: raise OSError(os.environ['KEY'])\nexcept OSError: raise ValueError('no')"
    ),
    "cut": lambda stage: stage.script(
        "import os; raise ValueError('x' * 870 + os.environ['KEY'] + 'x' * 90)"
    ),
    "exit": lambda stage: stage.script("import os, sys; sys.exit('no ' + os.environ['KEY'])"),
    "argparse": lambda stage: stage.script(
        "import argparse, os; argparse.ArgumentParser().error('no ' + os.environ['KEY'])"
    ),
    "own words": lambda stage: stage.script(
        "import os, sys\nopen(os.environ['SM_OUTPUT_DIR'] + '/failure', 'w').write(os.environ['KEY'])\nsys.exit(3)"
    ),
    "by a link": lambda stage: stage.script(
        "import os, sys\nfolder = os.environ['SM_OUTPUT_DIR']\nopen(folder + '/why', 'w').write(os.environ['KEY'])\n"
        "os.symlink('why', folder + '/failure')\nsys.exit(3)"
    ),
    "shell": lambda stage: stage.job.update(
        command=["/bin/sh", "-c", 'printf "no %s\\n" "$KEY" >&2; exit 3']
    ),
    "worker": lambda stage: stage.job.update(
        command=["python3", "-c", "import os; raise ValueError('no ' + os.environ['KEY'])"]
    ),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_failure_text_has_the_name_where_the_value_was(job: SecretJob, leak: str) -> None:
    job.stage.job.clear()
    LEAKS[leak](job.stage)
    done = job.run(KEY="secretsmanager:plain")
    assert done.code != 0
    assert "pl4nted" not in done.failure
    assert "lue" not in done.failure.replace("ValueError", "")
    assert "[KEY]" in done.failure or leak == "cut"


def test_a_stop_ends_the_wait_for_a_secret(job: SecretJob) -> None:
    with serving(lambda _: Answer(503)) as server:
        environ = {**job.aws, "AWS_ENDPOINT_URL": server.url, "SKYLIFT_SECRET_KEY": "ssm:/a/b"}
        process = job.stage.start(**environ)
        while not server.seen:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        done = job.stage.finish(process)
    assert done.out == ""
    assert len(server.seen) < 5


def test_a_job_without_secrets_pays_nothing_for_them(stage: Stage) -> None:
    stage.script("print('hello')")
    stage.write()
    python, *rest = stage.command()
    command = [python, "-X", "importtime", *rest]
    environ = stage.environ()
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "hello\n"
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "skylift_runtime.start" in imported
    late = ("aws", "secret_values", "references", "peers", "sigv4", "transport")
    assert not imported & {"http.client", "ssl", *(f"skylift_runtime.{name}" for name in late)}
