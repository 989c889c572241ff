import io
import json

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError

from engagement.fields import EncryptedTextField
from engagement.models import SocialAccount
from engagement.tests.factories import make_account
from engagement.token_keys import Rotation, _rotate, _sealed, rotate_token_keys
from engagement.tokens import SEALED

NEW = Fernet.generate_key().decode()

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts(settings):
    made = [make_account(access_token=f"token-{n}", refresh_token="renew" if n else "") for n in range(3)]
    settings.TOKEN_ENCRYPTION_KEYS = [NEW, *settings.TOKEN_ENCRYPTION_KEYS]
    return made


def ciphertexts():
    return [sealed for name in SEALED for _, sealed in _sealed(name, 10)]


def stopping_after(number):
    """Somebody who watches and ends the process once so many tokens were written."""

    def watch(work, total):
        for done, outcome in enumerate(work, 1):
            yield outcome
            if done == number:
                raise KeyboardInterrupt

    return watch


def test_every_sealed_column_is_rotated():
    columns = {
        (model, column.name)
        for model in apps.get_models()
        for column in model._meta.get_fields()
        if isinstance(column, EncryptedTextField)
    }

    assert columns == {(SocialAccount, name) for name in SEALED}


@pytest.mark.parametrize("done", range(1, 6))
def test_rotation_stopped_anywhere_is_finished_by_the_next(accounts, settings, done):
    with pytest.raises(KeyboardInterrupt):
        rotate_token_keys(batch=2, watch=stopping_after(done))
    between = [(a.access_token, a.refresh_token) for a in SocialAccount.objects.order_by("pk")]

    rest = rotate_token_keys(batch=2)

    settings.TOKEN_ENCRYPTION_KEYS = [NEW]
    after = [(a.access_token, a.refresh_token) for a in SocialAccount.objects.order_by("pk")]
    assert (rest.resealed, rest.current) == (5 - done, done)
    assert between == after == [("token-0", ""), ("token-1", "renew"), ("token-2", "renew")]


def test_whoever_watches_a_rotation_is_told_how_much_there_is(accounts):
    told = []

    def watch(work, total):
        told.append(total)
        return work

    rotate_token_keys(watch=watch)

    assert told == [5]


def test_dump_of_accounts_is_sealed_and_can_be_loaded_again(accounts, tmp_path):
    file = tmp_path / "accounts.json"
    call_command("dumpdata", "engagement.socialaccount", output=str(file), stdout=io.StringIO())
    dumped = file.read_text()
    SocialAccount.objects.update(access_token="lost", refresh_token="lost")

    call_command("loaddata", str(file), stdout=io.StringIO())

    assert [word for word in ("token-0", "renew") if word in dumped] == []
    assert [(a.access_token, a.refresh_token) for a in SocialAccount.objects.order_by("pk")] == [
        ("token-0", ""),
        ("token-1", "renew"),
        ("token-2", "renew"),
    ]


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_rotation_seals_every_token_with_the_newest_key(accounts, settings, batch):
    result = rotate_token_keys(batch=batch)

    settings.TOKEN_ENCRYPTION_KEYS = [NEW]
    assert result == Rotation(resealed=5, current=0, changed=0, unreadable=0)
    assert [a.access_token for a in SocialAccount.objects.order_by("pk")] == ["token-0", "token-1", "token-2"]
    assert [a.refresh_token for a in SocialAccount.objects.order_by("pk")] == ["", "renew", "renew"]


def test_rotation_twice_changes_nothing(accounts):
    rotate_token_keys()
    before = ciphertexts()

    result = rotate_token_keys()

    assert (result, ciphertexts()) == (Rotation(0, 5, 0, 0), before)


def test_rotation_never_overwrites_a_token_refreshed_meanwhile(accounts):
    pk, sealed = next(_sealed("access_token", 1))
    SocialAccount.objects.filter(pk=pk).update(access_token="fresh")

    result = _rotate(pk, "access_token", sealed)

    assert (result, SocialAccount.objects.get(pk=pk).access_token) == ("changed", "fresh")


def test_rotation_leaves_what_no_key_opens_and_says_so(accounts, settings):
    before = ciphertexts()
    settings.TOKEN_ENCRYPTION_KEYS = [NEW]
    out = io.StringIO()

    with pytest.raises(CommandError, match="5 tokens open with none of TOKEN_ENCRYPTION_KEYS"):
        call_command("rotate_token_keys", as_json=True, stdout=out)

    assert json.loads(out.getvalue()) == {"resealed": 0, "current": 0, "changed": 0, "unreadable": 5}
    assert ciphertexts() == before


def test_command_shows_no_token(accounts):
    out = io.StringIO()

    call_command("rotate_token_keys", stdout=out)

    assert out.getvalue() == "5 tokens were sealed with the newest key, 0 had it already, 0 were refreshed meanwhile.\n"
