import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.enums import AccountState, MetricSource, Platform, PostStatus, SyncStatus
from engagement.models import MetricSnapshot, SocialAccount, SocialMediaPost
from engagement.recording import record_metrics
from engagement.tests.factories import make_account, make_post
from engagement.tests.importing import import_file
from engagement.tests.snapshots_of_tables import everything
from engagement.values import Metrics
from gator.studio.enums import MediaKind
from gator.studio.tests.factories import make_content, make_persona

HEADER = "post_id,published_at,likes\n"
REAL = settings.BASE_DIR.parent / "shared" / "data" / "facebook-live-sellers" / "posts_dev.csv"
REAL_MAP = [
    "page=account",
    "status_id=post_id",
    "status_type=media_kind",
    "published=published_at",
    "num_reactions=likes",
    "num_comments=comments",
    "num_shares=shares",
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def persona():
    return make_persona(slug="mae", timezone="Asia/Bangkok")


@pytest.fixture
def load(tmp_path, persona):
    defaults = {"persona": "mae", "platform": "instagram", "timezone": "Europe/Lisbon"}

    def run(data, **options):
        return import_file("import_posts", tmp_path / "posts.csv", data, **defaults | options)

    return run


def counts(result):
    return {name: result[name] for name in ("created", "updated", "unchanged", "refused", "exit")}


def test_import_of_a_new_post_stores_it_with_its_numbers(load, persona):
    data = (
        "post_id,url,published_at,caption,media_kind,account,handle,likes,comments,reach\n"
        '17,https://www.instagram.com/p/x/,2026-07-14 22:30,"Olá, #Praia\n""sol""",IG reel,1784,@mae,"1,204",--,9.1K\n'
    )

    result = load(data)

    post = SocialMediaPost.objects.select_related("account").get()
    assert counts(result) == {"created": 1, "updated": 0, "unchanged": 0, "refused": 0, "exit": 0}
    assert (post.persona, post.platform_post_id, post.status, post.source) == (
        persona,
        "17",
        PostStatus.PUBLISHED,
        MetricSource.IMPORT,
    )
    assert (post.published_at, post.local_hour, post.local_weekday) == (
        datetime(2026, 7, 14, 21, 30, tzinfo=UTC),
        4,
        2,
    )
    assert (post.caption, post.media_kind, post.url) == (
        'Olá, #Praia\n"sol"',
        MediaKind.VIDEO,
        "https://www.instagram.com/p/x/",
    )
    assert (post.likes, post.comments, post.reach, post.shares) == (1204, None, 9100, None)
    assert (post.next_sync_at, post.sync_status) == (None, SyncStatus.NEVER)
    assert [tag.name for tag in post.hashtags.all()] == ["praia"]
    assert post.account
    assert (post.account.platform_user_id, post.account.handle, post.account.state) == (
        "1784",
        "mae",
        AccountState.PAUSED,
    )
    assert post.snapshots.get().counts() == post.counts()
    assert post.measured_at is not None


def test_import_twice_changes_nothing(load):
    data = "post_id,published_at,caption,account,likes,followers\n1,2026-07-14,#a #b,9,5,70\n2,2026-07-15 10:00,c,9,,\n"
    load(data)
    before = everything()

    result = load(data)

    assert counts(result) == {"created": 0, "updated": 0, "unchanged": 2, "refused": 0, "exit": 0}
    assert everything() == before


def test_import_of_changed_numbers_adds_a_snapshot_and_replaces_the_newest(load):
    load(HEADER + "1,2026-07-14 10:00,5\n")

    result = load(HEADER + "1,2026-07-14 10:00,4\n")

    post = SocialMediaPost.objects.get()
    assert (result["updated"], post.likes) == (1, 4)
    assert list(post.snapshots.values_list("likes", flat=True)) == [4, 5]


def test_import_of_an_older_export_leaves_the_newest_numbers(load):
    load(HEADER + "1,2026-07-14 10:00,5\n", observed_at="2026-07-20T12:00Z")

    load(HEADER + "1,2026-07-14 10:00,3\n", observed_at="2026-07-16T12:00Z")
    result = load(HEADER + "1,2026-07-14 10:00,3\n", observed_at="2026-07-16T12:00Z")

    post = SocialMediaPost.objects.get()
    assert (result["unchanged"], post.likes) == (1, 5)
    assert list(post.snapshots.values_list("likes", flat=True)) == [5, 3]


def test_import_of_other_numbers_of_the_same_moment_is_refused(load):
    load(HEADER + "1,2026-07-14 10:00,5\n", observed_at="2026-07-20T12:00Z")

    result = load(HEADER + "1,2026-07-14 10:00,6\n", observed_at="2026-07-20T12:00Z")

    assert [(e["line"], e["field"]) for e in result["errors"]] == [(2, "observed_at")]


def test_import_that_leaves_a_column_out_keeps_what_is_known(load):
    load("post_id,published_at,caption,likes,reach\n1,2026-07-14 10:00,Olá #praia,5,50\n")

    result = load(HEADER + "1,2026-07-14 10:00,5\n")

    post = SocialMediaPost.objects.get()
    assert (result["unchanged"], post.caption, post.reach, post.hashtags.count()) == (1, "Olá #praia", 50, 1)


def test_import_of_a_changed_caption_changes_the_hashtags(load):
    load("post_id,published_at,caption\n1,2026-07-14 10:00,#a #b\n")

    result = load("post_id,published_at,caption\n1,2026-07-14 10:00,#b #c\n")

    post = SocialMediaPost.objects.get()
    assert (result["updated"], [tag.name for tag in post.hashtags.all()]) == (1, ["b", "c"])


def test_import_takes_only_the_numbers_of_a_post_that_gator_made(load, persona):
    account = make_account(persona=persona)
    content = make_content(persona=persona)
    make_post(account=account, content=content, platform_post_id="1", caption="ours", published_at=NOW)

    load("post_id,published_at,caption,likes\n1,2026-07-14 10:00,theirs,5\n")

    post = SocialMediaPost.objects.get()
    assert (post.caption, post.published_at, post.likes) == ("ours", NOW, 5)


def test_import_knows_a_facebook_post_by_the_id_of_the_api(load, persona):
    account = make_account(persona=persona, platform=Platform.FACEBOOK, platform_user_id="44")
    make_post(account=account, platform_post_id="44_7")

    result = load("Post ID,Page ID,Publish time,Reactions\n7,44,07/14/2026 10:00,5\n", platform="facebook")

    assert (result["updated"], SocialMediaPost.objects.get().likes) == (1, 5)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("1.22E+17,2026-07-14 10:00,1", "post_id"),
        (",2026-07-14 10:00,1", "post_id"),
        ("1,yesterday,1", "published_at"),
        ("1,,1", "published_at"),
        ("1,2999-01-01,1", "published_at"),
        ("1,2026-07-14 10:00,-1", "likes"),
        ("1,2026-07-14 10:00,NaN", "likes"),
        ("1,2026-07-14 10:00,1e400", "likes"),
        (f"1,2026-07-14 10:00,{2**63}", "likes"),
        ('1,2026-07-14 10:00,"1"x', "row"),
    ],
)
def test_import_tells_a_bad_row_and_keeps_the_good_ones(load, row, field):
    result = load(f"{HEADER}{row}\n2,2026-07-14 10:00,7\n")

    assert counts(result) == {"created": 1, "updated": 0, "unchanged": 0, "refused": 1, "exit": 1}
    assert [(e["line"], e["field"]) for e in result["errors"]] == [(2, field)]
    assert SocialMediaPost.objects.get().platform_post_id == "2"


