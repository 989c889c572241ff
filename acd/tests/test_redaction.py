"""Canaries: secrets in every dress that a trace may show them in."""

import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from acd.redaction import capped, redacted, redacted_json

CANARY = "Kn4rYv0g3l-9876_abcXYZ"
DRESSES = {
    "bearer header": f"Authorization: Bearer {CANARY}",
    "basic header": f"authorization: Basic {CANARY}==",
    "header of a dictionary": f"{{'Authorization': 'Bearer {CANARY}', 'Accept': '*/*'}}",
    "header as JSON": f'{{"authorization":"{CANARY}"}}',
    "header of OAuth 1": f'Authorization: OAuth oauth_consumer_key="{CANARY}", oauth_signature="{CANARY}"',
    "bare bearer": f"sent bearer {CANARY} to the platform",
    "cookie": f"Cookie: sessionid={CANARY}; theme=dark {CANARY}",
    "query string": f"GET /v26.0/me?fields=id&access_token={CANARY}&limit=3",
    "first in the query string": f"https://graph.example/me?access_token={CANARY}",
    "query string in a parameter": f"/login?next=%2Fcb%3Faccess_token%3D{CANARY}",
    "OAuth code": f"https://gator.example/callback?code={CANARY}&state={CANARY}",
    "API key in the address": f"https://maps.example/?key={CANARY}",
    "proof": f"appsecret_proof={CANARY}",
    "environment": f"INSTAGRAM_ACCESS_TOKEN={CANARY}",
    "keyword": f"login(user='ada', password='{CANARY} with space')",
    "double quotes": f'client_secret = "{CANARY}"',
    "bytes": f"api_key=b'{CANARY}'",
    "YAML": f"passphrase: {CANARY}",
    "escaped JSON": f'{{\\"refresh_token\\": \\"{CANARY}\\"}}',
    "header of a key": f"X-Api-Key: {CANARY}",
    "user of an address": f"postgres://gator:{CANARY}@127.0.0.1/gator",
    "unclosed quote": f'token="{CANARY}',
    "private key": f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----",
    "half a private key": f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n",
    "JWT": f"got eyJhbGciOiJIUzI1NiJ9.{CANARY}.{CANARY} back",
    "OpenAI key": f"Incorrect API key provided: sk-proj-{CANARY}.",
    "Fernet token": f"InvalidToken gAAAAAB{CANARY}==",
    "GitHub token": "ghp_Kn4rYv0g3lKn4rYv0g3lKn4rYv0g3l",
}


@pytest.mark.parametrize("text", DRESSES.values(), ids=DRESSES.keys())
def test_redacted_canary_is_removed(text):
    kept = redacted(text)

    assert CANARY not in kept
    assert "Kn4rYv0g3l" not in kept
    assert "[removed]" in kept


@pytest.mark.parametrize(
    "text",
    [
        "tokens=512, max_tokens: 1024, token_count=7",
        "Error validating access token: session has expired",
        "code=190 and status code: 400",
        "KeyError: 'caption' in gator/studio/generation.py, line 12",
        "https://example.com/p/123?limit=3&fields=id,caption",
        "write to ada@example.com",
    ],
)
def test_redacted_harmless_text_stays(text):
    assert redacted(text).replace("[removed] has", "session has") == text


@pytest.mark.parametrize("name", ["SECRET_KEY", "PSEUDONYM_KEY"])
def test_redacted_own_secret_is_removed_anywhere(name):
    secret = getattr(settings, name)

    assert redacted(f"signed with {secret}!") == "signed with [removed]!"


def test_redacted_secret_of_an_app_is_removed_anywhere(settings):
    settings.PLATFORM_APPS = {"somewhere": SimpleNamespace(id="public-id", secret="unlike-any-shape")}

    assert redacted("public-id has unlike-any-shape") == "public-id has [removed]"


@pytest.mark.parametrize("text", ["access_token=[removed]", 'token: "[removed]"', "x?access_token=[redacted]&y=1"])
def test_redacted_again_changes_nothing(text):
    assert redacted(redacted(text)) == redacted(text)


def test_redacted_nul_and_surrogates_are_replaced():
    assert redacted("a\x00b\ud800c") == "a\N{REPLACEMENT CHARACTER}b?c"


def test_redacted_long_text_keeps_both_ends_and_no_secret():
    text = "begin " + "x" * 9_000 + f" token={CANARY} " + "y" * 9_000 + " end"

    kept = redacted(text, 500)

    assert len(kept) == 500
    assert (kept[:5], kept[-3:]) == ("begin", "end")
    assert "Kn4r" not in kept


@given(st.text(max_size=400), st.integers(60, 300))
def test_capped_never_exceeds_its_limit(text, limit):
    assert len(capped(text, limit)) <= limit


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=20,
    )
)
def test_redacted_json_is_always_strict_json(value):
    json.dumps(redacted_json(value), allow_nan=False)


def test_redacted_json_secrets_go_and_numbers_stay():
    class Broken:
        def __str__(self):
            raise RuntimeError

    value = {
        "password": "hunter2",
        "access_token": CANARY,
        "tokens": 12,
        "url": f"https://x.example/?access_token={CANARY}",
        "nested": [{"Authorization": f"Bearer {CANARY}"}],
        "cost": Decimal("0.25"),
        "at": datetime(2026, 11, 20, tzinfo=UTC),
        "share": math.nan,
        "broken": Broken(),
    }

    assert redacted_json(value) == {
        "password": "[removed]",
        "access_token": "[removed]",
        "tokens": 12,
        "url": "https://x.example/?access_token=[removed]",
        "nested": [{"Authorization": "[removed]"}],
        "cost": "0.25",
        "at": "2026-11-20 00:00:00+00:00",
        "share": "nan",
        "broken": "<Broken>",
    }


def test_redacted_json_endless_nesting_is_cut():
    endless: dict[str, object] = {}
    endless["again"] = endless

    assert "[too deep]" in json.dumps(redacted_json(endless))
