"""What is a secret by its look: a password in an address, a token, or what its name says is one."""

from __future__ import annotations

import re

from skylift.host.redaction import redact_text
from skylift.values.words import is_secret as names_secret

_VARIABLE = re.compile(r"\$\{?\w+\}?")
_USERINFO = re.compile(r"(?<=://)(?P<who>[^/\s'\"]+)@")
_NAMED = re.compile(
    r"(?:^|[_-])(?:api[_-]?keys?|secrets?|passw(?:or)?d|passphrase|credentials?|(?:access|secret|private|auth)[_-]?key"
    r"|(?:auth|access|api|hf|hub|wandb|github|gitlab|bearer|bot|refresh|secret)[_-]?token)$|^token$",
    re.IGNORECASE,
)
"""Names of options and variables; `pad_token` and `tokenizer` are other things."""
_NOT_SAID = re.compile(r"\$|[{}<>]|\s|^(?:none|null|true|false|x+|\*+|your\b.*|changeme)?$", re.IGNORECASE)
_SHORTEST = 6
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
    >>> is_secret("$API_KEY", "api_key"), is_secret("keys/api.json", "api_key")
    (False, False)
    >>> is_secret("abc", "password"), is_secret("cls", "token")
    (True, False)
    """
    if has_secret(value) or any(pattern.search(value.encode(errors="replace")) for _, pattern in TOKENS):
        return True
    # A password may be short; a short `token` is a word.
    named = bool(_NAMED.search(name)) and (len(value) >= _SHORTEST or names_secret(name, value))
    return named and not _NOT_SAID.search(value) and "/" not in value and "." not in value[-6:]


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
