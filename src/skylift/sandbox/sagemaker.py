"""The operations of moto that must really do something: training jobs and ECR's login.

moto finds an operation by the name of a method on its response class: replacing one changes an
operation, adding one adds it. A functional test holds what this relies on.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol

from skylift.errors import UsageError
from skylift.values.jobs import TERMINAL

_TOKEN_LASTS = timedelta(hours=12)
Operation = Callable[[Any], Any]
"""Takes moto's response object, which holds the request, and gives its result."""


class Jobs(Protocol):
    """Who runs the jobs."""

    def create(self, request: Mapping[str, Any]) -> bool:
        """False when the name is taken. Raises UsageError for a request that can not be run."""

    def describe(self, name: str) -> Mapping[str, Any] | None: ...

    def stop(self, name: str) -> None: ...


@contextmanager
def executing(jobs: Jobs, registry_url: str) -> Iterator[None]:
    """While the block lasts, moto in this process runs jobs by ``jobs`` and sends image pushes elsewhere."""
    from moto.ecr.responses import ECRResponse
    from moto.sagemaker.responses import SageMakerResponse

    training = _Training(jobs, SageMakerResponse.create_training_job, SageMakerResponse.list_training_jobs)
    login = _login_to(registry_url)
    with ExitStack() as stack:
        for operation in training.operations:
            stack.enter_context(_replaced(SageMakerResponse, operation.__name__, _function(operation)))
        stack.enter_context(_replaced(ECRResponse, login.__name__, login))
        yield


def _function(method: Operation) -> Operation:
    def operation(response: Any) -> Any:
        return method(response)

    # moto looks for plain functions only.
    return operation


@contextmanager
def _replaced(owner: type, name: str, operation: Operation) -> Iterator[None]:
    before = vars(owner).get(name)
    setattr(owner, name, operation)
    try:
        yield
    finally:
        if before is None:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


class _Training:
    def __init__(self, jobs: Jobs, moto_create: Operation, moto_list: Operation) -> None:
        self._jobs, self._moto_create, self._moto_list = jobs, moto_create, moto_list

    @property
    def operations(self) -> tuple[Operation, ...]:
        return (
            self.create_training_job,
            self.describe_training_job,
            self.list_training_jobs,
            self.stop_training_job,
        )

    def create_training_job(self, response: Any) -> Any:
        from moto.sagemaker.exceptions import ResourceInUseException, ValidationError

        try:
            created = self._jobs.create(json.loads(response.body))
        except UsageError as error:
            raise ValidationError(error.message) from error
        if not created:
            raise ResourceInUseException(
                "Training job names must be unique within an AWS account and region, and a training job "
                "with this name already exists"
            )
        # Lists and tags stay moto's.
        return self._moto_create(response)

    def list_training_jobs(self, response: Any) -> Any:
        for name, listed in response.sagemaker_backend.training_jobs.items():
            found = self._jobs.describe(name)
            if found is not None:
                listed.training_job_status = found["TrainingJobStatus"]
        return self._moto_list(response)

    def describe_training_job(self, response: Any) -> Any:
        from moto.core.responses import ActionResult

        return ActionResult(self._found(response))

    def stop_training_job(self, response: Any) -> Any:
        from moto.core.responses import EmptyResult
        from moto.sagemaker.exceptions import ValidationError

        status = self._found(response)["TrainingJobStatus"]
        if status in TERMINAL:
            raise ValidationError(f"The request was rejected because the training job is in status {status}.")
        self._jobs.stop(json.loads(response.body)["TrainingJobName"])
        return EmptyResult()

    def _found(self, response: Any) -> Mapping[str, Any]:
        from moto.sagemaker.exceptions import ValidationError

        found = self._jobs.describe(json.loads(response.body)["TrainingJobName"])
        if found is None:
            raise ValidationError("Requested resource not found.")
        return found


def _login_to(registry_url: str) -> Operation:
    def get_authorization_token(_: Any) -> Any:
        from moto.core.responses import ActionResult

        granted = {
            "authorizationToken": base64.b64encode(b"AWS:sandbox:token").decode(),
            "expiresAt": datetime.now(timezone.utc) + _TOKEN_LASTS,
            "proxyEndpoint": registry_url,
        }
        return ActionResult({"authorizationData": [granted]})

    return get_authorization_token
