"""What calls take, what platforms say of their limits, and what X charges: tables in, values out."""

import json

import pytest

from engagement.platforms.limits import LIMITS, MONEY, QUARTER, limits_of
from engagement.platforms.prices import price_of, things_of
from engagement.platforms.replies import Reply
from engagement.platforms.usage import Report, reports

BATCH = json.dumps([{"method": "GET", "relative_url": "v26.0/1"}] * 50)
DATE = "Fri, 20 Nov 2026 12:00:00 GMT"
# 12:05 on that day.
RESET = "1795176300"
ME = "2244"


def taken(program, method, path, **request):
    """Units by (name, whose), without what the call takes nothing of."""
    units = limits_of(program, method, path, request)
    return {(one.name, "own" if one.per_account else "app"): n for one, n in units.items() if n}


CALLS = {
    "x posts": (("twitter", "GET", "/2/tweets"), {"Posts by id"}),
    "x one post": (("twitter", "GET", "/2/tweets/123"), {"One post"}),
    "x search": (("twitter", "GET", "/2/tweets/search/recent"), {"Recent search"}),
    "x likers": (("twitter", "GET", "/2/tweets/123/liking_users"), {"Likers"}),
    "x unknown": (("twitter", "GET", "/2/users/me"), {"Other calls"}),
    "instagram": (("instagram", "GET", "/v26.0/1784/media"), {"Calls"}),
    "instagram publish": (("instagram", "POST", "/v26.0/1784/media_publish"), {"Calls", "Posts"}),
    "instagram container": (("instagram", "POST", "/v26.0/1784/media"), {"Calls", "Containers"}),
    "facebook login": (("instagram_facebook_login", "GET", "/v26.0/1"), {"Calls", "Calls (Facebook Login)"}),
    "tiktok videos": (("tiktok", "POST", "/v2/video/query/"), {"Videos by id"}),
    "tiktok post": (("tiktok", "POST", "/v2/post/publish/video/init/"), {"Begin a post", "Posts"}),
    "tiktok business": (
        ("tiktok_business", "GET", "/open_api/v1.3/business/get/"),
        {"Calls", *(f"Calls per {words} (Business)" for words in ("second", "minute", "day"))},
    ),
}


@pytest.mark.parametrize(("call", "names"), CALLS.values(), ids=CALLS)
def test_call_takes_one_of_each_of_its_limits(call, names):
    found = taken(*call)

    assert {name for name, _ in found} == names
    assert set(found.values()) == {1}


def test_every_item_of_a_graph_batch_counts():
    assert taken("facebook", "POST", "/v26.0/", data={"batch": BATCH}) == {("Calls", "own"): 50, ("Calls", "app"): 50}


@pytest.mark.parametrize(("phase", "reels"), [("start", 0), ("finish", 1)])
def test_reel_counts_when_it_is_finished(phase, reels):
    found = taken("facebook", "POST", "/v26.0/9/video_reels", data={"upload_phase": phase})

    assert found.get(("Reels", "own"), 0) == reels


def test_every_amount_has_a_source_and_a_date():
    rows = [row for listed in LIMITS.values() for row in listed if row.amount is not None]

    assert len(rows) >= 40
    assert [row for row in rows if not (row.source and row.stated_on)] == []


@pytest.mark.parametrize(("dollars", "amount"), [(None, None), (5.0, 5_000_000), (0.25, 250_000)])
def test_ceiling_of_the_operator_is_the_amount_of_the_apps_money(settings, dollars, amount):
    settings.X_DAILY_DOLLARS = dollars

    found = {one.per_account: one.amount for one in limits_of("twitter", "GET", "/2/tweets", {}) if one.unit == MONEY}

    assert found == {True: None, False: amount}


def told(program, method, path, reply):
    return reports(program, limits_of(program, method, path, {}), path, reply)


def x_headers(amount="300", left="120", reset=RESET):
    values = {"limit": amount, "remaining": left, "reset": reset}
    return {"Date": DATE} | {f"x-rate-limit-{name}": value for name, value in values.items() if value is not None}


X_HEADERS = {
    "window": (x_headers(), (300, 180, False, 300.0)),
    "nothing left": (x_headers(left="0"), (300, 300, True, 300.0)),
    "no limit named": (x_headers(amount=None, left="0"), (None, None, True, 300.0)),
    "no reset": (x_headers(reset=None), (300, 180, False, None)),
    "past reset": (x_headers(reset="1795170000"), (300, 180, False, None)),
    "absurd reset": (x_headers(reset="9" * 12), (300, 180, False, 86400.0)),
    "more left than there is": (x_headers(left="400"), (300, 0, False, 300.0)),
}


@pytest.mark.parametrize(("headers", "expected"), X_HEADERS.values(), ids=X_HEADERS)
def test_headers_of_x_tell_of_the_users_window(headers, expected):
    (report,) = told("twitter", "GET", "/2/tweets/search/recent", Reply("twitter", 200, headers, {}))

    assert (report.amount, report.used, report.is_spent, report.resets_in) == expected
    assert (report.limit.name, report.limit.per_account, report.limit.seconds) == ("Recent search", True, QUARTER)


NOTHING = {
    "none": {},
    "words": x_headers(left="many"),
    "negative": x_headers(left="-1"),
    "empty": x_headers(left=""),
}


@pytest.mark.parametrize("headers", NOTHING.values(), ids=NOTHING)
def test_headers_of_x_that_are_no_numbers_say_nothing(headers):
    assert told("twitter", "GET", "/2/tweets", Reply("twitter", 200, headers, {})) == []


