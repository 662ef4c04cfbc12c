"""References of secrets, and texts without their values."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as some

from skylift_runtime.references import Reference, parse_reference
from skylift_runtime.secret_values import blanking

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:team/tracking-AbCdEf"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("env:WANDB_API_KEY", Reference("env", "WANDB_API_KEY")),
        ("keyring:https://index.example.com/simple/me", Reference("keyring", "https://index.example.com/simple/me")),
        (f"secretsmanager:{ARN}#a.b", Reference("secretsmanager", ARN, "a.b")),
        ("secretsmanager:team/tracking", Reference("secretsmanager", "team/tracking")),
        ("ssm:/team/key:3", Reference("ssm", "/team/key:3")),
        ("ssm:/team/json#token", Reference("ssm", "/team/json", "token")),
    ],
)  # fmt: skip
def test_references_are_read(text: str, expected: Reference) -> None:
    assert parse_reference(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "pl4nted", "vault:pl4nted", "env:", "env:pl4nted-1", "env:a b", "keyring:pl4nted", "keyring:/pl4nted",
        "keyring:pl4nted/", "ssm:", "ssm:#pl4nted", "ssm:pl4nted#", "secretsmanager: pl4nted", "ssm:pl4\nnted",
        "secretsmanager:pl4nted" + "x" * 500,
    ],
)  # fmt: skip
def test_what_is_none_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_reference(text)
    assert "pl4nted" not in str(caught.value)


@given(
    some.text(min_size=1, max_size=30).filter(str.strip),
    some.sampled_from(
        [
            str,
            repr,
            ascii,
            json.dumps,
            str.strip,
            lambda text: quote(text, safe=""),
            lambda text: repr("'\"" + text)[4:],
            lambda text: repr(text.encode())[1:],
        ]
    ),
)
def test_a_value_is_found_however_it_is_spelled(value: str, spell: object) -> None:
    assert callable(spell)
    text = f"\u2039{spell(value)}\u203a"
    blanked = blanking({"\u00a7": value})(text)
    # Unless it is a part of what stands around it, nothing but the name is left.
    assert blanked.strip("\u2039\u203a\"'") == "[\u00a7]" or value in "\u2039\u203a\"'[\u00a7]"


def test_of_two_values_the_longer_one_is_told() -> None:
    blank = blanking({"USER": "me", "PASSWORD": "me-and-more"})
    assert blank("me-and-more is not me") == "[PASSWORD] is not [USER]"


def test_the_lines_of_a_key_and_the_password_of_a_url_are_blanked_alone() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----"
    blank = blanking({"KEY": key, "DB": "postgres://me:pa%20ss@db/x"})
    assert blank("line 2 is MIIEvQIBADANBg") == "line 2 is [KEY]"
    assert blank("no user me with pa ss") == "no user me with [DB]"


def test_without_values_texts_stay() -> None:
    assert blanking({"EMPTY": ""}) is str
