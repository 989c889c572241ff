"""Reading posts on X: lookup, timelines, recent search, quotes and the use of the month.

Requests in, replies out; each says what it charges for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from engagement.sandbox import ids
from engagement.sandbox import twitter_objects as objects
from engagement.sandbox import twitter_pages as pages
from engagement.sandbox import twitter_people as people
from engagement.sandbox import twitter_problems as problems
from engagement.sandbox import twitter_statuses as statuses
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Reply
from engagement.sandbox.twitter_pages import Sizes
from engagement.sandbox.twitter_statuses import Status

MAX_IDS = 100
MAX_QUERY = 512
MONTHLY_CAP = 3_000_000
SEARCH_DAYS = timedelta(days=7)
TIMELINE, SEARCH, QUOTES = Sizes(5, 100, 10), Sizes(10, 100, 10), Sizes(10, 100, 10)

_CONVERSATION = re.compile(r"conversation_id:(\d+)")


def lookup(call: Call) -> Reply:
    """Posts by id; missing ones are named in `errors` of a 200, and `data` is absent when nothing was found."""
    wanted = objects.asked(call)
    found = {one: statuses.find(call.world, one) for one in pages.id_list(call, MAX_IDS)}
    errors = [problems.not_found(one, "ids") for one, status in found.items() if status is None]
    body = objects.answer(call, [status for status in found.values() if status], wanted, errors)
    return _charged(call, body, "posts_read")


def single(call: Call) -> Reply:
    """One post."""
    wanted, found = objects.asked(call), statuses.find(call.world, call.ids["id"])
    if found is None:
        return Reply(200, {"errors": [problems.not_found(call.ids["id"], "id")]})
    body = objects.answer(call, [found], wanted)
    return _charged(call, {**body, "data": body["data"][0]}, "posts_read")


def timeline(call: Call) -> Reply:
    """Posts of an account, newest first."""
    account = people.account(call)
    left_out = str(call.params.get("exclude", "")).split(",")
    found = [one for one in statuses.timeline(call.world, account) if not (one.references and "replies" in left_out)]
    return _listed(call, found, TIMELINE, "owned_reads" if account == call.account else "posts_read")


def mentions(call: Call) -> Reply:
    """Posts that mention an account, newest first."""
    account = people.account(call)
    item = "owned_reads" if account == call.account else "posts_read"
    return _listed(call, statuses.mentions(call.world, account), TIMELINE, item)


def search(call: Call) -> Reply:
    """Replies of a conversation from the last seven days, newest first."""
    query = str(call.params.get("query", ""))
    wanted = dict.fromkeys(_CONVERSATION.findall(query))
    if not wanted or len(query) > MAX_QUERY:
        raise problems.invalid("The sandbox knows queries by conversation_id only", query=query)
    oldest = call.world.time() - SEARCH_DAYS
    _check_age(call, oldest)
    found = [one for root in wanted for one in statuses.conversation(call.world, root) if one.at >= oldest]
    newest_first = sorted(found, key=lambda one: int(one.status_id), reverse=True)
    return _listed(call, newest_first, SEARCH, "posts_read")


def _check_age(call: Call, oldest: datetime) -> None:
    since, start = pages.number(call, "since_id"), pages.moment(call, "start_time")
    first = int(ids.snowflake(oldest, 0))
    if since is not None and since < first:
        raise problems.invalid(
            f"'since_id' must be a tweet id created after [{objects.moment(oldest)}]. "
            f"Please use a 'since_id' that is larger than {first}",
            since_id=since,
        )
    if start is not None and start < oldest:
        raise problems.invalid(f"'start_time' must be on or after {objects.moment(oldest)}", start_time=start)


def quote_tweets(call: Call) -> Reply:
    """Who passed a post on with words of their own."""
    return _listed(call, statuses.quotes(call.world, people.post(call)), QUOTES, "posts_read")


def _listed(call: Call, found: Sequence[Status], sizes: Sizes, item: str) -> Reply:
    wanted = objects.asked(call)
    page, meta = pages.chosen(call, found, sizes)
    return _charged(call, {**objects.answer(call, page, wanted), "meta": meta}, item)


def _charged(call: Call, body: Json, item: str) -> Reply:
    """Every post returned is charged, and every user beside them."""
    data = body.get("data", [])
    returned = [data] if isinstance(data, dict) else [*data, *body.get("includes", {}).get("tweets", [])]
    people.charge(call, item, (one["id"] for one in returned))
    people.charge(call, "users_read", (one["id"] for one in body.get("includes", {}).get("users", [])))
    return Reply(200, body)


# What it cost


def usage(call: Call) -> Reply:
    """Posts read in the month; numbers come as strings."""
    days = call.world.bill.days(call.account.user_id, "posts_read")
    daily = [{"date": f"{day.isoformat()}T00:00:00.000Z", "usage": str(count)} for day, count in sorted(days.items())]
    project = str(ids.low_bits(40, "project"))
    return Reply(
        200,
        {
            "data": {
                "cap_reset_day": 1,
                "project_cap": str(MONTHLY_CAP),
                "project_id": project,
                "project_usage": str(sum(_of_month(call, days))),
                "daily_project_usage": {"project_id": project, "usage": daily},
            }
        },
    )


def _of_month(call: Call, days: dict[date, int]) -> list[int]:
    now = call.world.time()
    return [count for day, count in days.items() if (day.year, day.month) == (now.year, now.month)]
