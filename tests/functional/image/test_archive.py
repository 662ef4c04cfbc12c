"""``runtime.pyz``: the runtime as one file, the same bytes every time. What it does is tested with the runtime."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from skylift.errors import NotReady
from skylift.flow.runtime_file import write_runtime
from skylift.image.archive import runtime_archive
from skylift.project.files.stage import runtime_sources


def test_equal_sources_give_equal_bytes_in_any_order() -> None:
    sources = runtime_sources()
    backwards = dict(reversed(list(sources.items())))
    assert runtime_archive(sources) == runtime_archive(backwards)
    assert runtime_archive({**sources, "skylift_runtime/facts.py": b""}) != runtime_archive(sources)


def test_the_verb_writes_it_and_says_what_it_wrote(weird_tmp_path: Path) -> None:
    command = [sys.executable, "-m", "skylift", "runtime"]
    said = subprocess.run(command, cwd=weird_tmp_path, capture_output=True, text=True, check=True)
    file = weird_tmp_path / "runtime.pyz"
    assert (said.stdout, said.stderr) == ("runtime.pyz\n", "")
    assert [path.name for path in weird_tmp_path.iterdir()] == ["runtime.pyz"]
    other = weird_tmp_path / "other name.pyz"
    command += ["--output", str(other), "--json"]
    found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    data = other.read_bytes()
    assert found == {"path": str(other), "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    assert data == file.read_bytes()


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotReady, match="can not write") as caught:
        write_runtime(tmp_path / "file" / "runtime.pyz")
    assert caught.value.hints


def test_copied_to_path_it_is_what_sagemaker_starts(weird_tmp_path: Path) -> None:
    tools, code = weird_tmp_path / "bin", weird_tmp_path / "ml" / "code"
    write_runtime(tools / "train")
    code.mkdir(parents=True)
    (code / "train.py").write_text("import sys\nprint(sys.argv, 'skylift_runtime' in sys.modules)\n1 / 0\n")
    environ = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}/usr/bin:/bin",
        "SAGEMAKER_BASE_DIR": str(weird_tmp_path / "ml"),
        "SAGEMAKER_PROGRAM": "train.py",
    }
    done = subprocess.run(
        [tools / "train", "train"], env=environ, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "['train.py'] False\n"), done.stderr
    assert done.stderr.startswith(f'Traceback (most recent call last):\n  File "{code}/train.py"')
    failure = (weird_tmp_path / "ml" / "output" / "failure").read_text()
    assert failure == "ZeroDivisionError: division by zero (train.py:3)"
