"""Calls of AWS's services from inside a job, by the standard library. Imported only by what needs it."""

from __future__ import annotations

import json
import random
import re
import time
from typing import IO, Any, Dict, Mapping, NamedTuple, Optional

from skylift_runtime.credentials import find_credentials
from skylift_runtime.failure import Unusable
from skylift_runtime.sigv4 import Credentials, Request, Scope, query_of, quoted, sign
from skylift_runtime.transport import Answer, NoAnswer, Transport, parts_of, shown

_TIMEOUT_S = 20.0
_ATTEMPTS = 5
_LONGEST_PAUSE_S = 8.0
# The domains of the partitions, by how the names of their regions begin (botocore, partitions.json).
_DOMAINS = (
    ("cn-", "amazonaws.com.cn"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
    ("eusc-", "amazonaws.eu"),
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from skylift_runtime.signals import Pause
# Spelled as in AWS_ENDPOINT_URL_<SERVICE>.
_VARIABLES = {"secretsmanager": "SECRETS_MANAGER"}
_TARGETS = {"secretsmanager": "secretsmanager", "ssm": "AmazonSSM"}
_THROTTLED = re.compile(r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown|RequestTimeout\Z")
_HOST_LABEL = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


class Refused(Exception):
    """A service answered no. ``code`` is its own word for it."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__("%s: %s" % (code, message) if message else code)


class _Call(NamedTuple):
    service: str
    region: str
    request: Request
    into: Optional[IO[bytes]] = None


class Aws:
    """AWS as the job sees it: its region, its credentials, its way out."""

    def __init__(self, environ: Mapping[str, str], pause: Optional[Pause] = None) -> None:
        """``pause`` waits between tries."""
        self._environ = environ
        self._pause = pause or _sleep
        self._transport = Transport(environ)
        self._known: Optional[Credentials] = None

    @property
    def region(self) -> str:
        """
        :raises Unusable: when none is set.
        """
        found = self._environ.get("AWS_REGION") or self._environ.get("AWS_DEFAULT_REGION")
        if not found:
            raise Unusable("the job has no AWS region: neither AWS_REGION nor AWS_DEFAULT_REGION is set")
        return found

    def call(self, service: str, operation: str, parameters: Mapping[str, Any], region: str = "") -> Any:
        """An operation of a service that speaks JSON 1.1; its answer.

        :raises Refused: when the service says no.
        :raises Unusable: when it can not be asked.
        """
        region = region or self.region
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": "%s.%s" % (_TARGETS[service], operation),
        }
        body = json.dumps(dict(parameters)).encode()
        request = Request("POST", endpoint(service, region, self._environ) + "/", headers, body)
        return _decoded(self._send(_Call(service, region, request)))

    def rest(self, service: str, method: str, path: str, query: Mapping[str, str], region: str) -> Any:
        """An operation of a service that speaks JSON over REST; its answer. Raises as ``call`` does."""
        url = "%s%s?%s" % (endpoint(service, region, self._environ), path, query_of(query))
        return _decoded(self._send(_Call(service, region, Request(method, url))))

    def download(self, address: str, into: IO[bytes]) -> None:
        """Write an object on S3, ``s3://bucket/key``, into a file. Raises as ``call`` does."""
        bucket, _, key = address[len("s3://") :].partition("/")
        if not bucket or not key:
            raise Unusable("not an object on S3: %s" % address)
        region = self.region
        answer = self._send(self._get(bucket, key, region, into))
        elsewhere = answer.headers.get("x-amz-bucket-region") or _of_xml(_text(answer), "Region")
        if answer.status != 200 and elsewhere not in ("", region):
            # The bucket is in another region than the job: S3 tells which.
            answer = self._send(self._get(bucket, key, elsewhere, into))
        if answer.status != 200:
            raise _refusal(answer)

    def _get(self, bucket: str, key: str, region: str, into: IO[bytes]) -> _Call:
        base = endpoint("s3", region, self._environ)
        path = "/" + quoted(key, safe="/")
        # A name with a dot fits no wildcard certificate, and other servers than AWS know no such hosts.
        if base == _usual("s3", region) and _HOST_LABEL.fullmatch(bucket):
            url = base.replace("://", "://%s." % bucket, 1) + path
        else:
            url = "%s/%s%s" % (base, bucket, path)
        return _Call("s3", region, Request("GET", url), into)

    def _send(self, call: _Call) -> Answer:
        """The answer, after as many tries as it takes; whatever it says."""
        said, answer = "", None
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = self._once(call)
            except NoAnswer as error:
                answer, said = None, str(error)
            if answer is not None and not _is_passing(answer):
                return answer
            pause = min(_LONGEST_PAUSE_S, 0.5 * 2 ** (attempt - 1)) * (0.5 + random.random() / 2)  # noqa: S311 - spreads the hosts of a job
            if attempt == _ATTEMPTS or not self._pause(pause):
                break
        if answer is None:
            raise Unusable("%s does not answer: %s" % (shown(call.request.url.partition("?")[0]), said))
        return answer

    def _once(self, call: _Call) -> Answer:
        if self._known is None:
            self._known = find_credentials(self._environ, self._pause)
        request, into = call.request, call.into
        if into is not None:
            into.seek(0)
            into.truncate()
        scope = Scope(call.region, call.service, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
        headers = sign(request, self._known, scope)
        return self._transport.send(
            request.method, request.url, headers, request.body, timeout_s=_TIMEOUT_S, into=into
        )


def endpoint(service: str, region: str, environ: Mapping[str, str]) -> str:
    """Where a service answers: what the environment says, else the region's own host.

    :raises Unusable: when what the environment says is no address.

    >>> endpoint("ssm", "cn-north-1", {})
    'https://ssm.cn-north-1.amazonaws.com.cn'
    """
    said = ""
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() != "true":
        own = "AWS_ENDPOINT_URL_" + _VARIABLES.get(service, service.upper())
        said = environ.get(own) or environ.get("AWS_ENDPOINT_URL") or ""
    if not said and service == "s3":
        # The official SDK's local mode and its toolkit have a variable of their own.
        said = environ.get("S3_ENDPOINT_URL", "")
    if said:
        parts_of(said)
    return said.rstrip("/") or _usual(service, region)


def _usual(service: str, region: str) -> str:
    domain = next((domain for begin, domain in _DOMAINS if region.startswith(begin)), "amazonaws.com")
    return "https://%s.%s.%s" % (service, region, domain)


def _decoded(answer: Answer) -> Any:
    if answer.status != 200:
        raise _refusal(answer)
    try:
        return json.loads(answer.body)
    except ValueError as error:
        raise Unusable("a service of AWS answered what is no JSON") from error


def _is_passing(answer: Answer) -> bool:
    if answer.status == 200:
        return False
    return answer.status >= 500 or answer.status == 429 or bool(_THROTTLED.search(_refusal(answer).code))


def _refusal(answer: Answer) -> Refused:
    """What a service says of its no: in JSON, or as S3 does in XML."""
    text = _text(answer)
    try:
        found: Dict[str, Any] = json.loads(text)
        code = found.get("__type") or found.get("code") or ""
        message = found.get("message") or found.get("Message") or ""
    except (ValueError, AttributeError):
        code, message = _of_xml(text, "Code"), _of_xml(text, "Message")
    code = str(code or answer.headers.get("x-amzn-errortype", "")).partition(":")[0].rpartition("#")[2]
    return Refused(code or "HTTP %d" % answer.status, str(message)[:300].rstrip("."))


def _text(answer: Answer) -> str:
    return answer.body.decode("utf-8", "replace")


def _of_xml(text: str, tag: str) -> str:
    found = re.search("<%s>([^<]*)</%s>" % (tag, tag), text)
    return found.group(1) if found else ""


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return True
