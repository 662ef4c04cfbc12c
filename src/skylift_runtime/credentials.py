"""The job's own credentials, where botocore would find them in a container: variables, then its role."""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import Any, Dict, Mapping, Optional

from skylift_runtime.failure import Unusable
from skylift_runtime.sigv4 import Credentials
from skylift_runtime.transport import NoAnswer, Transport, parts_of, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from skylift_runtime.signals import Pause

_RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
_FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"  # noqa: S105 - the name of a variable
_TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"  # noqa: S105 - the name of a variable
_CONTAINER_HOST = "http://169.254.170.2"
# As botocore: whatever else is reached without TLS would be shown the token.
_HOSTS = ("169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost")
_TIMEOUT_S = 2.0
_PAUSES_S = (0.5, 1.0, 2.0)


def find_credentials(environ: Mapping[str, str], pause: Pause) -> Credentials:
    """
    :raises Unusable: when there are none, or whoever has them does not give them.
    """
    key, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    if key and secret:
        token = environ.get("AWS_SESSION_TOKEN") or environ.get("AWS_SECURITY_TOKEN") or ""
        return Credentials(key, secret, token)
    if key or secret:
        given, lacking = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")[:: 1 if key else -1]
        raise Unusable("there is %s in the environment, and no %s" % (given, lacking))
    url = _address(environ)
    if url is None:
        raise Unusable(
            "the job has no AWS credentials: neither AWS_ACCESS_KEY_ID nor %s is set "
            "(a job in network isolation has none)" % _RELATIVE
        )
    return _asked(url, _authorization(environ), pause)


def _address(environ: Mapping[str, str]) -> Optional[str]:
    if environ.get(_RELATIVE):
        return _CONTAINER_HOST + environ[_RELATIVE]
    url = environ.get(_FULL)
    if not url:
        return None
    parts = parts_of(url)
    if parts.scheme != "https" and not _is_near(parts.hostname or ""):
        raise Unusable(
            "%s is %s, and without https credentials are only asked of the loopback address or of %s"
            % (_FULL, shown(url), ", ".join(_HOSTS))
        )
    return url


def _is_near(host: str) -> bool:
    try:
        return host in _HOSTS or ip_address(host).is_loopback
    except ValueError:
        return False


def _authorization(environ: Mapping[str, str]) -> Dict[str, str]:
    path, token = environ.get(_TOKEN_FILE), environ.get(_TOKEN, "")
    if path:
        try:
            with open(path, encoding="utf-8") as stream:
                token = stream.read()
        except (OSError, UnicodeDecodeError) as error:
            raise Unusable("%s can not be read: %s" % (_TOKEN_FILE, error)) from error
    if "\r" in token or "\n" in token:
        raise Unusable("the token of %s has a line break in it" % (_TOKEN_FILE if path else _TOKEN))
    return {"authorization": token} if token else {}


def _asked(url: str, authorization: Mapping[str, str], pause: Pause) -> Credentials:
    # Straight, whatever the proxies are: the address means something only where the job is.
    transport, said = Transport({}), ""
    for seconds in (*_PAUSES_S, 0.0):
        try:
            answer = transport.send(
                "GET", url, {"accept": "application/json", **authorization}, timeout_s=_TIMEOUT_S
            )
            if answer.status == 200:
                return _read(answer.body)
            said = "it answered %d" % answer.status
        except NoAnswer as error:
            said = str(error)
        if not seconds or not pause(seconds):
            break
    raise Unusable("the job's role gave no credentials, asked at %s: %s" % (shown(url), said))


def _read(body: bytes) -> Credentials:
    try:
        found: Any = json.loads(body)
        return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found.get("Token") or "")
    except (ValueError, KeyError, TypeError) as error:
        raise Unusable("the answer of the job's role has no credentials in it") from error
