"""The virtual environment's skeleton: what makes /opt/venv one, before any package."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from skylift.image.entries import Entry, file_entry, link_entry
from skylift.image.layout import VENV, site_packages


def skeleton(interpreter: str, python: str) -> Iterator[Entry]:
    """The entries that ``python -m venv --system-site-packages`` would make, without pip.

    Packages of the base stay visible: an image with CUDA and torch in it keeps them.

    :param interpreter: absolute path of Python in the base.
    :param python: its minor version.
    """
    home = posixpath.dirname(interpreter)
    config = f"home = {home}\ninclude-system-site-packages = true\nversion = {python}\n"
    yield link_entry(f"{VENV}/bin/python", interpreter)
    yield link_entry(f"{VENV}/bin/python3", "python")
    yield link_entry(f"{VENV}/bin/python{python}", "python")
    yield Entry(f"{site_packages(python)}/")
    # Interpreters of Red Hat's family look for compiled packages below lib64.
    yield link_entry(f"{VENV}/lib64", "lib")
    yield file_entry(f"{VENV}/pyvenv.cfg", config.encode())