def test_import_tells_every_error_of_a_row_at_its_line(load):
    data = 'post_id,published_at,caption,likes,media_kind\n1,2026-07-14,"two\nlines",3,\n2,never,x,-5,poem\n'

    result = load(data)

    assert [(e["line"], e["field"]) for e in result["errors"]] == [(4, "published_at"), (4, "media_kind"), (4, "likes")]


def test_import_refuses_a_post_that_stands_twice_in_the_file(load):
    result = load(f"{HEADER}1,2026-07-14 10:00,5\n1,2026-07-14 10:00,6\n")

    assert [(e["line"], e["reason"]) for e in result["errors"]] == [
        (3, "duplicate of line 2, which was kept. Remove one of the two.")
    ]
    assert SocialMediaPost.objects.get().likes == 5


def test_import_refuses_posts_and_accounts_of_another_persona(load):
    other = make_account(platform_user_id="9")
    make_post(account=other, platform_post_id="1")
    before = everything()

    result = load("post_id,published_at,account\n1,2026-07-14 10:00,\n2,2026-07-14 10:00,9\n")

    assert [(e["line"], e["field"]) for e in result["errors"]] == [(2, "post_id"), (3, "account")]
    assert everything() == before


def test_import_refuses_a_caption_longer_than_any_platform_allows(load):
    result = load(f"post_id,published_at,caption\n1,2026-07-14 10:00,{'x' * 100_000}\n")

    assert [(e["field"], e["reason"]) for e in result["errors"]] == [
        ("caption", "it has 100,000 characters. Shorten it to 65,000.")
    ]


