"""Who signed a body, by tables: right, wrong, cut, written again, of a secret that is changed, too old."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from engagement.tests.pushing import SECRET, signature
from engagement.webhooks.signatures import answer_to_x, signed_by_meta, signed_by_tiktok, signed_by_x

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
BODY = b'{"object": "page",  "text": "a\\u00e7\\u00e3o \\ud83c\\udf0a"}'
FAMILIES = {
    "meta": ("facebook", signed_by_meta),
    "x": ("twitter", signed_by_x),
    "tiktok": ("tiktok", lambda *given: signed_by_tiktok(*given, now=NOW)),
}
FAMILY = pytest.mark.parametrize(("name", "check"), FAMILIES.values(), ids=FAMILIES)


def sign(name, body=BODY, secret=SECRET):
    return signature(name, body, secret=secret, at=AT)


@FAMILY
def test_signature_of_the_raw_bytes_is_right(name, check):
    assert check(BODY, sign(name), [SECRET])


@FAMILY
@pytest.mark.parametrize("order", [[SECRET, "former"], ["new", SECRET]], ids=["present", "former"])
def test_signature_of_either_secret_is_right_while_it_is_changed(name, check, order):
    assert check(BODY, sign(name), order)


@FAMILY
def test_signature_of_a_secret_that_is_not_ours_is_wrong(name, check):
    assert not check(BODY, sign(name, secret="another"), [SECRET, "former"])


@FAMILY
def test_signature_is_wrong_where_no_secret_is_set(name, check):
    assert not check(BODY, sign(name), [])


OTHER_BODIES = {
    "changed": BODY.replace(b"page", b"pages"),
    "written again": json.dumps(json.loads(BODY), separators=(",", ":")).encode(),
    "unescaped": json.dumps(json.loads(BODY), ensure_ascii=False).encode(),
    "with a line end": BODY + b"\n",
    "empty": b"",
}


@FAMILY
@pytest.mark.parametrize("body", OTHER_BODIES.values(), ids=OTHER_BODIES)
def test_signature_of_one_body_is_wrong_for_another(name, check, body):
    assert not check(body, sign(name), [SECRET])


SPOILT = {
    "missing": lambda _: "",
    "cut": lambda right: right[:-1],
    "cut to its prefix": lambda right: right[: right.rindex("=") + 1] if right.count("=") == 1 else right[:7],
    "without its prefix": lambda right: right.partition("=")[2],
    "longer": lambda right: right + "0",
    "of SHA-1": lambda right: right.replace("sha256", "sha1").replace("s=", "s1="),
    "not ASCII": lambda right: right[:-1] + "é",
    "surrogate": lambda right: right[:-1] + "\ud800",
    "two": lambda right: f"{right},{right}",
}


@FAMILY
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_spoilt_signature_is_wrong(name, check, spoil):
    assert not check(BODY, spoil(sign(name)), [SECRET])


def test_signature_of_x_is_not_one_of_meta():
    assert not signed_by_meta(BODY, sign("twitter"), [SECRET])
    assert not signed_by_x(BODY, sign("facebook"), [SECRET])


AGES = {"now": (0, True), "5 min": (300, True), "older": (301, False), "a day": (86_400, False)}
AGES |= {"30 s ahead": (-30, True), "a minute ahead": (-60, False), "a year ahead": (-31_536_000, False)}


@pytest.mark.parametrize(("age", "is_right"), AGES.values(), ids=AGES)
def test_signature_of_tiktok_holds_for_minutes(age, is_right):
    header = signature("tiktok", BODY, at=AT - age)

    assert signed_by_tiktok(BODY, header, [SECRET], now=NOW) == is_right


def test_time_of_tiktok_cannot_be_changed():
    header = signature("tiktok", BODY, at=AT - 900).replace(str(AT - 900), str(AT))

    assert not signed_by_tiktok(BODY, header, [SECRET], now=NOW + timedelta(seconds=1))


def test_time_of_tiktok_that_is_no_number_is_refused():
    assert not signed_by_tiktok(BODY, signature("tiktok", BODY, at=AT).replace("t=1", "t=x"), [SECRET], now=NOW)


def test_challenge_of_x_is_answered_as_documented():
    # Computed with `printf challenge_string | openssl dgst -sha256 -hmac secret -binary | base64`.
    assert answer_to_x("challenge_string", "secret") == "sha256=KVLX9CEwUdVdeJfmJAnltj/knkdCqwZJlA1u97xbErw="
