"""The exports of the platforms: which file is which, and that every column means what its platform says."""

import csv
import io
import random
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from engagement.enums import Platform
from engagement.imports.columns import POST_FIELDS, post_columns
from engagement.imports.formats import FORMATS
from engagement.imports.recognition import days_in_name, format_of
from engagement.imports.table import TableError, read_table
from engagement.models import MetricSnapshot, SocialAccount, SocialMediaPost
from engagement.tests.exports import (
    CONTENT,
    FACEBOOK,
    INSTAGRAM,
    OLD_X,
    OTHERS,
    SERIES,
    TIKTOK,
    X,
)
from engagement.tests.factories import make_account, make_post
from engagement.tests.importing import import_file
from engagement.tests.snapshots_of_tables import everything
from gator.studio.enums import MediaKind
from gator.studio.tests.factories import make_persona

pytestmark = pytest.mark.django_db

AUGUST = {"observed_at": "2026-08-01T12:00Z"}
EVERY_EXPORT = pytest.mark.parametrize(("name", "data"), CONTENT.items(), ids=CONTENT)


@pytest.fixture
def persona():
    return make_persona(slug="mae")


@pytest.fixture
def load(tmp_path, persona):
    def run(data, name="export.csv", **options):
        given_ = {"persona": "mae", "timezone": "Europe/Lisbon", **options}
        return import_file("import_posts", tmp_path / name, data, **given_)

    return run


def recognised_as(header, platform=""):
    return format_of(read_table(f"{header}\n".encode()), platform, {}).name


def reasons(result):
    return [(error["line"], error["field"], error["reason"]) for error in result["errors"]]


# --- Which file is which ---


@EVERY_EXPORT
def test_export_is_recognised_by_its_header(name, data):
    result = format_of(read_table(data), "", {})

    assert result.name == name


@EVERY_EXPORT
def test_export_is_recognised_whatever_case_order_and_further_columns(name, data):
    header = next(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    shuffled = random.Random(7).sample([column.upper() for column in header] + ["Mood"], len(header) + 1)
    line = io.StringIO()
    csv.writer(line).writerow(shuffled)

    result = recognised_as(line.getvalue().strip())

    assert result == name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Post ID,Publish time,Account username,Likes", "meta_instagram"),
        ("Post ID,Permalink,Publish time,Likes,Saves", "meta_instagram"),
        ("Permalink,Publish time,Plays,Impressions", "meta_instagram"),
        ("Post ID,Publish time,Page name", "meta_facebook"),
        ("Permalink,Publish time,Reactions", "meta_facebook"),
        ('Permalink,Publish time,"Reactions, Comments and Shares"', "meta_facebook"),
        ("Post id,Post text,Likes", "x_analytics"),
        ("Post Link,Reposts,Date", "x_analytics"),
        ("Tweet id,Tweet text", "x_analytics_old"),
        ("Video link,Post time", "tiktok_studio"),
        ("video_link,POST TIME", "tiktok_studio"),
    ],
)
def test_export_is_recognised_without_many_of_its_columns(header, name):
    result = recognised_as(header)

    assert result == name


@pytest.mark.parametrize(
    ("header", "platform", "message"),
    [
        ("id,when,hearts", "", "No known export has this header: id, when, hearts. .*--platform .*--map COLUMN=FIELD"),
        ("Publish time,Permalink", "", "No known export"),
        ("Beitrags-ID,Konto-ID,Nutzername", "", "English headers"),
        (
            "Publish time,Page ID,Account ID",
            "",
            r"Two exports fit: the header \(account id, publish time\) is that of the content export of Meta Business "
            r"Suite for Instagram, and the header \(page id, publish time\) is .* for Facebook. .*--platform",
        ),
        (
            "Post id,Post text",
            "tiktok",
            r"--platform tiktok, but the header \(post id, post text\) .* X analytics. .*twitter",
        ),
        ("Publish time,Page ID", "instagram", "--platform instagram, but .* for Facebook"),
        ("Video link,Post time", "facebook", "--platform facebook, but .* TikTok Studio"),
    ],
    ids=["none", "too little", "other language", "two", "X as TikTok", "Facebook as Instagram", "TikTok as Facebook"],
)
def test_header_that_does_not_say_the_platform_is_refused_with_a_remedy(header, platform, message):
    with pytest.raises(TableError, match=message):
        recognised_as(header, platform)