def test_import_keeps_any_text_as_it_is(load):
    caption = "👩‍👩‍👧 🇵🇹 \u202eRTL e\u0301 <script>alert(1)</script> &amp; {{ x }}"

    load(f"post_id,published_at,caption\n1,2026-07-14 10:00,{caption}\n")

    assert SocialMediaPost.objects.get().caption == caption


def test_import_of_an_x_export_takes_the_hour_from_the_id(load):
    data = (
        'Post id,Date,Post text,Impressions,Likes,Reposts,Shares\n1212092628029698048,"Tue, Dec 31, 2019",Hi,90,3,2,8\n'
    )

    load(data, platform="twitter", timezone="UTC")

    post = SocialMediaPost.objects.get()
    assert post.published_at == datetime(2019, 12, 31, 19, 26, 16, 771000, tzinfo=UTC)
    assert (post.views, post.impressions, post.shares, post.media_kind) == (90, 90, 2, MediaKind.TEXT)


def test_import_of_a_tiktok_export_takes_the_id_from_the_link(load):
    header = "Video title,Video link,Post time,Total likes,Total views\n"
    data = header + "Hi,https://www.tiktok.com/@a/video/741,2026-07-14 10:00,3,1.2K\n"

    load(data, platform="tiktok")

    post = SocialMediaPost.objects.get()
    assert (post.platform_post_id, post.views, post.media_kind) == ("741", 1200, MediaKind.VIDEO)


def test_import_takes_an_id_that_a_spreadsheet_rounded_from_the_link(load):
    data = "Post ID,Permalink,Publish time\n1.22E+17,https://www.facebook.com/44/posts/122158,07/14/2026 10:00\n"

    load(data, platform="facebook")

    assert SocialMediaPost.objects.get().platform_post_id == "122158"


def test_import_of_a_day_alone_knows_no_hour(load):
    load(HEADER + "1,2026-07-14,1\n")

    post = SocialMediaPost.objects.get()
    assert (post.local_hour, post.local_weekday) == (None, 1)


def test_import_sets_followers_from_the_newest_post(load):
    data = "post_id,published_at,account,followers\n2,2026-07-15 10:00,9,80\n1,2026-07-14 10:00,9,70\n"

    load(data)

    assert SocialAccount.objects.get().followers == 80


def test_import_sets_followers_of_a_connected_account_too(load, persona):
    account = make_account(persona=persona, platform_user_id="9", access_token="secret")

    load("post_id,published_at,account,followers\n1,2026-07-14 10:00,9,70\n")

    account.refresh_from_db()
    assert account.followers == 70


def test_import_with_an_account_option_fills_what_the_file_lacks(load):
    load(HEADER + "1,2026-07-14 10:00,1\n", account="9", media_kind="carousel")

    post = SocialMediaPost.objects.select_related("account").get()
    assert post.account
    assert (post.account.platform_user_id, post.media_kind) == ("9", MediaKind.CAROUSEL)


def test_import_dry_run_writes_nothing_and_tells_the_same(load):
    data = "post_id,published_at,account\n1,2026-07-14 10:00,9\n2,never,9\n"
    before = everything()

    tried = load(data, dry_run=True)

    assert everything() == before
    assert counts(tried) == counts(load(data))


def test_import_that_was_killed_before_assessing_is_finished_by_the_next(load):
    data = HEADER + "1,2026-07-14 10:00,5\n"
    load(data)
    SocialMediaPost.objects.update(measured_at=None, total_engagement=None)

    load(data)

    assert SocialMediaPost.objects.get().total_engagement == 5


