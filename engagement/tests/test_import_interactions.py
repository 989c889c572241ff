from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.erasure import erase_author
from engagement.models import Interaction, SocialMediaPost
from engagement.pseudonyms import author_key
from engagement.tests.factories import make_post
from engagement.tests.importing import import_file
from engagement.tests.snapshots_of_tables import everything

HEADER = "platform_id,author,occurred_at,text\n"
REAL = settings.BASE_DIR.parent / "shared" / "data"
YOUTUBE = {"map": ["author_hash=author", "content=text", "comment_id=platform_id", "date=occurred_at"]}

pytestmark = pytest.mark.django_db


@pytest.fixture
def post():
    return make_post(platform_post_id="abc")


@pytest.fixture
def load(tmp_path, post):
    def run(data, **options):
        return import_file("import_interactions", tmp_path / "comments.csv", data, **{"post": "abc"} | options)

    return run


def counts(result):
    return {name: result[name] for name in ("created", "known", "forgotten", "refused", "exit")}


def test_import_stores_a_comment_without_its_author_and_assesses_the_post(load, post):
    result = load(HEADER + '1,Ana,2026-11-18T10:00,"<a href=""x"">Olá</a> &amp; 👋"\n')

    row = Interaction.objects.get()
    post.refresh_from_db()
    assert counts(result) == {"created": 1, "known": 0, "forgotten": 0, "refused": 0, "exit": 0}
    assert (row.post, row.platform_id, row.kind, row.text) == (post, "1", "comment", '<a href="x">Olá</a> &amp; 👋')
    assert row.author_key == author_key(post.platform, "Ana")
    assert row.occurred_at == datetime(2026, 11, 18, 10, tzinfo=UTC)
    assert (post.observed_count, row.verdict != "") == (1, True)


def test_import_twice_changes_nothing(load):
    data = HEADER + "1,Ana,2026-11-18,Nice light\n2,,,Where is it?\n"
    load(data)
    before = everything()

    result = load(data)

    assert counts(result) == {"created": 0, "known": 2, "forgotten": 0, "refused": 0, "exit": 0}
    assert everything() == before


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (",Ana,,Hello", "platform_id"),
        ("1,Ana,,", "text"),
        (f"1,Ana,,{'x' * 10_001}", "text"),
        ("1,Ana,,a\x00b", "text"),
        ("1,Ana,never,Hello", "occurred_at"),
    ],
    ids=["no id", "no text", "long text", "NUL", "no date"],
)
def test_import_tells_a_bad_row_and_keeps_the_good_ones(load, row, field):
    padding = "".join(f"{n},,,{'Good ' * 20}\n" for n in range(100, 200))

    result = load(f"{HEADER}{padding}{row}\n")

    assert counts(result) == {"created": 100, "known": 0, "forgotten": 0, "refused": 1, "exit": 1}
    assert [(e["line"], e["field"]) for e in result["errors"]] == [(102, field)]


def test_import_of_likes_needs_no_text(load):
    load("platform_id,kind,author\n1,like,Ana\n")

    assert Interaction.objects.get().kind == "like"


def test_import_of_an_unknown_kind_is_refused(load):
    result = load("platform_id,kind,text\n1,wave,hi\n")

    assert [(e["field"], e["reason"]) for e in result["errors"]] == [
        ("kind", "'wave' is no kind of interaction. Use one of comment, reply, like, share.")
    ]


def test_import_refuses_an_id_that_stands_twice_in_the_file(load):
    result = load(HEADER + "1,,,a\n1,,,b\n")

    assert [(e["line"], e["field"]) for e in result["errors"]] == [(3, "platform_id")]


def test_import_stores_nothing_of_people_who_were_forgotten(load, post):
    erase_author(author_key(post.platform, "Ana"), now=NOW)

    result = load(HEADER + "1,Ana,,Hello\n2,Bo,,Hello there\n")

    assert counts(result) == {"created": 1, "known": 0, "forgotten": 1, "refused": 0, "exit": 0}


def test_import_dry_run_writes_nothing(load):
    before = everything()

    result = load(HEADER + "1,Ana,,Hello\n", dry_run=True)

    assert (result["created"], everything()) == (1, before)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"post": "nowhere"}, "There is no post 'nowhere'. Give Gator's id or the platform's."),
        ({"post": "abc", "platform": "tiktok"}, "There is no post 'abc'."),
        ({"timezone": "Mars"}, "'Mars' is no time zone."),
    ],
    ids=["post", "platform", "zone"],
)
def test_import_with_a_wrong_option_says_the_remedy(load, options, message):
    with pytest.raises(CommandError) as caught:
        load(HEADER + "1,,,a\n", **options)

    assert message in str(caught.value)


def test_import_for_an_id_that_two_posts_answer_to_asks_for_the_platform(load, post):
    make_post(platform_post_id=str(post.pk))

    with pytest.raises(CommandError, match="names 2 posts"):
        load(HEADER, post=str(post.pk))


@given(st.binary() | st.text().map(lambda text: HEADER.encode() + text.encode("utf-8", "replace")))
def test_import_of_any_bytes_ends_well(load, data):
    try:
        result = load(data)
    except CommandError:
        return

    assert result["exit"] == (1 if result["refused"] else 0)


@pytest.mark.skipif(not REAL.exists(), reason="the real comments are not on this machine: ../shared/data")
@pytest.mark.parametrize(("video", "rows"), [("Psy", 350), ("KatyPerry", 350), ("LMFAO", 438)])
def test_import_of_the_real_comments_of_a_video(load, video, rows):
    data = (REAL / "youtube-spam" / f"{video}.csv").read_bytes()

    first, again = load(data, **YOUTUBE), load(data, **YOUTUBE)

    assert (counts(first)["created"], counts(again)["known"]) == (rows, rows)
    assert SocialMediaPost.objects.get().observed_count == rows


@pytest.mark.skipif(not REAL.exists(), reason="the real comments are not on this machine: ../shared/data")
def test_import_of_the_real_comments_of_scamspot_refuses_repeated_numbers(load):
    data = (REAL / "scamspot-instagram-comments" / "train.csv").read_bytes()

    result = load(data, map=["number=platform_id", "msg=text"])

    assert (result["created"], result["refused"]) == (2754, 114)