@pytest.mark.parametrize(
    ("header", "platform", "name"),
    [
        ("Publish time,Page ID,Account ID", "facebook", "meta_facebook"),
        ("Post id,Post text,Tweet id,Tweet text", "twitter", ""),
        ("id,when", "tiktok", ""),
        ("Video link,Post time", "tiktok", "tiktok_studio"),
    ],
    ids=["two fit", "both of X", "free table", "agrees"],
)
def test_given_platform_decides(header, platform, name):
    result = recognised_as(header, platform)

    assert result == name


@pytest.mark.parametrize(("title", "data"), OTHERS.items(), ids=OTHERS)
@pytest.mark.parametrize("platform", ["", "instagram"])
def test_file_without_posts_is_named_and_refused(load, title, data, platform):
    before = everything()

    with pytest.raises(CommandError) as caught:
        load(data, platform=platform)

    assert str(caught.value).startswith(f"This is {title}: it holds no posts. Nothing was imported.")
    assert "import_posts takes the content export" in str(caught.value)
    assert everything() == before


def test_table_of_posts_with_a_column_of_hours_is_no_other_file():
    results = [recognised_as(header, "tiktok") for header in ("post_id,published_at,hour", "row,month,day,hour,likes")]

    assert results == ["", ""]


def test_every_column_of_a_format_feeds_a_field_there_is():
    fields = {field for one in FORMATS for field in one.columns.values()}

    assert fields - set(POST_FIELDS) == set()


def test_no_column_is_both_read_and_ignored():
    assert [one.name for one in FORMATS if set(one.columns) & set(one.ignored)] == []


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_signs_of_one_export_show_no_other(form):
    others = [other for other in FORMATS if other is not form]

    assert [(sign, other.name) for sign in form.signs for other in others if other.seen_in(sign)] == []


# --- What the columns mean ---


def test_instagram_export(load):
    result = load(INSTAGRAM)

    reel, carousel = SocialMediaPost.objects.order_by("platform_post_id")
    assert (result["format"], result["platform"], result["created"], result["errors"]) == (
        "meta_instagram",
        "instagram",
        2,
        [],
    )
    assert (reel.caption, reel.media_kind, reel.url) == (
        'Late, "again"\n#night',
        MediaKind.VIDEO,
        "https://www.instagram.com/reel/Cabc123/",
    )
    assert reel.published_at == datetime(2026, 7, 14, 21, 30, tzinfo=UTC)
    assert (reel.views, reel.reach, reel.likes, reel.shares, reel.follows, reel.comments, reel.saves) == (
        1200,
        950,
        88,
        7,
        3,
        12,
        9,
    )
    assert (carousel.media_kind, carousel.views, carousel.reach, carousel.likes, carousel.follows) == (
        MediaKind.CAROUSEL,
        12_400,
        None,
        None,
        None,
    )
    assert SocialAccount.objects.get().handle == "mae.afterhours"


def test_older_instagram_export_has_plays_and_impressions(load):
    load(
        "Post ID,Account ID,Publish time,Post type,Plays,Impressions\n"
        "17901234567890123,1784,07/14/2026 10:00,IG reel,70,90\n"
    )

    post = SocialMediaPost.objects.get()
    assert (post.video_views, post.impressions, post.views) == (70, 90, None)


def test_facebook_export(load):
    result = load(FACEBOOK)

    post = SocialMediaPost.objects.get()
    assert (result["format"], result["errors"]) == ("meta_facebook", [])
    assert (post.caption, post.media_kind, post.platform_post_id) == (
        "Short and then long, #kite",
        MediaKind.VIDEO,
        "122158000000000017",
    )
    assert (post.views, post.reach, post.likes, post.comments, post.shares) == (900, 800, 50, 10, 6)
    assert (post.link_clicks, post.video_views, post.total_watch_seconds, post.average_watch_seconds) == (
        4,
        300,
        1234,
        6.1,
    )


