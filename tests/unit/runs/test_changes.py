"""Files, lines and packages that are not the same in two runs."""

from __future__ import annotations

import hashlib

from skylift.runs.changes import Side, counted_lines, file_changes, package_changes
from skylift.values.known import KnownFile

OLD = {"same.py": b"x\n", "train.py": b"a\nb\nc\n", "gone.py": b"1\n2\n", "weights.bin": b"\0\1"}
NEW = {"same.py": b"x\n", "train.py": b"a\nB\nc\nd", "new.py": b"", "weights.bin": b"\0\2"}


def known(files: dict[str, bytes]) -> dict[str, KnownFile]:
    return {
        path: KnownFile(path, hashlib.sha256(content).hexdigest(), len(content))
        for path, content in files.items()
    }


def content(side: Side, file: KnownFile) -> bytes | None:
    return {"before": OLD, "after": NEW}[side].get(file.path)


def test_files_with_their_lines() -> None:
    found = file_changes(known(OLD), known(NEW), content)
    assert [(one.kind, one.path, one.added, one.removed) for one in found] == [
        ("removed", "gone.py", 0, 2),
        ("added", "new.py", 0, 0),
        ("changed", "train.py", 2, 1),
        ("changed", "weights.bin", None, None),
    ]


def test_a_patch_is_one_that_others_can_read() -> None:
    (patch,) = [
        one.patch
        for one in file_changes(known(OLD), known(NEW), content, patches=True)
        if one.path == "train.py"
    ]
    assert patch.splitlines() == [
        *("--- a/train.py", "+++ b/train.py", "@@ -1,3 +1,4 @@"),
        *(" a", "-b", "+B", " c", "+d", "\\ No newline at end of file"),
    ]


def test_without_contents_only_what_happened_is_known() -> None:
    found = file_changes(known(OLD), known(NEW))
    assert {one.added for one in found} == {None}
    assert [one.kind for one in found] == ["removed", "added", "changed", "changed"]


def test_a_link_and_a_mode_are_changes_as_well() -> None:
    old = {"a": KnownFile("a", "1" * 64, 1), "b": KnownFile("b", link="x")}
    new = {"a": KnownFile("a", "1" * 64, 1, executable=True), "b": KnownFile("b", link="y")}
    assert [(one.path, one.added, one.removed) for one in file_changes(old, new)] == [
        ("a", None, None),
        ("b", 1, 1),
    ]


def test_a_file_that_changed_from_end_to_end_is_counted_all_the_same() -> None:
    old, new = [f"old {at}\n" for at in range(30_000)], [f"new {at}\n" for at in range(20_000)]
    assert counted_lines(old, new) == (20_000, 30_000)


def test_packages() -> None:
    found = package_changes({"a": "1", "b": "1", "c": "1"}, {"a": "1", "b": "2", "d": "1"})
    assert [(one.name, one.before, one.after) for one in found] == [
        ("b", "1", "2"),
        ("c", "1", ""),
        ("d", "", "1"),
    ]
