"""Accounts of ours are known on TikTok by the id that comments bear, once it was seen."""

import pytest

from acd.tests.factories import NOW
from engagement.enums import InteractionKind, Platform
from engagement.history import known_personas
from engagement.interactions import record_interactions
from engagement.models import SocialAccount
from engagement.pseudonyms import author_key
from engagement.tests.factories import make_account, make_post
from engagement.values import Commenter, SeenInteraction

pytestmark = pytest.mark.django_db


def tiktok(user_id, handle, **changes):
    return make_account(platform=Platform.TIKTOK, platform_user_id=user_id, handle=handle, **changes)


def comment(number, author, commenter=None):
    return SeenInteraction(
        platform_id=f"c{number}", kind=InteractionKind.COMMENT, author_id=author, commenter=commenter, text="Hi"
    )


def learned():
    return dict(SocialAccount.objects.values_list("platform_user_id", "comment_user_id"))


@pytest.mark.parametrize(
    ("author", "commenter", "expected"),
    [
        pytest.param("open-1", Commenter("+A/1", "other"), {"open-1": "+A/1", "open-2": ""}, id="own comment"),
        pytest.param("+B/2", Commenter("+B/2", "Bea"), {"open-1": "", "open-2": "+B/2"}, id="present handle"),
        pytest.param("+C/3", Commenter("+C/3", "cy"), {"open-1": "", "open-2": ""}, id="stranger"),
        pytest.param("+C/3", Commenter("+C/3", ""), {"open-1": "", "open-2": ""}, id="no handle"),
        pytest.param("open-1", Commenter("x" * 201, "ana"), {"open-1": "", "open-2": ""}, id="too long"),
        pytest.param("open-1", Commenter("a\x00", "ana"), {"open-1": "", "open-2": ""}, id="no text"),
        pytest.param("open-1", None, {"open-1": "", "open-2": ""}, id="no such id"),
    ],
)
def test_account_learns_how_comments_name_it(author, commenter, expected):
    post = make_post(account=tiktok("open-1", "ana"))
    tiktok("open-2", "bea")

    record_interactions(post, [comment(1, author, commenter)], now=NOW)

    assert learned() == expected


def test_known_account_is_a_persona_after_a_rename_and_whoever_takes_its_handle_is_not():
    post = make_post(account=tiktok("open-1", "ana"))
    tiktok("open-2", "bea", comment_user_id="+B/2")
    seen = [comment(1, "+B/2", Commenter("+B/2", "bea_now")), comment(2, "+X/9", Commenter("+X/9", "bea"))]

    record_interactions(post, seen, now=NOW)

    assert author_key("tiktok", "+B/2") in known_personas()
    assert author_key("tiktok", "+X/9") not in known_personas()


def test_own_comment_corrects_what_a_handle_told():
    post = make_post(account=tiktok("open-1", "ana", comment_user_id="+X/9"))

    record_interactions(post, [comment(1, "open-1", Commenter("+A/1", "ana"))], now=NOW)

    assert learned() == {"open-1": "+A/1"}


def test_handle_on_another_platform_tells_nothing():
    post = make_post(account=make_account(handle="ana"))
    tiktok("open-1", "ana")

    record_interactions(post, [comment(1, "5", Commenter("+A/1", "ana"))], now=NOW)

    assert learned()["open-1"] == ""
