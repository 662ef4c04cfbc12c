"""Wheels → entries of a layer below /opt/venv, straight from the zip, as an installer would lay them out."""

from __future__ import annotations

import base64
import configparser
import hashlib
import posixpath
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import BinaryIO, cast

from installer.records import Hash, InvalidRecordEntry, RecordEntry, parse_record_file
from installer.scripts import Script
from installer.sources import WheelFile
from installer.utils import (
    SCHEME_NAMES,
    Scheme,
    construct_record_file,
    fix_shebang,
    parse_entrypoints,
    parse_metadata_file,
)

from skylift.errors import NotReady
from skylift.image.bytecode import Compile, pyc_path
from skylift.image.entries import Entry, file_entry
from skylift.image.layout import VENV, VENV_PYTHON, site_packages
from skylift.values.packages import Wheel

_PURE, _SCRIPTS = Scheme("purelib"), Scheme("scripts")


class BadWheel(NotReady):
    """A wheel that is broken, or that would write where it must not."""

    def __init__(self, wheel: Wheel, why: str) -> None:
        super().__init__(
            f"{wheel.filename} can not be installed: {why}",
            hints=(f"ask for another version of {wheel.name} and lock again",),
            wheel=wheel.filename,
        )


def wheel_entries(wheel: Wheel, path: Path, python: str, compile_source: Compile | None) -> Iterator[Entry]:
    """Every file that installing the wheel gives, RECORD last; one at a time, so that size does not matter.

    :param python: minor version of the target.
    :param compile_source: makes .pyc beside the sources; None leaves them out.
    :raises BadWheel: when it is no wheel, or reaches out of its place.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            # The name carries facts, and caches may keep the file under another one.
            archive.filename = wheel.filename
            yield from _Installation(wheel, archive, WheelFile(archive), python, compile_source).entries()
    except (zipfile.BadZipFile, InvalidRecordEntry, ValueError, KeyError) as error:
        raise BadWheel(wheel, str(error).strip("'\"")) from error


@dataclass(frozen=True)
class _Installation:
    wheel: Wheel
    archive: zipfile.ZipFile
    source: WheelFile
    python: str
    compile_source: Compile | None

    def entries(self) -> Iterator[Entry]:
        self._check_version()
        dist_info = self.source.dist_info_dir
        replaced = {f"{dist_info}/{name}" for name in ("RECORD", "RECORD.jws", "RECORD.p7s", "INSTALLER")}
        ledger: list[tuple[Scheme, RecordEntry]] = []
        yield from self._launchers(ledger)
        for info in sorted(self.archive.infolist(), key=lambda info: info.filename):
            if not info.is_dir() and info.filename not in replaced and not _is_cache(info.filename):
                yield from self._file(info, ledger)
        yield self._written(_PURE, f"{dist_info}/INSTALLER", b"skylift\n", ledger)
        yield self._record(f"{dist_info}/RECORD", ledger)

    def _check_version(self) -> None:
        version = parse_metadata_file(self.source.read_dist_info("WHEEL"))["Wheel-Version"] or "none"
        if not version.startswith("1."):
            raise BadWheel(self.wheel, f"its format version is {version}, not 1.x")

    def _launchers(self, ledger: list[tuple[Scheme, RecordEntry]]) -> Iterator[Entry]:
        if "entry_points.txt" not in self.source.dist_info_filenames:
            return
        try:
            points = sorted(parse_entrypoints(self.source.read_dist_info("entry_points.txt")))
        except (AssertionError, configparser.Error) as error:  # installer has no error of its own for it
            raise BadWheel(self.wheel, "its entry_points.txt is malformed") from error
        for name, module, attribute, section in points:
            filename, data = Script(name, module, attribute, section).generate(VENV_PYTHON, "posix")
            yield self._written(_SCRIPTS, filename, data, ledger)

    def _file(self, info: zipfile.ZipInfo, ledger: list[tuple[Scheme, RecordEntry]]) -> Iterator[Entry]:
        scheme, path = self._scheme(info.filename)
        if scheme == _SCRIPTS and (data := self._own_script(info)) is not None:
            yield self._written(scheme, path, data, ledger)
            return
        ledger.append((scheme, self._recorded(info.filename, path)))
        mode = info.external_attr >> 16
        executable = scheme == _SCRIPTS or bool(stat.S_ISREG(mode) and mode & 0o111)
        place = self._place(scheme, path)
        if self.compile_source is None or scheme != _PURE or not path.endswith(".py"):
            opened = partial(self.archive.open, info)
            yield Entry(place, info.file_size, cast("partial[BinaryIO]", opened), executable=executable)
            return
        source = self.archive.read(info)
        yield file_entry(place, source, executable=executable)
        if pyc := self.compile_source(f"/{place}", source):
            ledger.append((scheme, RecordEntry(pyc_path(path, self.python), None, None)))
            yield file_entry(pyc_path(place, self.python), pyc)

    def _scheme(self, name: str) -> tuple[Scheme, str]:
        data = self.source.dist_info_dir.removesuffix(".dist-info") + ".data"
        first, _, rest = name.partition("/")
        if first != data:
            return _PURE, name
        scheme, _, path = rest.partition("/")
        if scheme not in SCHEME_NAMES:
            raise BadWheel(self.wheel, f"it has files for an unknown place: {name}")
        # In a virtual environment platlib and purelib are one folder.
        return (_PURE if scheme == "platlib" else Scheme(scheme)), path

    def _own_script(self, info: zipfile.ZipInfo) -> bytes | None:
        """The script with our interpreter in its first line; None when it needs none, as a binary."""
        with self.archive.open(info) as stream:
            if stream.read(8) != b"#!python":
                return None
        with self.archive.open(info) as stream, fix_shebang(cast("BinaryIO", stream), VENV_PYTHON) as fixed:
            return fixed.read()

    def _recorded(self, name: str, path: str) -> RecordEntry:
        hash_, size = self._wheel_record.get(name, ("", ""))
        return RecordEntry.from_elements(path, hash_, size)

    @cached_property
    def _wheel_record(self) -> dict[str, tuple[str, str]]:
        rows = parse_record_file(self.source.read_dist_info("RECORD").splitlines())
        return {name: (hash_, size) for name, hash_, size in rows}

    def _written(
        self, scheme: Scheme, path: str, data: bytes, ledger: list[tuple[Scheme, RecordEntry]]
    ) -> Entry:
        value = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        ledger.append((scheme, RecordEntry(path, Hash("sha256", value), len(data))))
        return file_entry(self._place(scheme, path), data, executable=scheme == _SCRIPTS)

    def _record(self, path: str, ledger: list[tuple[Scheme, RecordEntry]]) -> Entry:
        ledger.append((_PURE, RecordEntry(path, None, None)))
        with construct_record_file(ledger, self._prefix) as stream:
            return file_entry(self._place(_PURE, path), stream.read())

    def _prefix(self, scheme: Scheme) -> str | None:
        start = site_packages(self.python)
        return None if scheme == _PURE else posixpath.relpath(self._root(scheme), start) + "/"

    def _root(self, scheme: Scheme) -> str:
        name = self.source.distribution
        roots = {
            _PURE: site_packages(self.python),
            _SCRIPTS: f"{VENV}/bin",
            Scheme("headers"): f"{VENV}/include/site/python{self.python}/{name}",
            Scheme("data"): VENV,
        }
        return roots[scheme]

    def _place(self, scheme: Scheme, path: str) -> str:
        parts = path.split("/")
        if path.startswith("/") or ".." in parts or not path:
            raise BadWheel(self.wheel, f"it would write outside its place: {path}")
        return posixpath.normpath(posixpath.join(self._root(scheme), path))


def _is_cache(name: str) -> bool:
    return "__pycache__" in name.split("/")[:-1]
