"""Values that fit no request arrive on every target, and the record shows them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, Place, checkout
from tests.conformance.test_records import compare

pytestmark = [pytest.mark.docker, pytest.mark.registry, pytest.mark.sandbox]

TEXT = "ü $;*'\" --x "
GIVEN = {"note": "a\n" + TEXT * 300, **{f"p{number}": f"{number}{TEXT * 250}" for number in range(150)}}


def test_more_than_a_request_holds(places: dict[str, Place], tmp_path: Path) -> None:
    assert min(map(len, GIVEN.values())) > 3000
    folder = checkout(PROJECTS / "takes-much", tmp_path)
    arguments = [f"{name}={value}" for name, value in GIVEN.items()]
    records = {target: place.run(folder, *arguments) for target, place in places.items()}
    compare(records)
    for target, record in records.items():
        assert record.at("Skylift.arguments") == GIVEN, target
        places[target].skylift(folder, "pull", record.name, "--output", str(tmp_path / target))
        seen = json.loads((tmp_path / target / "seen.json").read_text())
        assert seen["given"] == seen["variables"] == GIVEN, target
        assert seen["channels"] == "[]", target
        # A text with a line break is JSON there, as on the wire.
        assert seen["file"] == {**GIVEN, "note": json.dumps(GIVEN["note"])}, target