def test_import_keeps_the_numbers_of_the_api_where_the_file_agrees(load, persona):
    post = make_post(account=make_account(persona=persona), platform_post_id="1")
    record_metrics(post, Metrics(likes=5, reach=50), observed_at=timezone.now() - timedelta(days=1))

    load(HEADER + "1,2026-07-14 10:00,5\n")

    assert MetricSnapshot.objects.get().reach == 50


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"persona": "nobody"}, "There is no persona 'nobody'. Choose from: mae."),
        ({"timezone": "Lisbon"}, "'Lisbon' is no time zone. Give an IANA name such as "),
        ({"platform": "myspace"}, "invalid choice: 'myspace'"),
        ({"map": ["likes"]}, "--map 'likes' is not COLUMN=FIELD"),
        (
            {"map": ["mood=likes"]},
            "--map mood=likes: there is no such column. The file has post_id, published_at, likes.",
        ),
        ({"map": ["likes=joy"]}, "--map likes=joy: there is no such field."),
        ({"observed_at": "soon"}, "--observed-at: 'soon' is not a date"),
        ({"account": "1e17"}, "--account: '1e17' is an id that a spreadsheet rounded."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_import_with_a_wrong_option_says_the_remedy(tmp_path, persona, options, message):
    path = tmp_path / "posts.csv"
    path.write_text(HEADER + "1,2026-07-14,1\n")
    given_ = {"persona": "mae", "platform": "tiktok", "timezone": "UTC"} | options
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in given_.items() if name != "map"]
    arguments += [part for pair in options.get("map", []) for part in ("--map", pair)]

    with pytest.raises(CommandError) as caught:
        call_command("import_posts", str(path), *arguments)

    assert message in str(caught.value)


def test_import_of_a_missing_file_says_so(persona):
    with pytest.raises(CommandError, match="there is no such file"):
        call_command("import_posts", "nowhere.csv", persona="mae", platform="tiktok", timezone="UTC")


def test_import_for_people_ends_with_a_summary(tmp_path, persona):
    path = tmp_path / "posts.csv"
    path.write_text("post_id,published_at,mood\n1,2026-07-14,good\n2,\x1b[2J,\n")
    out = io.StringIO()

    with pytest.raises(CommandError, match="1 rows were refused") as caught:
        call_command("import_posts", str(path), persona="mae", platform="tiktok", timezone="UTC", stdout=out)

    lines = out.getvalue().splitlines()
    assert caught.value.returncode == 1
    assert lines[0] == "Columns without a meaning here: mood."
    assert lines[2].startswith("line 3, published_at: '\\x1b[2J' is not a date")
    assert lines[3].startswith("1 created, 0 updated, 0 unchanged, 1 refused in ")


def test_import_costs_the_same_queries_for_one_row_and_for_three(load):
    def queries(rows):
        with CaptureQueriesContext(connection) as captured:
            load("post_id,published_at,caption,account,likes\n" + rows)
        return len(captured)

    load("post_id,published_at,account\n1,2026-07-14,8\n2,2026-07-14,9\n")

    one = queries("3,2026-07-15,#a,9,5\n")
    three = queries("4,2026-07-16,#b,9,5\n5,2026-07-16,#c #d,9,5\n6,2026-07-16,#e,9,5\n")

    assert three == one


@given(st.binary() | st.text().map(lambda text: HEADER.encode() + text.encode("utf-8", "replace")))
def test_import_of_any_bytes_ends_well(load, data):
    try:
        result = load(data)
    except CommandError:
        return

    assert result["exit"] == (1 if result["refused"] else 0)


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 99) | st.none() | CELL, CELL), max_size=8))
def test_import_of_any_rows_twice_changes_nothing(load, rows):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["post_id", "published_at", "likes", "caption"])
    writer.writerows([post_id, "2026-07-14 10:00", likes, caption] for post_id, likes, caption in rows)
    SocialMediaPost.objects.all().delete()
    load(out.getvalue())
    before = everything()

    load(out.getvalue())

    assert everything() == before


@pytest.mark.skipif(not REAL.exists(), reason="the real posts are not on this machine: ../shared/data")
def test_import_of_the_real_posts_of_nine_pages(load):
    options = {"platform": "facebook", "timezone": "Asia/Bangkok", "map": REAL_MAP, "observed_at": "2018-08-01T00:00Z"}

    first = load(REAL.read_bytes(), **options)
    again = load(REAL.read_bytes(), **options)

    assert counts(first) == {"created": 5596, "updated": 0, "unchanged": 0, "refused": 0, "exit": 0}
    assert counts(again) == {"created": 0, "updated": 0, "unchanged": 5596, "refused": 0, "exit": 0}
    assert (SocialAccount.objects.count(), MetricSnapshot.objects.count()) == (9, 5596)
