"""The root page as HTML: one file, nothing loaded from elsewhere, readable without scripts.

What it says comes from `guide.py`; here is only how it looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from engagement.sandbox.messages import Json

_STYLE = """
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #f4f6f9; --text: #1c2430; --dim: #596273; --mark: #0b63c5; }
@media (prefers-color-scheme: dark) {
  :root { --line: #363d4a; --soft: #1e242e; --text: #e6e9ef; --dim: #a3adbd; --mark: #7db6ff; }
  body { background: #14181f; }
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
header, main, nav { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { margin: 0 0 .25rem; font-size: 2rem; line-height: 1.2; }
h2 { margin: 2.75rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); font-size: 1.4rem; }
h3 { margin: 1.75rem 0 .25rem; font-size: 1.1rem; }
p { max-width: 46rem; margin: .5rem 0; }
a { color: var(--mark); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: 1rem 0 0; padding: 0; list-style: none; }
code { font: .86em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { margin: .15rem 0 .75rem; padding: .6rem .8rem; border: 1px solid var(--line); border-radius: .4rem;
  background: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
.says { margin: .75rem 0 0; color: var(--dim); font-size: .92rem; }
.scroll { overflow-x: auto; }
table { width: 100%; min-width: 36rem; border-collapse: collapse; font-size: .92rem; }
th, td { padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--dim); font-weight: 600; white-space: nowrap; }
summary { margin: .6rem 0; color: var(--mark); cursor: pointer; }
td summary { margin: 0; }
.state { display: flex; flex-wrap: wrap; gap: .25rem 2rem; margin: 1rem 0 0; color: var(--dim); }
"""


def render(told: Json) -> str:
    sections = "".join(
        f'<section><h2 id="{name}">{title}</h2>{_SECTIONS[name](told)}</section>' for name, title in _TITLES.items()
    )
    links = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title in _TITLES.items())
    clock = "stands still" if told["standing"] else "runs"
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Sandbox of social platforms</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body><header><h1>Sandbox of social platforms</h1>"
        "<p>Four platforms in miniature that answer in their documented wire formats. Audiences, bots and AI personas "
        "react to what you post; equal seeds give equal days. Nothing here reaches the real platforms.</p>"
        f'<div class="state"><span>Address <code>{escape(told["address"])}</code></span>'
        f"<span>Seed <code>{told['seed']}</code></span>"
        f"<span>World time <code>{escape(told['now'])}</code>, the clock {clock}</span></div></header>"
        f'<nav aria-label="Sections"><ul>{links}</ul></nav><main>{sections}</main></body></html>'
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Cells hold HTML."""
    titles = "".join(f'<th scope="col">{title}</th>' for title in head)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{titles}</tr></thead><tbody>{lines}</tbody></table></div>'


def _code(text: object) -> str:
    return f"<code>{escape(str(text))}</code>"


def _lines(examples: Iterable[Json]) -> str:
    return "".join(
        f'<p class="says">{escape(one["says"])}</p><pre><code>{escape(one["line"], quote=False)}</code></pre>'
        for one in examples
    )


def _prose(text: str) -> str:
    """A sentence of the code, where `names` stand between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _codes(words: Iterable[str]) -> str:
    return ", ".join(map(_code, words))


# Sections


def _platforms(told: Json) -> str:
    addresses = _table(
        ("Platform", "Address", "Setting"),
        (
            (escape(one["title"]), _code(one["address"]), _code(f"{one['name'].upper()}_API_URL={one['address']}"))
            for one in told["platforms"]
        ),
    )
    text = (
        "<p>The path after an address is the platform's own, with its version. Send a token as "
        "<code>Authorization: Bearer</code>; the Graph API also takes <code>access_token</code>, and TikTok API for "
        "Business wants <code>Access-Token</code>.</p>"
    )
    return addresses + text + "".join(map(_platform, told["platforms"]))


def _platform(one: Json) -> str:
    routes = _table(
        ("Method", "Path", "What it does", "Token"),
        (
            (_code(row["method"]), _code(row["path"]), _prose(row["says"]), "yes" if row["needs_token"] else "no")
            for row in one["routes"]
        ),
    )
    return (
        f"<h3>{escape(one['title'])}</h3>{_lines(one['examples'])}"
        f"<details><summary>{len(one['routes'])} routes of {escape(one['title'])}</summary>{routes}</details>"
    )


def _accounts(told: Json) -> str:
    rows = [
        (escape(platform["title"]), _code(one["handle"]), _code(one["user_id"]), f"{one['followers']:,}", _tokens(one))
        for platform in told["platforms"]
        for one in platform["accounts"]
    ]
    return (
        "<p>Tokens are made from the account's name and open nothing outside. An account of Instagram also has a token "
        "of the Facebook Login, a Page one of its user.</p>"
        + _table(("Platform", "Handle", "Account id", "Followers", "Tokens"), rows)
        + _lines(told["examples"]["accounts"])
    )


def _tokens(one: Json) -> str:
    found = dict(one["tokens"]) | ({"refresh": one["refresh_token"]} if one["refresh_token"] else {})
    lines = "".join(f"<div>{escape(kind)}<br>{_code(token)}</div>" for kind, token in found.items())
    return f"<details><summary>show {len(found)}</summary>{lines}</details>"


def _clock(told: Json) -> str:
    return (
        "<p>The clock moves forward only. Comments, counts, the life of tokens, limits and scheduled posts follow it. "
        "Start with <code>run_sandbox --start</code> to let it stand.</p>"
    ) + _lines(told["examples"]["clock"])


def _token_life(told: Json) -> str:
    rows = (
        (
            _code(one["kind"]),
            escape(one["platform"]),
            _life(one["access"]),
            _life(one["refresh"]) if one["has_refresh"] else "none",
        )
        for one in told["token_kinds"]
    )
    return (
        "<p>Tokens never end unless a life is switched on, for all or for one <code>platform</code>, "
        "<code>account</code> or <code>kind</code>. <code>life</code> is <code>documented</code>, <code>endless</code> "
        "or a number of seconds; <code>age</code> says how many seconds ago they were given out. Refresh tokens "
        "rotate: the old pair stops working. The ledger counts refresh calls.</p>"
        + _table(("Kind", "Platform", "Access token lives", "Refresh token lives"), rows)
        + _lines(told["examples"]["tokens"])
    )


def _life(hours: float | None) -> str:
    if hours is None:
        return "no end"
    return f"{hours:g} hours" if hours < 48 else f"{hours / 24:g} days"


def _faults(told: Json) -> str:
    rows = (
        (_code(one["kind"]), _prose(one["says"]), _codes(one["takes"]), f"{one['seconds']:g}" if one["seconds"] else "")
        for one in told["faults"]
    )
    return (
        "<p>Every fault may name <code>platform</code>, <code>account</code>, <code>post</code>, <code>method</code>, "
        "a part of the <code>path</code>, how many <code>times</code> (until cleared, if left out) and "
        "<code>seconds</code>. <code>when</code> is <code>before</code> or <code>after</code> the effect. "
        f"<code>header</code> is one of {_codes(told['retry_after'])}.</p>"
        + _table(("Kind", "What happens", "Its own fields", "Seconds unless given"), rows)
        + _lines(told["examples"]["faults"])
    )


def _limits(told: Json) -> str:
    return (
        "<p><code>amount</code> calls in a rolling window of <code>seconds</code> by the world's clock, for each "
        "account or, with <code>per</code> set to <code>app</code>, for all together; <code>path</code> holds for one "
        "endpoint. Answers carry the platform's own headers, and items of a batch count one by one.</p>"
    ) + _lines(told["examples"]["limits"])


def _webhooks(told: Json) -> str:
    known = [one["name"] for one in told["platforms"] if one["has_webhooks"]]
    url = f"{told['address']}/sandbox/webhooks"
    body = '{"platform": "instagram", "address": "http://127.0.0.1:8000/hooks", "secret": "s", "verify_token": "v"}'
    bad = '{"platform": "instagram", "twice": true, "wrong_signature": true}'
    return (
        f"<p>Register an address of this machine for {_codes(known)}: the platform asks its own challenge at once, "
        "then posts signed events of new comments whenever the clock moves. <code>deliver</code> does so now, and "
        "badly on request: <code>twice</code>, <code>reverse</code>, <code>wrong_signature</code>, "
        "<code>old_timestamp</code>, or again <code>since</code> a time. What nobody takes is tried five times, once a "
        "delivery. These two lines need a receiver of yours:</p>"
        f"<pre><code>curl -X POST -H 'Content-Type: application/json' -d '{body}' '{escape(url)}'\n"
        f"curl -X POST -H 'Content-Type: application/json' -d '{bad}' '{escape(url)}/deliver'</code></pre>"
    )


def _people(told: Json) -> str:
    return (
        "<p><code>POST /sandbox/comments</code> with <code>post</code> and <code>text</code> (and <code>author</code>, "
        "<code>parent</code>, <code>truth</code>) adds a comment now; with <code>comment</code> it changes one: "
        "<code>text</code>, <code>likes</code>, <code>hidden</code>, <code>deleted</code>. "
        "<code>POST /sandbox/posts</code> with <code>post</code> takes <code>deleted</code>, <code>hide_likes</code> "
        'and <code>lower</code>, as in <code>{"likes": 5}</code>. <code>POST /sandbox/accounts</code> shows another '
        "number of <code>followers</code>.</p>"
    )


def _scenes(told: Json) -> str:
    rows = (
        (_code(one["kind"]), _prose(one["says"]), f"{one['size']:,} ({one['least']:,} to {one['most']:,})",
         f"{one['hours']:g}")
        for one in told["scenes"]
    )  # fmt: skip
    url = f"{told['address']}/sandbox/scenes"
    body = '{"kind": "campaign", "posts": ["ID"], "size": 24, "hours": 8}'
    return (
        "<p>A scene begins when it is planted on one or more <code>posts</code> of an account and is spread over so "
        "many <code>hours</code> of the world's clock. Every reading, count and event shows it as the platform would; "
        "<code>/sandbox/truth</code> tells who is who. Equal seeds and equal requests give equal scenes.</p>"
        + _table(("Kind", "What happens", "Size unless given", "Hours unless given"), rows)
        + "<p>This line needs the id of a post:</p>"
        f"<pre><code>curl -X POST -H 'Content-Type: application/json' -d '{body}' '{escape(url)}'</code></pre>"
        + _lines(told["examples"]["scenes"])
    )


def _controls(told: Json) -> str:
    rows = ((_code(one["method"]), _code(one["path"]), _prose(one["says"])) for one in told["controls"])
    return (
        "<p>Bodies are JSON; a refusal names the field. Ask this page with <code>Accept: application/json</code> for "
        "the same facts as data.</p>"
    ) + _table(("Method", "Path", "What it does"), rows)


_TITLES = {
    "platforms": "Platforms",
    "accounts": "Accounts and tokens",
    "clock": "Clock",
    "tokens": "Token life",
    "faults": "Faults",
    "limits": "Limits and delays",
    "webhooks": "Webhooks",
    "people": "Comments and posts by hand",
    "scenes": "Scenes",
    "controls": "All controls",
}
_SECTIONS = {
    "platforms": _platforms,
    "accounts": _accounts,
    "clock": _clock,
    "tokens": _token_life,
    "faults": _faults,
    "limits": _limits,
    "webhooks": _webhooks,
    "people": _people,
    "scenes": _scenes,
    "controls": _controls,
}
