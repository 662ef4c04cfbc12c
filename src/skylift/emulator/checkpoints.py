"""Checkpoints go out while the job runs, so that they survive it; what the job removes, goes there too."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from skylift.emulator.snapshot import Facts, regular_files
from skylift.emulator.storage import Storage
from skylift.errors import RemoteError

PERIOD_S = 30.0


class CheckpointUploads:
    """A thread that saves what is new every ``period_s``, and once more at the end."""

    def __init__(
        self, storage: Storage, request: Mapping[str, Any], folder: Path, *, period_s: float = PERIOD_S
    ) -> None:
        self._storage, self._request, self._folder = storage, request, folder
        self._period_s = period_s
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep_saving, name="checkpoints", daemon=True)
        self._saved: dict[str, Facts] = {}

    def start(self) -> None:
        """To be called when old checkpoints are there and the job has not begun: those need no saving."""
        self._saved = regular_files(self._folder)
        self._thread.start()

    def finish(self) -> None:
        """Save what is left.

        :raises RemoteError: when that fails; failures before it are tried again here.
        """
        self._ended.set()
        self._thread.join()
        self._save()

    def _keep_saving(self) -> None:
        while not self._ended.wait(self._period_s):
            # A service that is away, a folder that is being renamed: the next round or finish() tries again.
            with contextlib.suppress(RemoteError, OSError):
                self._save()

    def _save(self) -> None:
        self._storage.save(self._request, self._folder, self._saved)
