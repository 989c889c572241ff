"""Three posts as each platform's documentation shows them, the second in whatever form, and odd ways to send it all."""

import gzip
import json
from collections.abc import Callable
from typing import Any

from engagement.platforms import ADAPTERS, errors
from engagement.tests.replies import Answer, answering
from engagement.values import Credentials, Metrics, Visible

ME = Credentials(platform_user_id="1784", handle="me", access_token="token-of-a-test")
IDS = ("1784_1", "1784_2", "1784_3")
WHEN = "2026-08-01T10:56:52+0000"
Change = Callable[[Any], Any]
Got = dict[str, Metrics | errors.PlatformError]


def insights(**numbers: Any) -> dict[str, Any]:
    return {"data": [{"name": name, "period": "lifetime", "values": [{"value": one}]} for name, one in numbers.items()]}


def _instagram(one: str) -> dict[str, Any]:
    told = insights(views=90, reach=80, saved=3, shares=4, reposts=2, follows=1, profile_visits=6)
    media = {
        "id": one,
        "media_type": "IMAGE",
        "media_product_type": "FEED",
        "timestamp": WHEN,
        "permalink": "https://i.example/p/1",
    }
    return {**media, "like_count": 7, "comments_count": 2, "insights": told}


def _facebook(one: str) -> dict[str, Any]:
    return {
        "id": one,
        "created_time": WHEN,
        "shares": {"count": 7},
        "comments": {"data": [], "summary": {"total_count": 5}},
        "reactions": {"data": [], "summary": {"total_count": 9}},
        "insights": insights(post_media_view=54, post_total_media_view_unique=42, post_clicks=3),
    }


def _twitter(one: str) -> dict[str, Any]:
    numbers = {"retweet_count": 50, "reply_count": 12, "like_count": 234, "quote_count": 5, "bookmark_count": 8}
    return {"id": one, "text": "Hi", "public_metrics": {**numbers, "impression_count": 5432}}


def _tiktok(one: str) -> dict[str, Any]:
    counters = {"view_count": 1500, "like_count": 80, "comment_count": 12, "share_count": 5}
    return {"id": one, "create_time": 1709312400, "duration": 8, **counters}


def _business(one: str) -> dict[str, Any]:
    counters = {"video_views": 5200, "likes": 310, "comments": 12, "shares": 44, "favorites": 20, "reach": 4100}
    times = {"average_time_watched": 6.1, "total_time_watched": 31720.5, "full_video_watched_rate": 0.41}
    return {"item_id": one, "create_time": "1786032726", "video_duration": 8.0, **counters, **times}


def _data(posts: list[Any]) -> Any:
    return {"data": posts}


def _videos(posts: list[Any]) -> Any:
    return {"data": {"videos": posts, "has_more": False}, "error": {"code": "ok", "message": "", "log_id": "2022"}}


def _coded(posts: list[Any]) -> Any:
    return {"code": 0, "message": "OK", "request_id": "r", "data": {"videos": posts, "has_more": False}}


# By adapter: a post, and the answer around several.
POSTS: dict[str, tuple[Callable[[str], dict[str, Any]], Callable[[list[Any]], Any]]] = {
    "instagram": (_instagram, _data),
    "instagram_facebook_login": (_instagram, _data),
    "facebook": (_facebook, _data),
    "twitter": (_twitter, _data),
    "tiktok": (_tiktok, _videos),
    "tiktok_business": (_business, _coded),
}


def ids_of(name: str) -> tuple[str, ...]:
    """Ids as the platform has them; X's and TikTok's are digits alone."""
    return IDS if name in ("facebook", "instagram", "instagram_facebook_login") else tuple("123")


def body_of(name: str, change: Change = lambda post: post) -> Any:
    """The answer with three posts, the second changed."""
    make, around = POSTS[name]
    first, second, third = map(make, ids_of(name))
    return around([first, change(second), third])


def read(name: str, *answers: Answer) -> Got:
    """What the adapter makes of the answers; an error of the account stands for every post."""
    with answering(*answers) as asked, ADAPTERS[name](ME, asked.address) as adapter:
        try:
            return adapter.fetch_metrics(ids_of(name))
        except errors.NotFound as error:
            # As syncing takes it: of a whole request this says nothing of any one post.
            return dict.fromkeys(ids_of(name), errors.TemporaryFailure(error.message))
        except errors.PlatformError as error:
            return dict.fromkeys(ids_of(name), error)


def visible(name: str, *answers: Answer) -> Visible | errors.PlatformError:
    """What the adapter sees under a post."""
    with answering(*answers) as asked, ADAPTERS[name](ME, asked.address) as adapter:
        try:
            return adapter.fetch_interactions(ids_of(name)[0], frozenset())
        except errors.PlatformError as error:
            return error


# Comments: the ids of three threads, and the answer around them.

COMMENT_IDS = ("11", "12", "13")


def _graph_comment(one: str) -> dict[str, Any]:
    person = {"id": f"5{one}", "username": f"ann{one}", "name": "Ann"}
    words = {"text": "Great!", "message": "Great!", "timestamp": WHEN, "created_time": WHEN}
    return {"id": one, **words, "username": f"ann{one}", "from": person, "like_count": 2}


def _x_reply(one: str) -> dict[str, Any]:
    counters = {"like_count": 2}
    return {
        "id": one,
        "text": "nice",
        "author_id": "77",
        "created_at": "2026-08-07T09:00:00.000Z",
        "public_metrics": counters,
    }


def _business_comment(one: str) -> dict[str, Any]:
    person = {
        "unique_identifier": f"u{one}",
        "username": f"sam{one}",
        "display_name": "Sam",
        "profile_image": "https://p",
    }
    return {
        "comment_id": one,
        "text": "wow",
        "create_time": 1786032900,
        "likes": 2,
        "replies": 0,
        "owner": False,
        **person,
    }


def _threads(comments: list[Any]) -> Any:
    return {"code": 0, "message": "OK", "data": {"has_more": False, "comments": comments}}


COMMENTS: dict[str, tuple[Callable[[str], dict[str, Any]], Callable[[list[Any]], Any]]] = {
    "instagram": (_graph_comment, _data),
    "facebook": (_graph_comment, _data),
    "twitter": (_x_reply, _data),
    "tiktok_business": (_business_comment, _threads),
}


def comments_of(name: str, change: Change = lambda comment: comment) -> list[Answer]:
    """The answers that show three comments, the second changed, and nobody else."""
    make, around = COMMENTS[name]
    first, second, third = map(make, COMMENT_IDS)
    return [Answer(around([first, change(second), third])), Answer({"meta": {"result_count": 0}})]


# Ways to send the same answer


def zipped(body: Any) -> Answer:
    return Answer(gzip.compress(json.dumps(body).encode()), headers={"Content-Encoding": "gzip"})


def chunked(body: Any) -> Answer:
    """In pieces of seven bytes, which cut characters and numbers."""
    text = json.dumps(body, ensure_ascii=False).encode()
    pieces = [text[start : start + 7] for start in range(0, len(text), 7)]
    sent = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    return Answer(sent, headers={"Transfer-Encoding": "chunked"})
