"""System figures on every target: there, of the job, and in no log."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conformance.places import PROJECTS, Place, checkout

from skylift.values.printed import unescape

PRINTS = """
import os, sys, time
print("epoch=1 loss=0.5")
sys.stderr.write("\\r 10%")
sys.stderr.flush()
held = bytearray(b"x") * 80_000_000
until = time.process_time() + 0.5
while time.process_time() < until:
    pass
time.sleep(1)
sys.stderr.write("\\r100%\\n[skylift:figures] no more than text\\nlast")
open(os.environ["SM_MODEL_DIR"] + "/m", "w").close()
"""


@pytest.mark.docker
@pytest.mark.registry
@pytest.mark.sandbox
def test_figures_are_kept_everywhere_and_shown_nowhere(places: dict[str, Place], tmp_path: Path) -> None:
    folder = checkout(PROJECTS / "stops", tmp_path)
    (folder / "train.py").write_text(PRINTS)
    for target, place in places.items():
        record = place.run(folder)
        (figures,) = record.at("Skylift.system.hosts").values()
        assert 0.3 < figures["cpu"]["mean"] * figures["seconds"] < 5, target
        assert 70e6 < figures["memory"]["max"] < 400e6 < figures["memory"]["of"], target
        assert figures["disk"]["free"] > 0, target
        assert record.at("Skylift.advice") == [], target
        assert record.at("Skylift.metrics.last") == {"loss": 0.5}, target
        run = folder / ".skylift" / "runs" / record.name
        log = (run / "log").read_bytes()
        said = place.skylift(folder, "logs", record.name)
        for text in (log.decode(), said):
            assert "skylift:figures" not in text, target
            assert "\x1e" not in text, target
            assert "#036" not in text, target
        lines = [unescape(line) for line in log.decode().split("\n") if line]
        assert sorted(lines) == ["\r 10%\r100%", "epoch=1 loss=0.5", "last"], target
        assert (run / "system.jsonl").read_text().count('"last": 1') == 1