def test_x_export(load):
    result = load(X)

    post = SocialMediaPost.objects.get()
    assert (result["format"], result["errors"]) == ("x_analytics", [])
    assert post.published_at == datetime(2019, 12, 31, 19, 26, 16, 771000, tzinfo=UTC)
    assert (post.views, post.impressions, post.likes, post.comments, post.shares, post.saves) == (90, 90, 3, 4, 5, 2)
    assert (post.follows, post.link_clicks, post.profile_visits, post.total_engagement) == (1, 9, 6, 14)


def test_x_export_without_reposts_does_not_take_sent_links_for_them(load):
    load('Post id,Post text,Date,Likes,Shares\n1212092628029698048,Hi,"Tue, Dec 31, 2019",3,8\n')

    assert SocialMediaPost.objects.get().shares is None


def test_x_export_from_before_2024(load):
    result = load(OLD_X)

    post = SocialMediaPost.objects.get()
    assert (result["format"], result["errors"]) == ("x_analytics_old", [])
    assert post.published_at == datetime(2023, 5, 1, 8, 30, tzinfo=UTC)
    assert (post.views, post.likes, post.comments, post.shares, post.profile_visits, post.link_clicks) == (
        90,
        3,
        4,
        5,
        6,
        2,
    )


def test_tiktok_export(load):
    result = load(TIKTOK, **AUGUST)

    first, second = SocialMediaPost.objects.order_by("platform_post_id")
    assert (result["format"], result["errors"]) == ("tiktok_studio", [])
    assert (first.platform_post_id, first.published_at, first.local_hour) == (
        "7301000000000000001",
        datetime(2026, 7, 13, 23, tzinfo=UTC),
        None,
    )
    assert (first.likes, first.views, first.saves, first.total_watch_seconds, first.average_watch_seconds) == (
        3,
        1200,
        2,
        1052,
        6.1,
    )
    assert second.published_at == datetime(2026, 7, 15, 17, 30, tzinfo=UTC)
    assert (second.likes, second.shares, second.saves, second.average_watch_seconds) == (None, None, None, 62)
    assert (first.video_completion_rate, second.video_completion_rate) == (12.5, 40.0)


@pytest.mark.parametrize(
    ("cells", "rates"),
    [
        (("0.125", "1"), [12.5, 100.0]),
        (("12.5", "0.4"), [12.5, 0.4]),
        (("12.5%", "0.4%"), [12.5, 0.4]),
        (("12,5 %", "0.4"), [12.5, 40.0]),
        (("0", "0"), [0.0, 0.0]),
        (("", "--"), [None, None]),
    ],
)
def test_rate_of_tiktok_is_a_fraction_or_percent_by_its_whole_column(load, cells, rates):
    rows = "".join(
        f'https://www.tiktok.com/@a/video/{number},2026-07-14 10:00,"{cell}"\n' for number, cell in enumerate(cells, 1)
    )

    load(f"Video link,Post time,Watched full video\n{rows}")

    found = SocialMediaPost.objects.order_by("platform_post_id").values_list("video_completion_rate", flat=True)
    assert list(found) == rates


@EVERY_EXPORT
def test_export_again_changes_nothing_and_a_newer_one_replaces(load, name, data):
    load(data, **AUGUST)
    posts = SocialMediaPost.objects.count()

    again = load(data, **AUGUST)
    later = load(data.replace(b",3,", b",4,"), observed_at="2026-09-01T12:00Z", year=2026)

    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, posts)
    assert (later["created"], SocialMediaPost.objects.count()) == (0, posts)
    assert MetricSnapshot.objects.count() == posts + later["updated"]


def test_explain_tells_the_columns_and_writes_nothing(load):
    before = everything()

    result = load(FACEBOOK, explain=True)

    meanings = {row["column"]: row["meaning"] for row in result["columns"]}
    assert (result["format"], everything()) == ("meta_facebook", before)
    assert (meanings["Reactions"], meanings["Total clicks"], meanings["Reactions, comments and shares"]) == (
        "likes",
        "not read: clicks on anything; only those on links are kept",
        "not read: the sum of three other columns",
    )
    assert meanings["Negative feedback from users: Hide all"] == "not read: no meaning here"


