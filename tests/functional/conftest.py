"""An AWS API on loopback: stock moto in a process of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from tests.child import serving

_PROGRAM = """
import json, sys
from skylift.sandbox.api import api
with api() as endpoint:
    print(json.dumps({"AWS_ENDPOINT_URL": endpoint}), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="session")
def aws_variables() -> Iterator[dict[str, str]]:
    environment = {**os.environ, "PYTHONPATH": "src"}
    with serving(_PROGRAM, environment=environment) as variables:
        yield {
            **variables,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "eu-central-1",
        }
