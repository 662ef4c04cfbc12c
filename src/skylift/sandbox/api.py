"""AWS's API on this machine: moto's server, in this process."""

from __future__ import annotations

import http.client
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from skylift.errors import NotReady, SkyliftError


@contextmanager
def api() -> Iterator[str]:
    """Serve while the block lasts, from an empty account on; gives the endpoint URL.

    moto keeps its state for the whole process: one at a time.

    :raises NotReady: when moto is not installed.
    """
    try:
        from moto.server import ThreadedMotoServer
    except ImportError as error:
        raise NotReady(
            f"the sandbox needs moto: {error}", hints=("install it: `pip install 'skylift[sandbox]'`",)
        ) from error
    # It would print a line for each request.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        address = "{}:{}".format(*server.get_host_and_port())
        _reset(address)
        yield f"http://{address}"
    finally:
        server.stop()


def _reset(address: str) -> None:
    """Begin with nothing; only moto understands this, so it also proves who answers."""
    connection = http.client.HTTPConnection(address, timeout=30)
    try:
        connection.request("POST", "/moto-api/reset")
        status = connection.getresponse().status
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise SkyliftError(f"what answers on {address} is not moto: HTTP {status}")
