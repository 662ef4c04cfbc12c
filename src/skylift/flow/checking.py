"""``check``: everything that can be found wrong without a network, and the fixes that can do no harm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from skylift import __version__
from skylift.ci import circleci, plain
from skylift.ci.pipeline import pipeline
from skylift.errors import ConfigError, LockStale, NotReady
from skylift.flow.sources import Sources
from skylift.flow.world import World
from skylift.host.files import read_source, read_source_text, write_bytes
from skylift.packages.lock import LOCK_NAME, locked_names
from skylift.project.checks.subject import Subject
from skylift.project.checks.table import checked, ranked
from skylift.project.config.find import find_root
from skylift.values.finding import Finding, Severity

_VENDORS = ((circleci.FILE, circleci.circleci), (plain.FILE, plain.plain))
_TARGET = re.compile(r"skylift run --on '?([\w-]+)")
_FOR_NOTEBOOKS = frozenset({"nbclient", "ipykernel"})


def check(path: Path | str, world: World) -> tuple[Path, list[Finding]]:
    """Look at a project; nothing is contacted, run or written.

    :raises NotReady: when there is no config yet.
    """
    root = find_root(Path(path))
    try:
        sources = Sources.read(root, world, overrides={}, locked=True)
    except ConfigError as error:
        found = [Finding("config", "error", one.where, one.what, one.hint) for one in error.issues]
        what = "the rest is not looked at before the config can be read"
        return root, [*found, Finding("config", "note", str(root), what, "skylift check")]
    found = [Finding("config", "warning", "the config", said) for said in sources.loaded.warnings]
    found += [*_lock(sources), *_ci(sources), *checked(Subject(sources.loaded, _locked(sources)))]
    return root, ranked(found)


def fix(root: Path, findings: list[Finding]) -> list[Finding]:
    """Do what can be done without a decision; what was fixed."""
    done = [one for one in findings if one.fix is not None]
    for one in done:
        if one.fix is not None:
            _append(root / one.fix.file, one.fix.text)
    return done


def _append(path: Path, line: str) -> None:
    before = read_source(path) if path.exists() else b""
    if line.encode() in before.splitlines():
        return
    end = b"\r\n" if b"\r\n" in before else b"\n"
    gap = end if before and not before.endswith(b"\n") else b""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    write_bytes(path.resolve(), before + gap + line.encode() + end, mode=mode)


def _lock(sources: Sources) -> Iterator[Finding]:
    known = sources.known_lock
    try:
        lock = sources.lock
    except LockStale as stale:
        # The next run that needs one makes it anew, unless it is told not to.
        there = (sources.root / LOCK_NAME).exists()
        said = str(stale) + (
            "; the next run that needs one renews it, and --locked refuses it" if there else ""
        )
        severity: Severity = "warning" if there else "note"
        yield Finding("lock", severity, LOCK_NAME, said, "skylift lock; then commit it", waits=True)
        lock = known  # type: ignore[assignment]
    except NotReady as problem:
        yield Finding("lock", "error", LOCK_NAME, str(problem), "; ".join(problem.hints))
        return
    notebooks = [
        job.entry_point for job in sources.settings.jobs.values() if str(job.entry_point).endswith(".ipynb")
    ]
    if lock is not None and notebooks and not locked_names(lock) >= _FOR_NOTEBOOKS:
        what = "nothing that the project requires can execute notebooks"
        yield Finding(
            "notebook", "warning", str(notebooks[0]), what, "add nbconvert and ipykernel to what it requires"
        )


def _locked(sources: Sources) -> frozenset[str]:
    """What the lock brings; one that is stale says nothing of what a run will have."""
    try:
        return locked_names(sources.lock)
    except (LockStale, NotReady):
        return frozenset()


def _ci(sources: Sources) -> Iterator[Finding]:
    """A pipeline file that we made, and that we would make otherwise now."""
    settings = sources.settings
    for name, render in _VENDORS:
        path = sources.root / name
        text = read_source_text(path) if path.is_file() else ""
        target = _TARGET.search(text)
        if "# Made by `skylift ci" not in text or target is None:
            continue
        now = render(pipeline(settings.name, python=settings.python, target=target[1], version=__version__))
        if now != text:
            vendor = "circleci" if name == circleci.FILE else "plain"
            remedy = f"see what is new: skylift ci {vendor} --on {target[1]} --dry-run"
            yield Finding(
                "ci", "error", name, "it is not what skylift ci would write now", remedy, waits=True
            )
