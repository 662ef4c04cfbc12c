"""What the platform itself tells a container: where it is, and which job it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from skylift.emulator.execution import Container
from skylift.emulator.place import JobPlace
from skylift.emulator.start import start_of
from skylift.emulator.storage import Mount
from skylift.values.jobs import hosts_of
from skylift_runtime.contract import JOB_ARN_VARIABLE, JOB_NAME_VARIABLE, REGION_VARIABLE


@dataclass(frozen=True)
class Platform:
    """The region and the account that a job is said to be in."""

    region: str
    account: str
    partition: str = "aws"
    access: Mapping[str, str] = field(default_factory=dict)
    """Variables that lead a job to its credentials."""

    def arn(self, name: str) -> str:
        return f"arn:{self.partition}:sagemaker:{self.region}:{self.account}:training-job/{name}"


def container_of(
    request: Mapping[str, Any], place: JobPlace, host: str, mounts: tuple[Mount, ...], platform: Platform
) -> Container:
    """What one host of a job runs: the request's own variables, the platform's, and nothing more."""
    name, peers = request["TrainingJobName"], hosts_of(request)
    isolated = bool(request.get("EnableNetworkIsolation"))
    environment = {
        REGION_VARIABLE: platform.region,
        # An isolated job has no credentials, as on the service.
        **({} if isolated else platform.access),
        **(request.get("Environment") or {}),
        JOB_NAME_VARIABLE: name,
        JOB_ARN_VARIABLE: platform.arn(name),
    }
    image = request.get("AlgorithmSpecification", {}).get("TrainingImage", "")
    return Container(
        name=name,
        image=image,
        start=start_of(request),
        environment=environment,
        place=place.of(host, peers),
        mounts=mounts,
        host=host,
        peers=peers,
        isolated=isolated,
    )
