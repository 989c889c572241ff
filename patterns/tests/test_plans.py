"""No question reads a table from end to end that grows with posts or runs: whatever it asks is found by an index."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acd.enums import State
from acd.models import ACDContext
from acd.tests.factories import NOW, make_context
from engagement.models import SocialMediaPost
from engagement.tests.factories import make_account
from gator.studio.models import Content
from gator.studio.tests.factories import make_content
from patterns.analyzer import PatternAnalyzer
from patterns.api_questions import written
from patterns.extraction import extract
from patterns.models import FailureFix, Pattern
from patterns.questions import QUESTIONS
from patterns.tests.factories import make_window

pytestmark = pytest.mark.django_db
GROWING = [
    model._meta.db_table
    for model in (
        SocialMediaPost,
        SocialMediaPost.hashtags.through,
        Pattern,
        Pattern.posts.through,
        ACDContext,
        Content,
    )
]
# PostgreSQL chooses among indexes by how many rows there are; that it chooses well is for benchmarks/window.py to show.
by_one_index = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite chooses by the indexes alone")
READ_WHOLE = re.compile(rf"(?:SCAN|Seq Scan on) ({'|'.join(GROWING)})\b")


@pytest.fixture
def account():
    """An account with posts, a pattern that rests on them, runs that failed, and the word that they are fixed."""
    account = make_account()
    make_window(account)
    extract(account.persona, account.platform, now=NOW)
    for _ in range(6):
        run = make_context(state=State.FAILED, error_class="Timeout", model="tiny", created_at=NOW)
        make_content(persona=account.persona, context=run)
    FailureFix.objects.create(phase=run.phase, failure="Timeout", fixed_at=NOW)
    if connection.vendor == "postgresql":
        # So few rows would be read without any index.
        connection.cursor().execute("SET LOCAL enable_seqscan = off")
    return account


def plans(ask: Callable[[], object]) -> Iterator[str]:
    """How the database finds what each statement asks for."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    command = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    statements = [query["sql"] for query in asked.captured_queries]
    for statement in statements:
        if statement.startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute(f"{command} {statement}")
                yield "\n".join(str(row[-1]) for row in cursor.fetchall())


def asked(analyzer: PatternAnalyzer, name: str) -> list[str]:
    return list(plans(lambda: written(name, QUESTIONS[name].ask(analyzer))))


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("of_all", [False, True], ids=["of a persona", "of a platform"])
def test_question_finds_its_rows_by_an_index(account, name, of_all):
    analyzer = PatternAnalyzer(None if of_all else account.persona, account.platform, now=NOW)

    found = asked(analyzer, name)

    assert found
    assert [plan for plan in found if READ_WHOLE.search(plan)] == []


@by_one_index
@pytest.mark.parametrize("name", sorted(QUESTIONS.keys() - {"failure-patterns", "changes"}))
def test_question_of_posts_reads_the_window_by_its_index(account, name):
    found = asked(PatternAnalyzer(account.persona, account.platform, now=NOW), name)

    assert "post_window" in found[0]


@by_one_index
def test_alarms_of_a_persona_find_posts_and_patterns_by_theirs(account):
    captions, posts, tags, patterns = asked(PatternAnalyzer(account.persona, account.platform, now=NOW), "alarms")

    assert "post_window" in captions
    assert "post_window" in posts
    assert "SEARCH engagement_socialmediapost_hashtags USING COVERING INDEX" in tags
    assert "pattern_of_persona" in patterns


@by_one_index
def test_alarms_of_a_platform_find_patterns_by_their_standing(account):
    *_, patterns = asked(PatternAnalyzer(None, account.platform, now=NOW), "alarms")

    assert "pattern_standing (status=? AND platform=?)" in patterns


@by_one_index
def test_runs_of_a_persona_are_found_by_the_contents_of_the_window(account):
    found = asked(PatternAnalyzer(account.persona, account.platform, now=NOW), "failure-patterns")

    runs = [plan for plan in found if ACDContext._meta.db_table in plan]
    assert len(runs) >= 10
    assert [plan for plan in runs if "content_window (persona_id=? AND created_at>?)" not in plan] == []


@by_one_index
def test_runs_of_all_personas_are_found_by_their_days(account):
    found = asked(PatternAnalyzer(None, account.platform, now=NOW), "failure-patterns")

    runs = [plan for plan in found if ACDContext._meta.db_table in plan]
    assert len(runs) >= 10
    assert [plan for plan in runs if "acdcontext_newest" not in plan and "acdcontext_state" not in plan] == []


def test_look_finds_its_rows_by_an_index(account):
    found = list(plans(lambda: extract(account.persona, account.platform, now=NOW)))

    assert len(found) >= 8
    assert [plan for plan in found if READ_WHOLE.search(plan)] == []
