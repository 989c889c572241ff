import pytest

from engagement.enums import Platform
from engagement.imports.columns import interaction_columns, post_columns
from engagement.imports.formats import any_table
from engagement.imports.table import TableError

INSTAGRAM = (
    "Post ID,Account ID,Account username,Account name,Description,Duration (sec),Publish time,Permalink,Post type,"
    "Data comment,Date,Views,Reach,Likes,Shares,Follows,Comments,Saves"
)
FACEBOOK = (
    "Post ID|Page ID|Page name|Title|Description|Publish time|Permalink|Post type|Date|Views|Reach|"
    "Reactions, comments and shares|Reactions|Comments|Shares|3-Second Video Views"
)
X = "Post id,Date,Post text,Post Link,Impressions,Likes,Engagements,Bookmarks,Shares,Replies,Reposts,Profile visits"
OLD_X = "Tweet id,Tweet permalink,Tweet text,time,impressions,engagements,engagement rate,retweets,replies,likes"
TIKTOK = "Time,Video title,Video link,Post time,Total likes,Total comments,Total shares,Total views,Add to favorites"


def fields(header, platform, separator=",", mapping=None):
    names = header.split(separator)
    columns = post_columns(names, any_table(platform), mapping or {})
    return {field: [names[i] for i in positions] for field, positions in columns.positions.items()}


def test_instagram_export_needs_no_map():
    result = fields(INSTAGRAM, Platform.INSTAGRAM)

    assert result == {
        "post_id": ["Post ID"],
        "account": ["Account ID"],
        "handle": ["Account username"],
        "caption": ["Description"],
        "published_at": ["Publish time"],
        "url": ["Permalink"],
        "media_kind": ["Post type"],
        "views": ["Views"],
        "reach": ["Reach"],
        "likes": ["Likes"],
        "shares": ["Shares"],
        "follows": ["Follows"],
        "comments": ["Comments"],
        "saves": ["Saves"],
    }


def test_facebook_export_takes_title_and_description_and_no_sum_column():
    result = fields(FACEBOOK, Platform.FACEBOOK, "|")

    assert (result["caption"], result["likes"], result["comments"], result["shares"], result["account"]) == (
        ["Title", "Description"],
        ["Reactions"],
        ["Comments"],
        ["Shares"],
        ["Page ID"],
    )


def test_x_export_counts_reposts_as_shares_and_not_sent_links():
    result = fields(X, Platform.TWITTER)

    assert (result["shares"], result["comments"], result["saves"], result["published_at"]) == (
        ["Reposts"],
        ["Replies"],
        ["Bookmarks"],
        ["Date"],
    )


@pytest.mark.parametrize(("header", "platform"), [(OLD_X, Platform.TWITTER), (TIKTOK, Platform.TIKTOK)])
def test_other_exports_need_no_map(header, platform):
    result = fields(header, platform)

    assert {*result} >= {"url", "published_at", "caption", "likes", "comments", "shares"}


def test_headers_match_whatever_their_case_order_and_spaces():
    result = fields("LIKES,publish  TIME, post_id ", Platform.INSTAGRAM)

    assert result == {"likes": ["LIKES"], "published_at": ["publish  TIME"], "post_id": [" post_id "]}


def test_map_overrides_what_is_known():
    result = fields("id,date,likes,all", Platform.TIKTOK, mapping={"ALL": "likes"})

    assert result["likes"] == ["all"]


def test_unknown_columns_are_listed():
    columns = post_columns(["id", "date", "mood", ""], any_table(Platform.TIKTOK), {})

    assert columns.ignored == ["mood", "column 4"]


@pytest.mark.parametrize(
    ("header", "mapping", "message"),
    [
        (["a", "date"], {}, "No column holds post_id. .*--map 'COLUMN=post_id'; the file has a, date"),
        (["id"], {}, "No column holds published_at"),
        (["id", "date"], {"x": "likes"}, "--map x=likes: there is no such column. The file has id, date"),
        (["id", "date"], {"id": "colour"}, "--map id=colour: there is no such field. Choose from post_id"),
    ],
    ids=["no id", "no time", "no such column", "no such field"],
)
def test_post_columns_without_remedy_are_refused(header, mapping, message):
    with pytest.raises(TableError, match=message):
        post_columns(header, any_table(Platform.TIKTOK), mapping)


def test_x_posts_need_no_time_column():
    columns = post_columns(["Post id"], any_table(Platform.TWITTER), {})

    assert columns.has("post_id")


def test_interaction_columns_without_an_id_are_refused():
    with pytest.raises(TableError, match="No column holds platform_id"):
        interaction_columns(["text"], {})
