"""Programs that are written to be started in their own folder, and read what lies there."""

from __future__ import annotations

import pytest
from tests.functional.project.folder import Folder

from skylift.project.init.detect import detect

_PARSER = "import argparse, json, sklearn\np = argparse.ArgumentParser()\np.add_argument('--config', default='conf.json')\n"


@pytest.mark.parametrize(
    ("read", "paths"),
    [
        ("open('vocab.txt')", {"vocab.txt": "nlp/vocab.txt"}),
        ("open('./maps/names.txt')", {"maps/names.txt": "../nlp/maps/names.txt"}),
        ("open('absent.txt')", None),
        ("open('../nlp/vocab.txt')", None),
    ],
)
def test_a_file_of_its_folder_is_linked_to_where_a_job_starts(
    project: Folder, read: str, paths: dict[str, str] | None
) -> None:
    project.write_all(
        {
            "nlp/vocab.txt": "a",
            "nlp/maps/names.txt": "b",
            "nlp/train.py": f"import sklearn\nm.fit({read}.read())\n",
        }
    )
    assert detect(project.root).config.get("paths") == paths


def test_an_option_gets_the_path_from_the_root(project: Folder) -> None:
    project.write_all(
        {
            "nlp/conf.json": "{}",
            "nlp/train.py": f"{_PARSER}a = p.parse_args()\nm.fit(json.load(open(a.config)))\n",
        }
    )
    found = detect(project.root)
    assert found.config["arguments"] == {"config": "nlp/conf.json"}
    assert "paths" not in found.config


def test_what_git_ignores_is_not_linked_to(project: Folder) -> None:
    project.write_all(
        {".gitignore": "vocab.txt\n", "nlp/train.py": "import sklearn\nm.fit(open('vocab.txt').read())\n"}
    )
    project.commit()
    project.write("nlp/vocab.txt", "a")
    found = detect(project.root)
    assert "paths" not in found.config
    assert any("nlp/train.py:2 open reads vocab.txt" in line for line in found.left_to_you)
