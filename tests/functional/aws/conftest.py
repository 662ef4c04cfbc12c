"""A session of the adapters' own, in the account on loopback."""

from __future__ import annotations

import pytest

from skylift.aws.session import Session
from skylift.values.settings import AwsSettings


@pytest.fixture
def session(aws_variables: dict[str, str]) -> Session:
    return Session(AwsSettings(), aws_variables)