def test_command_tells_people_which_export_it_is(tmp_path, persona):
    path = tmp_path / "x.csv"
    path.write_bytes(X)
    out = io.StringIO()

    call_command("import_posts", str(path), persona="mae", timezone="UTC", explain=True, stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[0] == "This is the content export of X analytics."
    assert "Reposts: shares" in lines


def test_map_goes_before_what_a_format_ignores():
    form = format_of(read_table(FACEBOOK), "", {})

    columns = post_columns(read_table(FACEBOOK).header, form, {"Total clicks": "link_clicks"})

    assert dict(columns.meanings(read_table(FACEBOOK).header))["Total clicks"] == "link_clicks"


# --- Ids that a spreadsheet rounded ---


@pytest.mark.parametrize(
    ("header", "row", "post_id"),
    [
        ("Post id,Post Link,Date", "1.21209E+18,https://x.com/a/status/1212092628029698048,", "1212092628029698048"),
        (
            "Post id,Post Link,Date",
            "1212092628029690000,https://x.com/a/status/1212092628029698048,",
            "1212092628029698048",
        ),
        (
            "Post ID,Page ID,Permalink,Publish time",
            "1.22158E+17,44,https://www.facebook.com/mae/posts/some-words/122158000000000017,07/14/2026 10:00",
            "122158000000000017",
        ),
        (
            "Post ID,Page ID,Permalink,Publish time",
            '"1,22158E+17",44,https://facebook.com/permalink.php?story_fbid=122158000000000017&id=44,07/14/2026 10:00',
            "122158000000000017",
        ),
        (
            "Post ID,Page ID,Permalink,Publish time",
            "1.22158E+17,44,https://www.facebook.com/reel/122158000000000017/,07/14/2026 10:00",
            "122158000000000017",
        ),
    ],
    ids=["X", "X with zeros", "posts", "story_fbid", "reel of the same id"],
)
def test_rounded_id_is_taken_from_an_address_that_holds_it(load, header, row, post_id):
    result = load(f"{header}\n{row}\n")

    assert (result["errors"], SocialMediaPost.objects.get().platform_post_id) == ([], post_id)


@pytest.mark.parametrize(
    ("known", "exported"),
    [
        ("https://www.instagram.com/p/Cabc123/", "https://www.instagram.com/reel/Cabc123/?igsh=x"),
        ("https://instagram.com/mae/p/Cabc123", "http://www.instagram.com/p/Cabc123/"),
    ],
)
def test_rounded_id_of_instagram_is_found_through_a_known_post(load, persona, known, exported):
    make_post(account=make_account(persona=persona), platform_post_id="17901234567890123", url=known)

    result = load(f"Post ID,Account ID,Permalink,Publish time,Likes\n1.79012E+16,,{exported},07/14/2026 10:00,5\n")

    assert (result["errors"], result["updated"], SocialMediaPost.objects.get().likes) == ([], 1, 5)


def test_rounded_id_of_a_facebook_video_is_not_that_of_the_video(load, persona):
    account = make_account(persona=persona, platform=Platform.FACEBOOK, platform_user_id="44")
    make_post(account=account, platform_post_id="44_122", url="https://www.facebook.com/reel/9988/")

    data = (
        "Post ID,Page ID,Permalink,Publish time,Reactions\n{},44,https://www.facebook.com/reel/{}/,07/14/2026 10:00,5\n"
    )
    found = load(data.format("1.22158E+17", "9988"))
    lost = load(data.format("1.22158E+17", "7766"))

    assert (found["errors"], found["updated"]) == ([], 1)
    assert [(line, field) for line, field, _ in reasons(lost)] == [(2, "post_id")]


def test_rounded_id_that_nothing_tells_is_refused_with_a_remedy(load):
    result = load(
        "Post ID,Account ID,Permalink,Publish time\n"
        "1.79012E+16,,https://www.instagram.com/p/Cabc123/,07/14/2026 10:00\n"
        "1.79012E+16,,,07/14/2026 10:00\n"
        ",,https://www.instagram.com/p/Cabc123/,07/14/2026 10:00\n"
    )

    told = [reason for _, _, reason in reasons(result)]
    assert "a spreadsheet rounded, its address does not hold it, and no known post has that address" in told[0]
    assert "Use the file as it was downloaded" in told[0]
    assert "is an id that a spreadsheet rounded. Use the file as it was downloaded" in told[1]
    assert told[2].startswith("the row names no post.")


def test_address_of_two_known_posts_or_of_another_persona_tells_nothing(load, persona):
    account = make_account(persona=persona)
    for number in (1, 2):
        make_post(account=account, platform_post_id=f"1790{number}", url="https://www.instagram.com/p/twice/")
    make_post(account=make_account(), platform_post_id="17903", url="https://www.instagram.com/p/theirs/")

    result = load(
        "Post ID,Account ID,Permalink,Publish time\n"
        "1.79E+4,,https://www.instagram.com/p/twice/,07/14/2026 10:00\n"
        "1.79E+4,,https://www.instagram.com/p/theirs/,07/14/2026 10:00\n"
    )

    assert [line for line, _, _ in reasons(result)] == [2, 3]


def test_same_post_by_its_id_and_by_its_address_is_a_duplicate(load, persona):
    make_post(account=make_account(persona=persona), platform_post_id="17901", url="https://www.instagram.com/p/a/")

    result = load(
        "Post ID,Account ID,Permalink,Publish time\n"
        "17901,,https://www.instagram.com/p/a/,07/14/2026 10:00\n"
        "1.79E+4,,https://www.instagram.com/p/a/,07/14/2026 10:00\n"
    )

    assert [(line, reason[:19]) for line, _, reason in reasons(result)] == [(3, "duplicate of line 2")]


# --- Dates ---


def tiktok(*times):
    rows = (f'https://www.tiktok.com/@a/video/{n},"{time}",1\n' for n, time in enumerate(times, start=1))
    return f"Video link,Post time,Total likes\n{''.join(rows)}"


def days():
    found = SocialMediaPost.objects.order_by("platform_post_id").values_list("published_at", flat=True)
    return [f"{moment:%Y-%m-%d}" for moment in found]


def test_dates_without_a_year_cross_new_year(load):
    result = load(tiktok("January 5", "December 30", "02-01 10:00"), timezone="UTC", observed_at="2026-02-01T12:00Z")

    assert days() == ["2026-01-05", "2025-12-30", "2026-02-01"]
    assert any("Dates without a year were placed in the year up to 2026-02-01" in note for note in result["notes"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Content_2024-10-01_2025-03-31.csv", ["2024-12-30", "2025-01-05"]),
        ("content 20251001-20260131.csv", ["2025-12-30", "2026-01-05"]),
        ("content_2025-12-31_2025-01-01.csv", ["2025-12-30", "2026-01-05"]),
        ("content_2025-13-01_2025-14-31.csv", ["2025-12-30", "2026-01-05"]),
    ],
)
def test_dates_without_a_year_lie_in_the_days_of_the_files_name(load, name, expected):
    load(tiktok("December 30", "January 5"), name, timezone="UTC", **AUGUST)

    assert days() == expected


def test_date_without_a_year_that_fits_two_is_refused_until_the_year_is_given(load):
    name = "content_2024-07-01_2026-07-31.csv"

    refused = load(tiktok("July 14"), name, **AUGUST)
    taken = load(tiktok("July 14"), name, timezone="UTC", year=2025, **AUGUST)

    assert (
        "has no year, and 2024 and 2025 and 2026 fit the days the file is about. Give --year." in reasons(refused)[0][2]
    )
    assert (taken["errors"], days()) == ([], ["2025-07-14"])


def test_leap_day_without_a_year_is_refused_outside_its_year(load):
    refused = load(tiktok("February 29"), **AUGUST)
    taken = load(tiktok("February 29"), timezone="UTC", observed_at="2024-08-01T12:00Z")

    assert "is no day of the year before 2026-08-01. Give --year" in reasons(refused)[0][2]
    assert (taken["errors"], days()) == ([], ["2024-02-29"])


@pytest.mark.parametrize(
    ("times", "options", "expected"),
    [
        (["05/07/2026", "14/07/2026"], {}, ["2026-07-05", "2026-07-14"]),
        (["05/07/2026", "07/14/2026"], {}, ["2026-05-07", "2026-07-14"]),
        (["05/07/2026 10:00"], {}, ["2026-05-07"]),
        (["05/07/2026"], {"date_order": "dmy"}, ["2026-07-05"]),
        (["05.07.2026 10:00", "14.07.2026 9:05"], {}, ["2026-07-05", "2026-07-14"]),
        (["05.07.2026"], {"date_order": "dmy"}, ["2026-07-05"]),
        (["05-07 10:00", "14-07 10:00"], {}, ["2026-07-05", "2026-07-14"]),
        (["5. Juli 2026", "14 de julho de 2026"], {}, ["2026-07-05", "2026-07-14"]),
    ],
)
def test_order_of_dates_is_that_of_the_column(load, times, options, expected):
    result = load(tiktok(*times), timezone="UTC", **AUGUST, **options)

    assert (result["errors"], days()) == ([], expected)


def test_order_of_dates_that_nothing_shows_is_told(load):
    slashes = load(tiktok("05/07/2026", "06/07/2026"), **AUGUST)
    dots = load(tiktok("05.07.2026"), **AUGUST)

    assert any("months are taken. Change it with --date-order" in note for note in slashes["notes"])
    assert "could be two days. Say with --date-order" in reasons(dots)[0][2]


def test_dates_in_both_orders_are_refused_until_one_is_chosen(load):
    data = tiktok("14/07/2026", "07/14/2026")

    with pytest.raises(CommandError, match=r"not written in one way: '14/07/2026' and '07/14/2026'. .*--date-order"):
        load(data)
    result = load(data, date_order="dmy", timezone="UTC")

    assert ([line for line, _, _ in reasons(result)], days()) == ([3], ["2026-07-14"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("account_analytics_content_2026-07-01_2026-07-31.csv", ("2026-07-01", "2026-07-31")),
        ("2026-07-01.csv", None),
        ("a_1234567890123_2026-07-01.csv", None),
        ("2026-07-01 2026-07-02 2026-07-03", None),
    ],
)
def test_days_in_the_name_of_a_file(name, expected):
    found = days_in_name(name)

    assert (found and tuple(map(str, found))) == expected


# --- Any file ---


NUMBER = st.none() | st.integers(0, 10**6)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)


