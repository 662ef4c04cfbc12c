"""What the sandbox relies on in moto; fails when a new moto changes it."""

from __future__ import annotations

import inspect

import pytest
from moto.core.utils import method_names_from_class
from moto.ecr.responses import ECRResponse
from moto.sagemaker.models import FakeTrainingJob, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from tests.functional.sandbox.no_jobs import NoJobs

from skylift.sandbox.sagemaker import executing

pytestmark = pytest.mark.sandbox


def test_operations_are_plain_methods_that_take_nothing_but_the_request() -> None:
    for owner, name in (
        (SageMakerResponse, "create_training_job"),
        (SageMakerResponse, "describe_training_job"),
        (SageMakerResponse, "list_training_jobs"),
        (ECRResponse, "get_authorization_token"),
    ):
        assert name in method_names_from_class(owner)
        assert list(inspect.signature(getattr(owner, name)).parameters) == ["self"]


def test_there_is_no_stop_yet_that_ours_would_hide() -> None:
    assert not hasattr(SageMakerResponse, "stop_training_job")


def test_a_method_that_is_put_there_is_an_operation() -> None:
    with executing(NoJobs(), "http://127.0.0.1:1"):
        assert "stop_training_job" in method_names_from_class(SageMakerResponse)
        assert SageMakerResponse.create_training_job.__module__ == "skylift.sandbox.sagemaker"
    assert SageMakerResponse.create_training_job.__module__ == "moto.sagemaker.responses"
    assert not hasattr(SageMakerResponse, "stop_training_job")


def test_lists_read_the_status_that_we_set() -> None:
    assert "training_job_status" in inspect.getsource(FakeTrainingJob.__init__)
    assert "self.training_jobs" in inspect.getsource(SageMakerModelBackend.list_training_jobs)
