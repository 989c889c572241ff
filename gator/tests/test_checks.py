import pytest
from django.core.checks import Tags, registry

from acd.tests.factories import NOW
from engagement.erasure import erase_author, erase_person
from engagement.filtering.model import SHIPPED
from gator.checks import (
    check_broker,
    check_control_share,
    check_filter_model,
    check_placeholders,
    check_sandbox,
    check_tombstones,
)

REAL = {
    "instagram": "https://graph.instagram.com",
    "facebook": "https://graph.facebook.com",
    "twitter": "https://api.x.com",
    "tiktok": "https://open.tiktokapis.com",
}


def ids(messages):
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"SECRET_KEY": "a secret", "PSEUDONYM_KEY": "another"}, []),
        ({"SECRET_KEY": "development-only-secret-key", "PSEUDONYM_KEY": "another"}, ["gator.E001"]),
        ({"SECRET_KEY": "a secret", "PSEUDONYM_KEY": "development-only-x"}, ["gator.E001"]),
        ({"SECRET_KEY": "development-only-1", "PSEUDONYM_KEY": "development-only-2"}, ["gator.E001"] * 2),
    ],
    ids=["own keys", "secret key", "pseudonym key", "both"],
)
def test_keys_that_everybody_knows_are_errors(settings, keys, expected):
    for name, value in keys.items():
        setattr(settings, name, value)

    assert ids(check_placeholders()) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8090/instagram", ["gator.W001"]),
        ("http://localhost:8090/instagram", ["gator.W001"]),
        ("http://[::1]:8090/instagram", ["gator.W001"]),
        ("https://graph.instagram.com", []),
    ],
)
def test_sandbox_in_production_is_a_warning(settings, url, expected):
    settings.PLATFORM_API_URLS = REAL | {"instagram": url}

    found = list(check_sandbox())

    assert ids(found) == expected
    assert [message.hint for message in found] == ["Unset INSTAGRAM_API_URL to reach the platform itself."] * len(found)


@pytest.mark.parametrize(
    ("broker", "expected"),
    [
        ("filesystem://", ["gator.W002"]),
        ("amqp://guest:guest@queue/", ["gator.W002"]),
        ("amqp://gator:secret@queue/gator", []),
    ],
)
def test_weak_brokers_are_warnings(settings, broker, expected):
    settings.CELERY_BROKER_URL = broker

    found = list(check_broker())

    assert ids(found) == expected
    assert "secret" not in "".join(map(str, found))


def test_checks_run_on_deployment():
    registered = registry.registry.get_checks(include_deployment_checks=True)

    assert {check_placeholders, check_sandbox, check_broker} <= set(registered)
    assert {check_placeholders, check_sandbox, check_broker}.isdisjoint(registry.registry.get_checks())
    assert {tag for check in (check_placeholders, check_sandbox) for tag in check.tags} == {Tags.security}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("former", "expected"), [([], ["gator.W003"]), (["the first"], []), (["some", "the first"], [])]
)
def test_changed_pseudonym_key_that_loses_the_forgotten_is_a_warning(settings, former, expected):
    settings.PSEUDONYM_KEY = "the first"
    erase_person("instagram", "4711", now=NOW)
    assert ids(check_tombstones(databases=["default"])) == []

    settings.PSEUDONYM_KEY, settings.FORMER_PSEUDONYM_KEYS = "the second", former

    assert ids(check_tombstones(databases=["default"])) == expected
    assert ids(check_tombstones(databases=None)) == []


@pytest.mark.django_db
def test_who_was_erased_by_a_hash_of_unknown_origin_is_warned_of_never(settings):
    settings.FORMER_PSEUDONYM_KEYS = ["the first"]
    erase_author("a" * 64, now=NOW)

    settings.PSEUDONYM_KEY, settings.FORMER_PSEUDONYM_KEYS = "the second", []

    assert ids(check_tombstones(databases=["default"])) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "There is no model"),
        ("{", "holds no model"),
        ("[]", "holds no model"),
        ('{"version": "other"}', "holds no model"),
    ],
    ids=["no file", "no JSON", "a list", "a part"],
)
def test_model_of_the_filter_that_is_none_is_an_error(settings, tmp_path, content, told):
    path = tmp_path / "other.json"
    if content is not None:
        path.write_text(content)
    settings.FILTER_MODEL = str(path)

    found = list(check_filter_model())

    assert ids(found) == ["gator.E002"]
    assert told in found[0].msg


@pytest.mark.parametrize("name", ["", SHIPPED], ids=["the shipped", "by name"])
def test_model_of_the_filter_that_is_there_passes(settings, name):
    settings.FILTER_MODEL = name

    assert list(check_filter_model()) == []


@pytest.mark.parametrize(("share", "expected"), [(0.0, []), (0.1, []), (1.0, []), (10.0, ["gator.E003"])])
def test_control_share_that_is_none_is_an_error(settings, share, expected):
    settings.CONTROL_SHARE = share

    assert ids(check_control_share()) == expected