@given(
    st.lists(st.tuples(TEXT, NUMBER, NUMBER, NUMBER), min_size=1, max_size=5), st.sampled_from(["utf-8-sig", "utf-16"])
)
def test_export_that_was_written_is_read_as_it_was(load, rows, encoding):
    SocialMediaPost.objects.all().delete()
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["Post ID", "Account ID", "Description", "Publish time", "Likes", "Reach", "Saves"])
    for number, (text, *numbers) in enumerate(rows, start=1):
        shown = [f"{value:,}" if value is not None else "--" for value in numbers]
        writer.writerow([f"1790{number:03}", "1784", text, "07/14/2026 10:00", *shown])

    load(out.getvalue().encode(encoding))

    found = SocialMediaPost.objects.order_by("platform_post_id").values_list("caption", "likes", "reach", "saves")
    assert list(found) == rows


@pytest.mark.parametrize("number", [1, 3])
def test_rounded_ids_cost_one_query_for_any_number_of_rows(load, persona, number, django_assert_max_num_queries):
    rows = "".join(f"1.79E+4,,https://www.instagram.com/p/x{n}/,07/14/2026 10:00\n" for n in range(number))

    with django_assert_max_num_queries(12) as captured:
        load(f"Post ID,Account ID,Permalink,Publish time\n{rows}")

    assert len([query for query in captured if '"url"' in query["sql"] and "persona_id" in query["sql"]]) == 1


def test_series_without_its_byte_order_mark_is_still_named(load):
    with pytest.raises(CommandError, match="a daily series of Meta Business Suite"):
        load(SERIES[2:], encoding="utf-16-le")
