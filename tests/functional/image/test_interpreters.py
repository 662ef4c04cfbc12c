"""Python in a base is found in its layers, from the top, and remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.image.in_memory import BASE, InMemoryRegistry, add_image, config_of, tar_of

from skylift.errors import NotReady, RegistryError
from skylift.image.base import resolve_base

DEBIAN = tar_of(
    {"./usr/bin/python3.11": "", "./usr/bin/python3": "python3.11", "./usr/bin/python3.9-config": ""}
)
NOTHING = tar_of({"etc/motd": ""})


def registry_with(*layers: bytes) -> InMemoryRegistry:
    registry = InMemoryRegistry()
    add_image(registry, BASE, layers, config_of(layers))
    return registry


def found(registry: InMemoryRegistry, cache: Path, interpreter: str = "") -> tuple[str, str]:
    base = resolve_base(registry, BASE, cache=cache, interpreter=interpreter)
    return base.interpreter, base.python


def test_it_is_remembered_by_the_digest_of_the_base(tmp_path: Path) -> None:
    registry = registry_with(DEBIAN, NOTHING)
    assert found(registry, tmp_path) == ("/usr/bin/python3.11", "3.11")
    read = len(registry.calls("blob"))
    assert found(registry, tmp_path) == ("/usr/bin/python3.11", "3.11")
    # The config again, but no layer.
    assert len(registry.calls("blob")) == read + 1


def test_half_a_memory_is_none(tmp_path: Path) -> None:
    registry = registry_with(DEBIAN)
    found(registry, tmp_path)
    (memory,) = (tmp_path / "bases").iterdir()
    for broken in ("", "{}", "[]", '{"interpreter": 7}'):
        memory.write_text(broken)
        assert found(registry, tmp_path) == ("/usr/bin/python3.11", "3.11")


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ((DEBIAN, tar_of({"opt/conda/bin/python3.10": ""})), "/opt/conda/bin/python3.10"),
        ((tar_of({"usr/bin/python3.9": "", "usr/local/bin/python3.12": ""}),), "/usr/local/bin/python3.12"),
        ((tar_of({"usr/bin/python3.9": "", "usr/bin/python3.12": ""}),), "/usr/bin/python3.12"),
        ((DEBIAN, tar_of({"usr/bin/.wh.python3.11": "", "usr/bin/python3.13": ""})), "/usr/bin/python3.13"),
    ],
    ids=["top", "place", "version", "whiteout"],
)
def test_the_one_that_was_put_there_last_and_on_purpose_wins(
    tmp_path: Path, layers: tuple[bytes, ...], expected: str
) -> None:
    assert found(registry_with(*layers), tmp_path)[0] == expected


def test_one_that_a_later_layer_removed_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no Python was found in the base image"):
        found(registry_with(DEBIAN, tar_of({"usr/bin/.wh.python3.11": ""})), tmp_path)


def test_a_path_without_a_version_takes_it_from_its_neighbour(tmp_path: Path) -> None:
    registry = registry_with(DEBIAN, tar_of({"opt/py/bin/python": "python3.12", "opt/py/bin/python3.12": ""}))
    assert found(registry, tmp_path, "/opt/py/bin/python") == ("/opt/py/bin/python", "3.12")
    assert found(registry, tmp_path) == ("/usr/bin/python3.11", "3.11")


def test_no_python_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no Python was found") as caught:
        found(registry_with(NOTHING), tmp_path)
    assert any("interpreter" in hint for hint in caught.value.hints)


def test_a_layer_that_is_no_tar_is_the_registry_s_fault(tmp_path: Path) -> None:
    registry = registry_with(DEBIAN)
    registry.blobs = {
        key: data if data[:1] == b"{" else b"nonsense" * 9 for key, data in registry.blobs.items()
    }
    with pytest.raises(RegistryError, match="not a gzipped tar"):
        found(registry, tmp_path)
