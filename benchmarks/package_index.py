"""An index of packages on 127.0.0.1, so that a slow network slows nobody down and the versions stay."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import http.server
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import uv
from benchmarks.measure import WORK

PYTHON = "3.11"


def wheels_for(requirements: Path) -> Path:
    """A folder with the wheels that a job on this machine's kind gets, and pip's own; downloaded once."""
    key = hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    folder = WORK / f"wheels-{key}"
    if folder.exists():
        return folder
    fresh = folder.with_suffix(".fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    pip = [uv.find_uv_bin(), "run", "--quiet", "--no-project", "--python", sys.executable, "--with", "pip"]
    download = ["download", "--quiet", "--only-binary", ":all:", "--python-version", PYTHON]
    command = [*pip, "python", "-m", "pip", *download, "-d", str(fresh), "-r", str(requirements), "pip"]
    subprocess.run(command, check=True)
    fresh.rename(folder)
    return folder


def _write_pages(wheels: Path, site: Path) -> None:
    """PEP 503: a page for each project, whose links carry hashes."""
    projects: dict[str, list[str]] = {}
    for wheel in sorted(wheels.glob("*.whl")):
        name = re.sub(r"[-_.]+", "-", wheel.name.split("-")[0]).lower()
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        link = f'<a href="../../files/{wheel.name}#sha256={digest}">{wheel.name}</a>'
        projects.setdefault(name, []).append(link)
    for name, links in projects.items():
        page = site / "simple" / name / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text("<!DOCTYPE html>\n" + "\n".join(links))
    (site / "files").symlink_to(wheels)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Say nothing."""


@contextlib.contextmanager
def serving(wheels: Path, scratch: Path) -> Iterator[str]:
    """The index's URL, for as long as the block lasts."""
    site = scratch / "site"
    _write_pages(wheels, site)
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/simple/"
        finally:
            server.shutdown()
            thread.join()
