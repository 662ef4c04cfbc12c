"""What a job leaves, from the trees of its hosts to where the request wants it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from skylift.emulator.pack import gather, is_empty, pack_members
from skylift.emulator.place import JobPlace
from skylift.emulator.storage import ArtifactName, Storage
from skylift.host.files import remove_tree
from skylift.values.words import first_of

_NAMED = 3


def is_compressed(request: Mapping[str, Any]) -> bool:
    return bool(request["OutputDataConfig"].get("CompressionType", "GZIP") != "NONE")


def upload(request: Mapping[str, Any], storage: Storage, places: Sequence[JobPlace]) -> tuple[str, ...]:
    """Store the model, and the other output where there is any; warnings.

    What several hosts have written lies together afterwards; of a name that two of them used, the later
    host's file is the one that is kept.

    :raises OSError: when something can not be read or written.
    """
    archives = places[0].archives
    models = _folders(places, "model")
    outputs = _folders(places, "output/data")
    try:
        warnings = (*_led_away(places), *_store("model", models, request, storage, archives))
        if not all(is_empty(folder) for folder, _ in outputs):
            warnings += _store("output", outputs, request, storage, archives)
    finally:
        remove_tree(archives)
    return warnings


def _folders(places: Sequence[JobPlace], name: str) -> list[tuple[Path, Path]]:
    """A folder of each host's tree, with that tree's root; not where the job has led it elsewhere."""
    return [(place.root / name, place.root) for place in places if place.holds(place.root / name)]


def _led_away(places: Sequence[JobPlace]) -> Iterator[str]:
    for place in places:
        for name in ("model", "output/data"):
            if not place.holds(place.root / name):
                yield f"nothing of {name} was stored: the job has put a link in its place that leads out of its tree"


def _store(
    name: ArtifactName,
    folders: Sequence[tuple[Path, Path]],
    request: Mapping[str, Any],
    storage: Storage,
    archives: Path,
) -> tuple[str, ...]:
    gathered = gather(folders)
    if is_compressed(request):
        where = f"{name}.tar.gz"
        pack_members(gathered, archives / where)
        storage.store(request, name, archives / where)
        unfit: tuple[str, ...] = ()
    else:
        where = f"the {name}"
        unfit = storage.store_files(request, name, gathered.members)
    return (
        *_warning(f"left out of {where}, as they lead out of it or are no files: ", gathered.skipped),
        *_warning(f"left out of {where}, as no object can have their name: ", unfit),
        *_warning(
            f"in {where} the later host's file replaces that of an earlier one: ", gathered.overwritten
        ),
    )


def _warning(what: str, names: Sequence[str]) -> tuple[str, ...]:
    return (what + first_of(names, _NAMED),) if names else ()
