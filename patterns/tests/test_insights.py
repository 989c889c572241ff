"""The command `insights`: the same answers as the API, as lines and as JSON."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from acd.enums import State
from acd.tests.clients import client_with
from acd.tests.factories import make_context
from engagement.enums import FilterState
from engagement.tests.factories import make_account
from gator.studio.tests.factories import make_content
from patterns.questions import QUESTIONS
from patterns.tests.factories import make_evidence, make_pattern, make_piece, make_trial, make_window

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command("insights", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def account():
    """An account with a window that teaches something and a run that failed."""
    account, now = make_account(), timezone.now()
    make_window(account, published_at=now - timedelta(days=20), last_synced_at=now)
    make_evidence(account, filter_state=FilterState.UNFILTERED, published_at=now - timedelta(days=3))
    make_content(persona=account.persona, context=make_context(state=State.FAILED, error_class="Timeout"))
    return account


@pytest.mark.parametrize("question", QUESTIONS)
def test_insights_as_json_are_those_of_the_api(account, question):
    query = {"persona": account.persona.slug, "platform": "instagram", "days": 60}
    client = client_with("patterns.view_pattern")

    printed = json.loads(
        run(question, "--platform=instagram", f"--persona={account.persona.slug}", "--days=60", "--json")
    )

    told = client.get(f"/api/v1/insights/{question}/", query).json()
    # The window ends at the moment of the question.
    assert printed | {"window": None} == told | {"window": None}


@pytest.mark.parametrize("question", QUESTIONS)
def test_insights_of_nothing_say_so(question):
    told = run(question, "--platform", "tiktok")

    assert "All personas on TikTok" in told


def test_insights_tell_a_line_for_each_item(account):
    meaning, rests_on, good, plain, often = run("hashtags", "--platform", "instagram").splitlines()

    assert meaning.startswith("2 of 3 tested hashtags stand out among 40 posts: #good (+")
    assert "40 posts compared by reach." in rests_on
    assert "Left out: 1 (numbers have not settled yet)." in rests_on
    assert good.startswith("#good: Repeat, +")
    assert good.endswith("n = 20, q < 0.001")
    assert plain.startswith("#plain: Avoid, -")
    assert often.startswith("#often: not told from chance, ")


def test_insights_tell_what_fails_and_who_fails_more():
    for at in range(40):
        failed = {"state": State.FAILED, "error_class": "Timeout"} if at < 15 else {"state": State.DONE}
        make_context(phase="TEXT_GENERATION", model="bad" if at < 20 else "good", created_at=timezone.now(), **failed)

    rests_on, timeout, phase, bad, good = run("failure-patterns", "--platform", "instagram").splitlines()

    assert rests_on.endswith("Runs of all platforms that ended.")
    assert timeout.startswith("Timeout in TEXT_GENERATION: 15 of 40 runs, 38 % (24–53). The service did not answer")
    assert phase.startswith("phase TEXT_GENERATION: 15 of 40 runs failed")
    assert phase.endswith("too few to test")
    assert bad == (
        "model bad: 15 of 20 runs failed, 75 % (53–89), of the others 0 %: fails more than the others, q < 0.001"
    )
    assert good.startswith("model good: 0 of 20 runs failed, 0 % (0–16), of the others 75 %: not told from chance")


def test_insights_tell_a_prompt_of_many_lines_on_one():
    for _ in range(5):
        make_context(initial_context={"prompt": "Write\na story"}, created_at=timezone.now(), state=State.DONE)

    told = run("failure-patterns", "--platform", "instagram").splitlines()

    assert told[-1] == "prompt Write a story: 0 of 5 runs failed, 0 % (0–43), too few to test"


def test_insights_tell_every_check_of_the_loop(account):
    meaning, rests_on, *checks = run("alarms", "--platform", "instagram", "--days", "20").splitlines()

    assert meaning.startswith("No check rings. Too little is known of ")
    assert rests_on.endswith("Held against the 20 days before.")
    assert len(checks) == 8
    assert "Too little is known: Patterns: none is active that rests on posts." in checks


def test_insights_tell_what_guidance_gained_as_the_api_does():
    account, now = make_account(), timezone.now()
    make_trial(account, published_at=now - timedelta(days=20), last_synced_at=now)
    make_piece(account, "control", published_at=now - timedelta(hours=9), last_synced_at=now)

    said, printed = run("uplift"), json.loads(run("uplift", f"--persona={account.persona.slug}", "--json"))

    told = (
        client_with("patterns.view_pattern").get("/api/v1/insights/uplift/", {"persona": account.persona.slug}).json()
    )
    window, randomised, persona, left, observational, warning = said.splitlines()
    assert printed["randomised"] == told["randomised"]
    assert window.startswith("All personas, 20")
    assert f"Randomised: {told['randomised']['overall']['says']}" == randomised
    assert persona.startswith(f"  {account.persona.slug}: ")
    assert left == "  Left out: 1 too young to be settled."
    assert observational.startswith("Observational: Not known yet")
    assert warning.startswith("Nobody drew lots")


def test_insights_analyse_one_post_as_the_api_does(account):
    post = make_evidence(account, tags=["sea"], engagement_rate=9.0, vs_average=60.0, average_n=12)
    pattern = make_pattern(persona=account.persona, subject="sea", strategy="Because.")

    said, printed = run("analysis", f"--post={post.pk}"), json.loads(run("analysis", f"--post={post.pk}", "--json"))

    client = client_with("engagement.view_socialmediapost", "patterns.view_pattern")
    assert printed == client.get(f"/api/v1/posts/{post.pk}/analysis/").json()
    assert said.splitlines()[0] == f"Post {post.pk}."
    assert "60 % above the account's usual of 12 earlier posts" in said
    assert f"Repeat: Because. (pattern {pattern.pk})" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("magic", "--platform", "instagram"), "invalid choice: 'magic'"),
        (("hashtags",), "--platform: This field is required."),
        (("hashtags", "--platform", "myspace"), "invalid choice: 'myspace'"),
        (("hashtags", "--platform", "tiktok", "--persona", "nobody"), "--persona: No persona has this slug"),
        (("hashtags", "--platform", "tiktok", "--days", "0"), "--days: Ensure this value is greater"),
        (("hashtags", "--platform", "tiktok", "--days", "many"), "--days: A valid integer is required."),
        (("formats", "--platform", "tiktok", "--min-posts", "3"), "--min-posts: This cannot be set here."),
        (("uplift", "--min-posts", "3"), "--min-posts: This cannot be set here."),
        (("analysis",), "--post: This field is required."),
        (("analysis", "--post", "1"), "--post: Invalid pk"),
        (("analysis", "--post", "1", "--days", "3"), "--days: This cannot be set here."),
        (("hashtags", "--platform", "tiktok", "--post", "1"), "--post: This cannot be set here."),
    ],
    ids=[
        "question",
        "no platform",
        "platform",
        "persona",
        "no days",
        "days",
        "another question's",
        "no such option",
        "no post",
        "unknown post",
        "days of a post",
        "post of a question",
    ],
)
def test_insights_say_what_is_wrong(arguments, said):
    with pytest.raises(CommandError, match=said):
        run(*arguments)
