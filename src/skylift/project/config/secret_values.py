"""What is a secret by its look: a password in an address, a token, or what its name says is one."""

from __future__ import annotations

import re

from skylift.host.redaction import redact_text
from skylift.values.secrets import is_secret as is_named_secret

_VARIABLE = re.compile(r"\$\{?\w+\}?")
_USERINFO = re.compile(r"(?<=://)(?P<who>[^/\s'\"]+)@")
_NOT_SAID = re.compile(r"\$\w+|\$?\{.*\}|\$\(.*\)|<.*>|x+|\*+|(?:your|my)[-_ ].*|changeme", re.IGNORECASE)
"""A variable that has it, or what readers are to put in place."""
_FILE = re.compile(r"^[.~]{0,2}/|^\w+:/|\.[A-Za-z][A-Za-z0-9]{0,4}$")
PRIVATE_KEY = re.compile(rb"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----")
TOKENS = (
    ("a key of AWS", re.compile(rb"\b(?:AKIA|ASIA)(?![A-Z0-9]*EXAMPLE)[A-Z0-9]{16}\b")),
    ("a token of GitHub", re.compile(rb"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{60,}")),
    ("a token of GitLab", re.compile(rb"\bglpat-[A-Za-z0-9_-]{20,}")),
    ("a token of Hugging Face", re.compile(rb"\bhf_[A-Za-z0-9]{30,}\b")),
    ("a key of OpenAI or Anthropic", re.compile(rb"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{40,}")),
    ("a token of Slack", re.compile(rb"\bxox[abprs]-[A-Za-z0-9-]{20,}")),
    ("a token of PyPI", re.compile(rb"\bpypi-[A-Za-z0-9_-]{80,}")),
    ("a key of Google", re.compile(rb"\bAIza[A-Za-z0-9_-]{35}\b")),
    ("a secret key of AWS", re.compile(rb"(?i)\baws_?secret_?(?:access_?)?key\b[\"']?\s*[=:]\s*[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+]|\bEXAMPLE)")),
    ("a private key", PRIVATE_KEY),
    ("a password in an address", re.compile(rb"\bhttps?://[^\s/:@\"'{}$<>]{1,80}:[^\s/@\"'{}$<>*]{3,120}@[\w.-]+")),
)  # fmt: skip


def is_secret(value: str, name: str = "") -> bool:
    """Whether a value must not be copied; the name that it is given under counts, too.

    >>> is_secret("https://u:tok123@h/x"), is_secret("abcdef123", "api-key"), is_secret("abcdef123", "epochs")
    (True, True, False)
    >>> [is_secret(value, "api_key") for value in ("$API_KEY", "${KEY}", "keys/api.json", "<your key>", "wJa/rX$4")]
    [False, False, False, False, True]
    >>> is_secret("abc", "password"), is_secret("cls", "token")
    (True, False)
    """
    if has_secret(value) or any(pattern.search(value.encode(errors="replace")) for _, pattern in TOKENS):
        return True
    # What names a variable, a file or nothing yet is not the secret itself.
    return is_named_secret(name, value) and not _NOT_SAID.fullmatch(value) and not _FILE.search(value)


def has_secret(address: str) -> bool:
    """Whether a password or a token stands in an address: not a user's name for ssh, not a variable.

    >>> has_secret("https://tok123@h/simple"), has_secret("git+ssh://git@h/x"), has_secret("https://${T}@h/")
    (True, False, False)
    """
    found = _USERINFO.search(address)
    who = _VARIABLE.sub("", found["who"]).strip(":") if found else ""
    by_ssh = "ssh://" in address and ":" not in who
    named_only = who in ("git", "oauth2", "x-access-token", "__token__", "token", "gitlab-ci-token", "aws")
    bare = redact_text(_USERINFO.sub("", address)) != _USERINFO.sub("", address)
    return bare or bool(who and not by_ssh and not named_only)