def test_daily_header_of_x_tells_of_the_app():
    headers = {"Date": DATE, "x-app-limit-24hour-limit": "10000", "x-app-limit-24hour-remaining": "9000"}

    (report,) = told("twitter", "POST", "/2/tweets", Reply("twitter", 201, headers, {}))

    assert (report.limit.per_account, report.limit.amount, report.used) == (False, 10_000, 1000)


def test_what_x_says_of_an_endpoint_without_a_row_is_not_kept_for_others():
    assert told("twitter", "GET", "/2/users/me", Reply("twitter", 200, x_headers(left="0"), {})) == []


def entry(kind="instagram", minutes=0, **shares):
    return {"type": kind, "call_count": 1, "total_cputime": 1, "total_time": 1, **shares} | {
        "estimated_time_to_regain_access": minutes
    }


def business(*entries):
    return {"X-Business-Use-Case-Usage": json.dumps({"1784": list(entries)})}


META = {
    "highest of three": (business(entry(call_count=85, total_time=25)), (85.0, False, 0.0)),
    "our use case": (business(entry(call_count=5), entry("ads_management", call_count=99)), (5.0, False, 0.0)),
    "no use case named": (business(entry("messenger", total_time=60)), (60.0, False, 0.0)),
    "minutes": (business(entry(call_count=100, minutes=7)), (100.0, True, 420.0)),
    "absurd minutes": (business(entry(call_count=100, minutes=10**8)), (100.0, True, 86400.0)),
    "stop": (business(entry(total_cputime=95)), (95.0, True, 0.0)),
    "other case": ({"x-business-use-case-usage": business(entry(call_count=3))["X-Business-Use-Case-Usage"]}, None),
}


@pytest.mark.parametrize(("headers", "expected"), META.values(), ids=META)
def test_business_usage_of_meta_tells_of_the_account(headers, expected):
    (report,) = told("instagram", "GET", "/v26.0/1784/media", Reply("instagram", 200, headers, {}))

    assert report.limit.per_account
    assert (report.usage, report.is_spent, report.regained_in) == (expected or (3.0, False, 0.0))


@pytest.mark.parametrize("value", ["", "{", "[]", "null", '{"1": 3}', '{"1": [{"call_count": "x"}]}', "[" * 9999])
def test_usage_that_cannot_be_read_says_nothing(value):
    headers = {"X-Business-Use-Case-Usage": value, "X-App-Usage": value}

    assert told("facebook", "GET", "/v26.0/9", Reply("facebook", 200, headers, {})) == []


def test_usage_inside_a_batch_is_heard():
    usage = [{"name": "X-App-Usage", "value": json.dumps({"call_count": 77, "total_time": 2, "total_cputime": 2})}]
    items = [{"code": 200, "headers": usage, "body": "{}"}, None, {"code": 200, "body": "{}"}]

    (report,) = told("facebook", "POST", "/v26.0/", Reply("facebook", 200, {}, items))

    assert (report.limit.per_account, report.usage) == (False, 77.0)


def test_posting_quota_of_instagram_is_believed():
    body = {"data": [{"quota_usage": 2, "config": {"quota_total": 50, "quota_duration": 86400}}]}

    (report,) = told("instagram", "GET", "/v26.0/1784/content_publishing_limit", Reply("instagram", 200, {}, body))

    assert report == Report(report.limit, 50, 2)
    assert report.limit.name == "Posts"


PRICES = {
    "text": (("POST", "/2/tweets", {"text": "Fresh figs. Nice"}), 15_000),
    "address": (("POST", "/2/tweets", {"text": "Figs: https://figs.example/a"}), 200_000),
    "bare address": (("POST", "/2/tweets", {"text": "Figs at figs.com!"}), 200_000),
    "upload": (("POST", "/2/media/upload", {}), 0),
    "counts": (("GET", "/2/tweets/counts/recent", {}), 5_000),
    "read": (("GET", "/2/tweets", {}), 0),
}


@pytest.mark.parametrize(("call", "price"), PRICES.values(), ids=PRICES)
def test_price_of_a_call(call, price):
    assert price_of(*call) == price


ONE, TWO = {"id": "1"}, {"id": "2"}
THINGS = {
    "posts": ("/2/tweets", {"data": [ONE, TWO]}, {"post:1": 5_000, "post:2": 5_000}),
    "one post": ("/2/tweets/1", {"data": ONE}, {"post:1": 5_000}),
    "replies and authors": (
        "/2/tweets/search/recent",
        {"data": [ONE], "includes": {"users": [TWO], "media": [{"media_key": "3_1"}]}},
        {"post:1": 5_000, "user:2": 10_000},
    ),
    "own posts": (f"/2/users/{ME}/tweets", {"data": [ONE]}, {"owned:1": 1_000}),
    "another's posts": ("/2/users/77/tweets", {"data": [ONE]}, {"post:1": 5_000}),
    "likers": ("/2/tweets/1/liking_users", {"data": [TWO]}, {"user:2": 10_000}),
    "nothing found": ("/2/tweets", {"meta": {"result_count": 0}}, {}),
    "no object": ("/2/tweets", None, {}),
    "no price": ("/2/tweets/analytics", {"data": [ONE]}, {}),
}


@pytest.mark.parametrize(("path", "body", "things"), THINGS.values(), ids=THINGS)
def test_things_of_an_answer_and_their_prices(path, body, things):
    assert things_of(path, body, ME) == things
