"""``run --like``: an earlier run again, with something changed; and what could not be the same, before it starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from skylift.errors import NotReady, SkyliftError, UsageError
from skylift.flow.demands import NO_DEMANDS, Demands
from skylift.flow.images import MadeImage, destination, made
from skylift.flow.launching import Launch
from skylift.flow.not_the_same import not_the_same
from skylift.flow.past import Code, code_of
from skylift.flow.preparing import Prepared, RunOptions, prepare_run
from skylift.flow.published import with_published_data
from skylift.flow.sources import Sources
from skylift.flow.world import Cloud
from skylift.runs.known import Known, known_of
from skylift.runs.store import RunStore
from skylift.values.progress import Progress
from skylift.values.record import Record
from skylift.values.secrets import unless_secret
from skylift_runtime.contract import DEFAULT_JOB

ON, RAW = "--on", "--"
"""Stand among the changed parameters, whose names have no dashes."""


@dataclass(frozen=True)
class Changes:
    """What is to be otherwise than in the run that is repeated."""

    given: tuple[str, ...] = ()
    """``name=value`` items."""
    raw: tuple[str, ...] | None = None
    """What the script gets as it is; None keeps what that run had."""
    target: str | None = None
    python: str | None = None
    detach: bool = True
    demands: Demands = NO_DEMANDS
    here: bool = False
    """Take the code as it is now."""
    exact: bool = False
    """Refuse when anything else would be otherwise."""


NOTHING_CHANGED = Changes()


@contextmanager
def repeated(
    record: Record,
    changes: Changes,
    sources: Sources,
    store: RunStore,
    *,
    only_plan: bool = False,
) -> Iterator[Launch]:
    """A run that is made like another, ready to be planned or started while the block lasts.

    Works from the record alone; what was kept of the run here makes it more exact.

    :raises NotReady: when it can not be the same, and has to be.
    """
    known = known_of(store)
    with code_of(record, sources, store, known, here=changes.here) as code:
        report = sources.world.report
        report(Progress("like", f"{record.name}: {code.said}"))
        options = _options(record, changes, sources.world.cache)
        prepared = prepare_run(_with_given(code.sources, record, options.job), options, only_plan=only_plan)
        cloud = Cloud(code.sources.settings.aws, sources.world)
        prepared = with_published_data(prepared, record, cloud, known)
        changed = _changed(record, prepared, changes)
        differs = tuple(_differs(record, prepared, code, changed, known))
        if changes.exact and differs:
            raise NotReady(
                f"run {record.name} can not be repeated as it was: {'; '.join(differs)}",
                hints=(
                    "start it all the same, without --exact: what differs is then in the new run's record",
                ),
                differs=list(differs),
            )
        if not only_plan:
            for one in differs:
                report(Progress("warning", f"not as it was: {one}"))
        like = {"run": record.name, "changed": changed, "differs": list(differs)}
        prepared = replace(prepared, ours={**prepared.ours, "like": like})
        notes = _notes(record, changed, differs, code)
        image = _image(record, prepared, code, cloud)
        yield Launch(prepared, cloud, store, made=image, notes=notes)


def _options(record: Record, changes: Changes, cache: Path) -> RunOptions:
    raw = changes.raw
    if raw is None:
        kept = record.at("Skylift.raw")
        raw = tuple(str(word) for word in kept) if isinstance(kept, list) else ()
    target = changes.target or record.at("Skylift.target")
    if not target:
        raise UsageError(f"the record of {record.name} names no target", hints=("say it: --on TARGET",))
    return RunOptions(
        target=str(target),
        job=str(record.at("Skylift.job") or DEFAULT_JOB),
        given=changes.given,
        raw=raw,
        python=changes.python or _interpreter(record, str(target), cache),
        detach=changes.detach,
        demands=changes.demands,
    )


def _interpreter(record: Record, target: str, cache: Path) -> str | None:
    """The interpreter of then, where it is here and still somebody's own: one from a lock is found by the lock."""
    if record.at("Skylift.backend") != "local" or record.at("Skylift.target") != target:
        return None
    path = record.at("Skylift.interpreter.path")
    if not isinstance(path, str) or not path or Path(path).is_relative_to(cache.absolute()):
        return None
    return path if Path(path).exists() else None


def _with_given(sources: Sources, record: Record, job: str) -> Sources:
    """The same code, where the config says of hyperparameters what the run was given."""
    found, given = sources.job(job), record.at("Skylift.given")
    if not isinstance(given, Mapping):
        return sources
    settings = sources.settings
    jobs = {**settings.jobs, job: replace(found, hyperparameters=dict(given))}
    loaded = replace(sources.loaded, settings=replace(settings, jobs=jobs))
    return replace(sources, loaded=loaded)


def _changed(record: Record, prepared: Prepared, changes: Changes) -> dict[str, Any]:
    """What was asked to be otherwise: parameters by name, besides them the target and what follows ``--``."""
    then = record.at("Skylift.given")
    then = then if isinstance(then, Mapping) else {}
    nothing = object()
    changed = {
        name: value for name, value in prepared.arguments.given.items() if then.get(name, nothing) != value
    }
    if prepared.options.target != record.at("Skylift.target"):
        changed[ON] = prepared.options.target
    if changes.raw is not None and list(changes.raw) != (record.at("Skylift.raw") or []):
        changed[RAW] = list(changes.raw)
    return changed


def _differs(
    record: Record, prepared: Prepared, code: Code, changed: Mapping[str, Any], known: Known
) -> Iterator[str]:
    if code.differs:
        yield code.differs
    yield from not_the_same(record, prepared, frozenset(changed), known)


def _notes(
    record: Record, changed: Mapping[str, Any], differs: tuple[str, ...], code: Code
) -> tuple[str, ...]:
    said = [f"{name}={unless_secret(name, value)}" for name, value in changed.items()]
    what = ", ".join(said) or "nothing changed"
    return (
        f"like {record.name}: {what}",
        f"code: {code.said}",
        *(f"not as it was: {one}" for one in differs),
    )


def _image(record: Record, prepared: Prepared, code: Code, cloud: Cloud) -> MadeImage | None:
    """The image that the run had, where what is in it is the same; its base may have moved on since."""
    reference = record.at("Skylift.image.reference")
    same = code.same and prepared.ours.get("lock") == record.at("Skylift.lock")
    if prepared.target.backend == "local" or not same or not isinstance(reference, str):
        return None
    report = prepared.sources.world.report
    try:
        found = made(reference, destination(prepared.sources, cloud))
    except SkyliftError as problem:
        # Whoever builds one is told what is wrong.
        report(Progress("warning", f"the image of {record.name} can not be asked for: {problem}"))
        return None
    if found is None:
        report(Progress("warning", f"not as it was: its image is gone, and one is built: {reference}"))
    else:
        report(Progress("image", f"{reference}, as then"))
    return found
