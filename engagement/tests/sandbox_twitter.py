"""Calls of X's API that several tests of the sandbox make."""

from __future__ import annotations

from typing import Any

from engagement.sandbox.accounts import Account
from engagement.tests.sandbox_client import Answer, Sandbox

MEDIA = "/twitter/2/media/upload"


def post(sandbox: Sandbox, account: Account, **body: Any) -> Answer:
    return sandbox.ask("POST", "/twitter/2/tweets", account, json=body)


def upload(
    sandbox: Sandbox,
    account: Account,
    content: bytes = b"abcdef",
    *,
    kind: str = "tweet_video",
    mime: str = "video/mp4",
) -> tuple[str, Answer]:
    """The id of a video sent in two chunks and the answer to `finalize`."""
    start = {"media_type": mime, "total_bytes": len(content), "media_category": kind}
    media_id = sandbox.ask("POST", f"{MEDIA}/initialize", account, json=start).body["data"]["id"]
    for index, chunk in enumerate((content[:4], content[4:])):
        append(sandbox, account, media_id, index, chunk)
    return media_id, sandbox.ask("POST", f"{MEDIA}/{media_id}/finalize", account)


def append(sandbox: Sandbox, account: Account, media_id: str, index: int, chunk: bytes) -> Answer:
    body = (
        b'--b\r\nContent-Disposition: form-data; name="media"; filename="blob"\r\n\r\n' + chunk + b"\r\n"
        b'--b\r\nContent-Disposition: form-data; name="segment_index"\r\n\r\n%d\r\n--b--\r\n' % index
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    return sandbox.ask("POST", f"{MEDIA}/{media_id}/append", account, body=body, headers=headers)


def processed(sandbox: Sandbox, account: Account, media_id: str) -> Any:
    path = f"{MEDIA}?command=STATUS&media_id={media_id}"
    return sandbox.ask("GET", path, account).body["data"]["processing_info"]


def replies(sandbox: Sandbox, account: Account, post_id: str, **query: str) -> Any:
    wanted = {
        "query": f"conversation_id:{post_id}",
        "max_results": "100",
        "expansions": "author_id",
        "tweet.fields": "author_id,created_at,referenced_tweets",
        "user.fields": "created_at,public_metrics",
    }
    return sandbox.ask("GET", "/twitter/2/tweets/search/recent", account, query={**wanted, **query}).body


def timeline(sandbox: Sandbox, account: Account, edge: str = "tweets", **query: str) -> Any:
    wanted = {"tweet.fields": "created_at,entities", **query}
    return sandbox.ask("GET", f"/twitter/2/users/{account.user_id}/{edge}", account, query=wanted).body


def analysed(sandbox: Sandbox, account: Account, thing: str = "tweets", **query: str) -> Answer:
    wanted = {"start_time": "2026-08-03T00:00:00Z", "end_time": "2026-08-06T00:00:00Z", "granularity": "total"}
    return sandbox.ask("GET", f"/twitter/2/{thing}/analytics", account, query={**wanted, **query})
