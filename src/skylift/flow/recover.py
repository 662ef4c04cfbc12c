"""After a crash: what became of a run whose owner is gone, and whether a command should take it over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skylift.host.files import file_lock, read_json, write_json
from skylift.host.processes import ProcessIdentity, this_process
from skylift.runs.abandoned import lost
from skylift.runs.store import RunStore
from skylift.values.ports import Clock
from skylift.values.run_folder import RunFolder

_LOST = "InternalServerError: the process that owned this run ended without a word (killed, or the machine restarted)"
_SILENCE_S = 600.0
_SECOND_LOOK_S = 3.0


class Settler:
    """Gives a run on this machine its end when its supervisor died before the job did.

    No training is left running without an owner, and no record stays half way.
    """

    def __init__(self, store: RunStore, clock: Clock, environment: Mapping[str, str]) -> None:
        self._store, self._clock, self._environment = store, clock, environment

    def settle(self, folder: RunFolder, *, on_request: bool = False) -> None:
        """``on_request``: its owner was ended because somebody wanted the run to stop."""
        record = self._store.load(folder.name)
        if (record is not None and record.terminal) or not self._abandoned(folder):
            return
        with file_lock(folder.settle_lock):
            # Between the look and the lock the supervisor may have come up, or written its last word.
            record = self._store.load(folder.name)
            if (record is not None and record.terminal) or not self._abandoned(folder):
                return
            # Nobody has to wait for it who lists runs that all have their end.
            from skylift.emulator.orphans import end, end_named
            from skylift.emulator.place import JobPlace

            intent = self._store.intent(folder.name)
            end(JobPlace(folder.tree), self._environment)
            # Its owner may have died between the start of something and the note of it.
            end_named(folder.name, self._environment, docker=intent.get("executor") == "docker")
            # What its owner alone wrote, and did not live to give its name.
            for half in (
                folder.reserve,
                *folder.path.glob(f"{folder.unfinished.name}*"),
                *folder.path.glob(f".{folder.record.name}.*.tmp"),
            ):
                half.unlink(missing_ok=True)
            self._store.save(lost(folder, intent, record, None if on_request else _LOST))

    def _abandoned(self, folder: RunFolder) -> bool:
        intent = self._store.intent(folder.name)
        if intent.get("executor") not in ("process", "docker"):
            return False
        owner = owner_of(folder) or _identity(intent.get("owner"))
        if owner is not None and owner.elsewhere:
            return self._is_silent(folder)
        return owner is None or not owner.alive()

    def _is_silent(self, folder: RunFolder) -> bool:
        """Whether a supervisor that can not be looked at is heard of no more, as after a container's restart."""
        if not self._heard_s(folder) > _SILENCE_S:
            return False
        # This machine may have been asleep with it: then it will be heard of at once.
        self._clock.sleep(_SECOND_LOOK_S)
        return self._heard_s(folder) > _SILENCE_S

    def _heard_s(self, folder: RunFolder) -> float:
        """Seconds since a sign of life; supervisors give one a second."""
        sign = folder.supervisor if folder.supervisor.exists() else folder.intent
        return self._clock.now().timestamp() - sign.stat().st_mtime


def owner_of(folder: RunFolder) -> ProcessIdentity | None:
    """The supervisor of a run on this machine; None before it has come up."""
    return _identity(read_json(folder.supervisor))


def is_ownerless(intent: Mapping[str, Any]) -> bool:
    """Whether the command that wrote an intent is known to be dead."""
    owner = _identity(intent.get("owner"))
    return owner is not None and not owner.alive()


def owner_facts() -> dict[str, Any]:
    return vars(this_process())


def _identity(found: object) -> ProcessIdentity | None:
    if not isinstance(found, Mapping):
        return None
    place = str(found.get("place", ""))
    return ProcessIdentity(int(found["pid"]), str(found["started"]), str(found["boot"]), place)


def adopt(store: RunStore, inputs: str) -> str | None:
    """Take over a run on the service with equal inputs whose command died before it could let go of it.

    The command that is repeated goes on with that one instead of paying twice (joint 5). Of two that
    are repeated at once, one gets it.
    """
    with file_lock(store.lock):
        name = next((name for name in reversed(store.names()) if _is_adoptable(store, name, inputs)), None)
        if name is not None:
            write_json(store.folder(name).intent, {**store.intent(name), "owner": owner_facts()})
        return name


def _is_adoptable(store: RunStore, name: str, inputs: str) -> bool:
    intent = store.intent(name)
    if intent.get("inputs") != inputs or intent.get("executor") != "service" or intent.get("released"):
        return False
    record, owner = store.load(name), _identity(intent.get("owner"))
    return (record is None or not record.terminal) and (owner is None or not owner.alive())


def release(folder: RunFolder) -> None:
    """The command that made this intent has seen it through, or left it on purpose."""
    intent = read_json(folder.intent) or {}
    # Nobody takes over a job of this machine: its supervisor sees it through.
    if intent.get("executor") == "service":
        write_json(folder.intent, {**intent, "released": True})
