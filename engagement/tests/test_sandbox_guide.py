"""The root page: the sandbox documents itself, and what it says works."""

import shlex

import pytest

from engagement.sandbox.control import ENDPOINTS
from engagement.sandbox.faults import KINDS
from engagement.sandbox.platforms import PLATFORMS


def facts(sandbox):
    return sandbox.ask("GET", "/", headers={"Accept": "application/json"}).body


def examples(told):
    own = [line for platform in told["platforms"] for line in platform["examples"]]
    return [one["line"] for one in (*own, *(line for some in told["examples"].values() for line in some))]


def run(sandbox, line):
    """A curl line as a request of the test's own client."""
    words = iter(shlex.split(line)[1:])
    method, headers, body, url = "GET", {}, None, ""
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                body = next(words)
            case _:
                url = word
    return sandbox.ask(method, url.removeprefix(sandbox.base), headers=headers, body=body)


def test_page_tells_everything_the_sandbox_can_do(sandbox):
    page = sandbox.ask("GET", "/")

    wanted = [*KINDS, *(f"/sandbox{path}" for path in ENDPOINTS), *(f"{sandbox.base}/{name}" for name in PLATFORMS)]
    wanted += [path for platform in PLATFORMS.values() for _, path, _ in (*platform.open_routes, *platform.routes)]
    assert page.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert [one for one in wanted if one not in page.text] == []


def test_page_loads_nothing_from_elsewhere(sandbox):
    page = sandbox.ask("GET", "/").text

    assert "<script" not in page
    assert "src=" not in page
    assert page.count("<link") == page.count('<link rel="icon" href="data:,">') == 1


def test_every_line_to_copy_works(sandbox):
    lines = examples(facts(sandbox))

    statuses = {line: run(sandbox, line).status for line in lines}

    assert len(lines) > 20
    assert {line: status for line, status in statuses.items() if status not in (200, 201)} == {}


def test_lines_stand_on_the_page_as_they_are(sandbox):
    page = sandbox.ask("GET", "/").text.replace("&amp;", "&")

    assert [line for line in examples(facts(sandbox)) if line not in page] == []


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        pytest.param("application/json", "application/json", id="program"),
        pytest.param("text/html,application/json;q=0.9", "text/html", id="browser"),
        pytest.param("*/*", "text/html", id="anything"),
    ],
)
def test_callers_get_what_they_accept(sandbox, accept, kind):
    answer = sandbox.ask("GET", "/", headers={"Accept": accept})

    assert answer.headers["Content-Type"].startswith(kind)


def test_root_only_reads(sandbox):
    assert sandbox.ask("POST", "/", json={}).status == 405


def test_every_endpoint_describes_itself(sandbox):
    told = facts(sandbox)

    sentences = [row["says"] for platform in told["platforms"] for row in platform["routes"]]
    sentences += [row["says"] for row in told["controls"]]
    assert all(sentence.endswith(".") for sentence in sentences)
