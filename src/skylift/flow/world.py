"""The outside world in one place: environment, clock, caches, and the adapters made from them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from skylift.aws.ecr import Ecr, Login
from skylift.aws.s3 import S3Store
from skylift.aws.sagemaker import SageMakerService
from skylift.aws.session import Session
from skylift.errors import NotReady, SkyliftError
from skylift.host.clock import SystemClock
from skylift.host.files import cache_folder
from skylift.values.ports import Clock
from skylift.values.progress import Report, silent
from skylift.values.references import S3Url, parse_s3
from skylift.values.settings import AwsSettings

if TYPE_CHECKING:
    from skylift.registry.client import RegistryClient
    from skylift.registry.credentials import Credentials
    from skylift.registry.download import HttpDownloader


@dataclass(frozen=True)
class World:
    """What flow hands to the rooms. Nothing is contacted before it is needed."""

    environment: Mapping[str, str] = field(repr=False)
    """Not shown: keys and tokens are in it, and a notebook keeps what it shows."""
    home: Path
    clock: Clock = field(default_factory=SystemClock)
    report: Report = silent

    @classmethod
    def here(cls, report: Report = silent) -> World:
        return cls(dict(os.environ), Path.home(), report=report)

    @property
    def cache(self) -> Path:
        return cache_folder(self.environment)

    # Most verbs speak to no registry, and all would wait for what does: it is a quarter of their start.
    def downloader(self) -> HttpDownloader:
        from skylift.registry.download import HttpDownloader

        return HttpDownloader(self.environment, self.clock)

    def registry(self, login: Login | None = None) -> RegistryClient:
        """A client with docker's credentials, and ECR's where a login is given."""
        from skylift.registry.client import RegistryClient
        from skylift.registry.credentials import Credentials, docker_credentials

        known = docker_credentials(self.environment, self.home)

        def credentials(host: str) -> Credentials | None:
            if login is not None and host == login.host:
                return Credentials(login.username, login.password)
            return known(host)

        endpoints = {login.host: login.endpoint} if login is not None else {}
        return RegistryClient(
            credentials, endpoints=endpoints, clock=self.clock, environment=self.environment
        )


class Cloud:
    """The AWS side of one project; every client is made when it is first asked for."""

    def __init__(self, settings: AwsSettings, world: World, *, problem: SkyliftError | None = None) -> None:
        """
        :param problem: why the config could not be read; whoever needs the cloud is told then.
        """
        self._settings = settings
        self._world = world
        self._problem = problem

    @property
    def environment(self) -> Mapping[str, str]:
        return self._world.environment

    @cached_property
    def _session(self) -> Session:
        if self._problem is not None:
            raise self._problem
        return Session(self._settings, self._world.environment)

    @cached_property
    def store(self) -> S3Store:
        return S3Store(self._session.client("s3"))

    @cached_property
    def training(self) -> SageMakerService:
        return SageMakerService(self._session.client("sagemaker"), self._session.client("logs"))

    @cached_property
    def images(self) -> Ecr:
        return Ecr(self._session.client("ecr"))

    def registry_host(self) -> str:
        """The name of the account's own ECR, as image references have it."""
        region = self._session.region
        suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        return f"{self._session.account()}.dkr.ecr.{region}.{suffix}"

    def guard(self) -> str:
        """The account that the credentials belong to.

        :raises UsageError: when it is not the one that the config names.
        """
        return self._session.account()

    def variables(self) -> dict[str, str]:
        """What a program needs in its environment to ask AWS as we do, for as long as our credentials last.

        :raises NotReady: when there are no credentials here.
        :raises UsageError: when they belong to another account than the config names.
        """
        if self._settings.account:
            self.guard()
        return self._session.variables()

    def require(self) -> None:
        """Say at once what a job on the service lacks, before anything is built for it.

        :raises NotReady: naming every key that is not set.
        """
        wanted = {"role": "the ARN of the role that the job runs as", "storage": '"s3://bucket/prefix"'}
        missing = [key for key in wanted if not getattr(self._settings, key)]
        if missing:
            raise NotReady(
                f"a job in the cloud wants {' and '.join(missing)}, which the config does not set",
                hints=(
                    *(f"set [aws] {key} to {wanted[key]}" for key in missing),
                    "without an account: skylift sandbox run -- skylift run --on TARGET",
                ),
            )

    @property
    def role(self) -> str:
        self.require()
        return str(self._settings.role)

    def storage(self, project: str) -> S3Url:
        """``<storage>/<project>``."""
        self.require()
        return parse_s3(str(self._settings.storage)).join(project)
