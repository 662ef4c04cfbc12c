"""The other hosts of a job: their names may resolve some time after ours do.

The developer guide asks for this ("How SageMaker provides training information"), and the official toolkit
does it before it starts anything (entry_point.py).
"""

from __future__ import annotations

import time
from typing import Callable, List, Mapping, Sequence

from skylift_runtime.failure import Unusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from skylift_runtime.signals import Pause

_STUDIO = "SM_STUDIO_LOCAL_MODE"
_LONGEST_S = 15 * 60
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 30.0
_SILENT_S = 10.0


def wait_for_hosts(
    hosts: Sequence[str],
    environ: Mapping[str, str],
    pause: Pause,
    say: Callable[[str], None],
    *,
    resolves: Callable[[str], bool],
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Return when every host's name resolves, when nobody needs them to, or when the job is to stop.

    :raises Unusable: naming those that did not within a quarter of an hour.
    """
    if len(hosts) < 2 or environ.get(_STUDIO, "").lower() == "true":
        return
    began, seconds, said = clock(), _FIRST_PAUSE_S, False
    missing = _missing(hosts, resolves)
    while missing:
        waited = clock() - began
        if waited >= _LONGEST_S:
            raise Unusable(
                "the names of these hosts did not resolve within %d minutes: %s; does the network between "
                "the hosts of the job work?" % (_LONGEST_S // 60, ", ".join(missing))
            )
        if waited >= _SILENT_S and not said:
            said = True
            say("waiting for %s: not every name resolves yet" % ", ".join(missing))
        if not pause(min(seconds, _LONGEST_PAUSE_S, _LONGEST_S - waited)):
            return
        seconds *= 2
        missing = _missing(missing, resolves)


def _missing(hosts: Sequence[str], resolves: Callable[[str], bool]) -> List[str]:
    return [host for host in hosts if not resolves(host)]


def name_resolves(host: str) -> bool:
    import socket

    try:
        socket.getaddrinfo(host, None)
    except (OSError, UnicodeError):
        return False
    return True
