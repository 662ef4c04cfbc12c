"""What the GPUs do, from NVIDIA's own library: no program is started for it.

All of it happens in a thread of its own: the first call may take seconds, and a library that hangs, hangs there.
"""

from __future__ import annotations

import contextlib
import signal
import threading

from skylift_runtime.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Mapping, Optional

LIBRARY = "libnvidia-ml.so.1"
_MOST = 64
_MILLI = 1000.0
_TEMPERATURE_OF_GPU = 0


class Gpu(NamedTuple):
    """One GPU at a moment. What the library does not tell is None."""

    number: int
    busy: Optional[float] = None
    """The share of its latest past in which it computed, from 0 to 1."""
    memory: Optional[int] = None
    of: Optional[int] = None
    watts: Optional[float] = None
    celsius: Optional[int] = None


class Gpus(threading.Thread):
    """Reads all GPUs of the job whenever it is asked to; whoever asks waits for nothing."""

    def __init__(self, environ: Mapping[str, str], library: str = LIBRARY) -> None:
        super().__init__(name="gpus", daemon=True)
        self._visible = environ.get("CUDA_VISIBLE_DEVICES")
        self._library = library
        self._wanted = threading.Event()
        self._found: List[Gpu] = []

    def start(self) -> None:
        with contextlib.suppress(RuntimeError):
            super().start()

    def ask(self) -> None:
        """Have them read; :meth:`take` has what was found when it is done."""
        self._wanted.set()

    def take(self) -> List[Gpu]:
        """What was read since the last time; nothing while the library has not answered."""
        found, self._found = self._found, []
        return found

    def run(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        with contextlib.suppress(ImportError, OSError, AttributeError, ValueError):
            import ctypes

            library = ctypes.CDLL(self._library)
            if library.nvmlInit_v2() == 0:
                devices = _devices(ctypes, library, self._visible)
                while devices and self._wanted.wait():
                    self._wanted.clear()
                    self._found = [_read(ctypes, library, number, device) for number, device in devices]


def _devices(ctypes: Any, library: Any, visible: "Optional[str]") -> "List[Any]":
    count = ctypes.c_uint()
    if library.nvmlDeviceGetCount_v2(ctypes.byref(count)) != 0:
        return []
    found = []
    for number in range(min(count.value, _MOST)):
        device = ctypes.c_void_p()
        known = library.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(number), ctypes.byref(device)) == 0
        if known and _is_visible(visible, number, _uuid(ctypes, library, device)):
            found.append((number, device))
    return found


def _is_visible(visible: "Optional[str]", number: int, uuid: str) -> bool:
    """
    >>> [_is_visible(text, 1, "GPU-1b") for text in (None, "0,1", "0", "GPU-1b", "GPU-2", "", "-1", "all")]
    [True, True, False, True, False, False, False, True]
    """
    if visible is None:
        return True
    words = [word.strip() for word in visible.split(",")]
    if any(word.startswith("GPU-") for word in words):
        # CUDA takes beginnings, too.
        return any(word.startswith("GPU-") and uuid.startswith(word) for word in words)
    if all(word.lstrip("-").isdigit() for word in words if word):
        return str(number) in words
    return True


def _uuid(ctypes: Any, library: Any, device: Any) -> str:
    text = ctypes.create_string_buffer(96)
    if library.nvmlDeviceGetUUID(device, text, ctypes.c_uint(len(text))) != 0:
        return ""
    return str(text.value.decode("ascii", "replace"))


def _read(ctypes: Any, library: Any, number: int, device: Any) -> Gpu:
    # Structures of nvml.h: nvmlUtilization_t, nvmlMemory_t.
    shares, sizes = (ctypes.c_uint * 2)(), (ctypes.c_ulonglong * 3)()
    power, warmth = ctypes.c_uint(), ctypes.c_uint()
    found = Gpu(number)
    if library.nvmlDeviceGetUtilizationRates(device, ctypes.byref(shares)) == 0:
        found = found._replace(busy=min(shares[0], 100) / 100)
    if library.nvmlDeviceGetMemoryInfo(device, ctypes.byref(sizes)) == 0:
        found = found._replace(memory=sizes[2], of=sizes[0])
    if library.nvmlDeviceGetPowerUsage(device, ctypes.byref(power)) == 0:
        found = found._replace(watts=power.value / _MILLI)
    if library.nvmlDeviceGetTemperature(device, _TEMPERATURE_OF_GPU, ctypes.byref(warmth)) == 0:
        found = found._replace(celsius=warmth.value)
    return found
