"""The sandbox as a whole: starts its parts in order, and ends them in the opposite one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from skylift.aws.s3 import S3Store
from skylift.aws.session import Session
from skylift.aws.translate import translated
from skylift.emulator.containers import ContainerExecutor
from skylift.emulator.job import JobOptions
from skylift.emulator.platform import Platform
from skylift.emulator.remote import S3Storage
from skylift.host.clock import SystemClock
from skylift.host.files import canonical_json
from skylift.sandbox.api import api
from skylift.sandbox.images import EngineImages
from skylift.sandbox.log_stream import LogStream
from skylift.sandbox.registry import serving
from skylift.sandbox.sagemaker import executing
from skylift.sandbox.training import TrainingJobs, Workshop
from skylift.values.progress import Progress, Report
from skylift.values.settings import AwsSettings

ACCOUNT = "123456789012"
"""moto's."""
REGION = "eu-central-1"
BUCKET = "skylift-sandbox"
ROLE = "skylift-sandbox"
_ECR = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


class Sandbox:
    """An AWS account of one's own, for as long as the block lasts. One at a time in a process.

    ``folder`` keeps the registry's images from one time to the next; everything else begins anew.
    ``environment`` is for the programs it starts (``PATH``, ``DOCKER_HOST``).
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], report: Report) -> None:
        self._folder, self._environment, self._report = folder, dict(environment), report
        self._running = ExitStack()
        self._endpoint = ""

    def __enter__(self) -> Sandbox:  # noqa: PYI034 - typing.Self needs Python 3.11
        """
        :raises NotReady: naming what this machine lacks: moto, docker-registry, a Docker Engine.
        """
        with ExitStack() as starting:
            self._start(starting)
            self._running = starting.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._running.close()

    def variables(self) -> dict[str, str]:
        """What a program needs in its environment to live in this account, and in no other."""
        return {
            **self._access(),
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": _with_loopback(self._environment.get("NO_PROXY", "")),
            "no_proxy": _with_loopback(self._environment.get("no_proxy", "")),
            "SKYLIFT_AWS_REGION": REGION,
            "SKYLIFT_AWS_STORAGE": f"s3://{BUCKET}/skylift",
            "SKYLIFT_AWS_ROLE": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
            # Whatever the project's config says of its own account.
            "SKYLIFT_AWS_ACCOUNT": ACCOUNT,
            "SKYLIFT_AWS_PROFILE": "",
            "SKYLIFT_AWS_ASSUME_ROLE": "",
        }

    def _access(self) -> dict[str, str]:
        """What leads into this account; jobs have it in place of a role's credentials."""
        return {
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
        }

    def environment(self) -> dict[str, str]:
        """The one that was handed in, moved into this account: nothing in it leads to another one."""
        kept = {key: value for key, value in self._environment.items() if not _is_ones_own(key)}
        return kept | self.variables()

    def _start(self, running: ExitStack) -> None:
        self._report(Progress("sandbox", "starting"))
        registry = running.enter_context(serving(self._folder / "registry", self._environment))
        images = EngineImages(_ECR, registry, self._environment)
        # Jobs ask the API, too, which listens on the loopback address of this machine only.
        executor = ContainerExecutor(environment=self._environment, image=images.local, network="host")
        executor.check()
        running.callback(images.forget)
        self._endpoint = running.enter_context(api())
        session = Session(AwsSettings(), self.variables())
        jobs = TrainingJobs(self._workshop(executor, session))
        running.enter_context(executing(jobs, f"http://{registry}"))
        running.callback(jobs.close)
        _furnish(session)
        self._report(Progress("sandbox", self._endpoint))

    def _workshop(self, executor: ContainerExecutor, session: Session) -> Workshop:
        logs = session.client("logs")
        return Workshop(
            folder=self._folder / "jobs",
            executor=executor,
            storage=S3Storage(S3Store(session.client("s3"))),
            open_log=lambda name: LogStream(logs, name),
            options=JobOptions(Platform(REGION, ACCOUNT, access=self._access())),
            clock=SystemClock(),
            report=self._report,
        )


def _furnish(session: Session) -> None:
    """Make what a team's account would have: a bucket and a role."""
    with translated("s3", "CreateBucket"):
        session.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    with translated("iam", "CreateRole"):
        session.client("iam").create_role(
            RoleName=ROLE, AssumeRolePolicyDocument=canonical_json(_TRUST).decode()
        )


def _is_ones_own(variable: str) -> bool:
    return variable.startswith(("AWS_", "SKYLIFT_AWS_"))


def _with_loopback(said: str) -> str:
    return ",".join(part for part in (said, "127.0.0.1", "localhost") if part)
