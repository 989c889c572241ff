"""The pages of the questions: what they show, what they cost, whom they refuse."""

import csv
import io
import re
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from acd.enums import State
from acd.tests.clients import make_user
from acd.tests.factories import NOW, make_context
from engagement.tests.factories import make_account
from gator.studio.tests.factories import make_content, make_persona
from patterns.admin_answers import post_url
from patterns.admin_insights import address
from patterns.models import PostPerformance
from patterns.questions import QUESTIONS
from patterns.tests.factories import make_evidence, make_pattern, make_window

pytestmark = pytest.mark.django_db
EVERY_QUESTION = pytest.mark.parametrize("question", QUESTIONS)


def make_learned(n=40, **changes):
    """An account with settled posts of which #good and #plain differ, and a failed run."""
    account, now = make_account(**changes), timezone.now()
    make_window(account, n, published_at=now - timedelta(days=20), last_synced_at=now)
    make_content(
        persona=account.persona, context=make_context(state=State.FAILED, error_class="Timeout", created_at=now)
    )
    return account


def page(client, question, **query):
    response = client.get(address(question), query)
    assert response.status_code == 200
    return response.content.decode()


@EVERY_QUESTION
def test_page_of_an_empty_installation_opens(admin_client, question):
    told = page(admin_client, question)

    assert "All personas on Instagram" in told


@EVERY_QUESTION
def test_page_is_headed_by_its_question(admin_client, question):
    heading = page(admin_client, question).split("<h1")[1].split("</h1>")[0]

    assert re.findall(r">\s*(\w[\w ]*\w)\s*</", heading) == [QUESTIONS[question].title]


@EVERY_QUESTION
def test_page_costs_the_same_for_few_posts_and_for_many(admin_client, question):
    costs = []
    for n in (22, 66):
        account = make_learned(n, persona=make_persona(slug=f"persona-of-{n}"))
        page(admin_client, question, persona=account.persona.slug)
        with CaptureQueriesContext(connection) as captured:
            page(admin_client, question, persona=account.persona.slug)
        costs.append(len(captured))

    assert costs[0] == costs[1]


@EVERY_QUESTION
def test_page_is_closed_to_staff_without_permission(client, question):
    client.force_login(make_user(is_staff=True))

    assert client.get(address(question)).status_code == 403


@EVERY_QUESTION
def test_page_runs_nothing_and_styles_nothing_inline(admin_client, question):
    account = make_learned()
    make_evidence(account, tags=["x"], caption="<script>alert(1)</script>")

    told = page(admin_client, question, persona=account.persona.slug)

    ours = told.split('aria-label="Questions"')[1].rsplit("</section>", 1)[0]
    assert re.findall(r"<script|\sstyle=|https?://|\son[a-z]+=", ours) == []
    assert "alert(1)" not in told


def test_hashtags_are_shown_with_claims_first_and_the_others_in_a_fold(admin_client):
    account = make_learned()

    told = page(admin_client, "hashtags", persona=account.persona.slug, platform="instagram")

    claims, rest = told.split('<details class="gator-fold">')
    assert re.findall(r"<bdi>(#\w+)</bdi>", claims) == ["#good", "#plain"]
    assert re.findall(r"<bdi>(#\w+)</bdi>", rest) == ["#often"]
    assert claims.count("<circle") == 2
    assert "2 of 3 tested hashtags stand out among 40 posts" in claims
    assert "&lt; 0.001" in claims


def test_every_item_leads_to_its_posts(admin_client):
    account = make_learned()
    make_evidence(make_account(), caption="somebody else's", published_at=timezone.now() - timedelta(days=20))
    for question, items in (("hashtags", 3), ("posting-times", 3), ("formats", 0)):
        told = page(admin_client, question, persona=account.persona.slug, platform="instagram")
        links = re.findall(r'<th scope="row"><a class="text-link" href="([^"]+)"', told)

        assert len(links) >= items
        for link in links:
            listed = admin_client.get(link.replace("&amp;", "&"))
            assert listed.status_code == 200
            assert 0 < len(listed.context["cl"].result_list) <= 40
            assert "somebody else" not in listed.content.decode()


ITEM = re.compile(r'<th scope="row">(?:<a class="text-link" href="([^"]+)">)?<bdi>.*?data-name="n">(\d+)<', re.DOTALL)


@pytest.mark.parametrize("question", ["hashtags", "posting-times", "formats", "caption-lengths"])
def test_list_behind_an_item_has_just_the_posts_that_are_counted(admin_client, question):
    account = make_learned(44)
    for number in range(24):
        make_evidence(
            account, media_kind=("video", "carousel", "image")[number % 3], caption="so " * (number % 2 * 30),
            local_hour=8, local_weekday=number % 7, tags=["plain"], engagement_rate=3.0 + number * 5 % 7,
            published_at=timezone.now() - timedelta(days=20 + number), last_synced_at=timezone.now(),
        )  # fmt: skip
    # It has all of these, and teaches nothing before its numbers settle.
    young = timezone.now() - timedelta(hours=2)
    alike = {"local_hour": 8, "local_weekday": 1, "tags": ["plain", "good"], "published_at": young}
    make_evidence(account, media_kind="video", caption="so " * 30, last_synced_at=timezone.now(), **alike)

    told = page(admin_client, question, persona=account.persona.slug, platform="instagram")

    items = ITEM.findall(told)
    assert len(items) >= 2
    for link, n in items:
        listed = admin_client.get(link.replace("&amp;", "&")).context["cl"]
        assert listed.queryset.count() == int(n), link


def test_weekdays_beside_hours_of_a_platform_lead_to_the_personas_own_posts(admin_client):
    for slug, n in (("other", 30), ("another", 30), ("own", 14)):
        account = make_account(persona=make_persona(slug=slug))
        for at in range(n):
            good = 2 if at % 3 == 2 else 1
            make_evidence(
                account, local_hour=(9, 14, 19)[at % 3], local_weekday=at % 2, last_synced_at=timezone.now(),
                engagement_rate=good * (4 + at * 7 % 5 / 4), published_at=timezone.now() - timedelta(days=60 - at),
            )  # fmt: skip

    told = page(admin_client, "posting-times", persona="own", platform="instagram")

    assert "what 3 accounts of the platform share" in told
    weekdays = told.split("<h2>Weekdays</h2>")[1].split("<h2>")[0]
    for link, n in ITEM.findall(weekdays):
        listed = admin_client.get(link.replace("&amp;", "&")).context["cl"]
        assert listed.queryset.count() == int(n), link
        assert {post.persona_id for post in listed.result_list} == {account.persona_id}


def test_hours_are_told_as_a_whole_beside_each_one(admin_client):
    account = make_account()
    make_window(account, 60, local_weekday=1)
    for number in range(30):
        make_evidence(
            account,
            local_hour=21,
            local_weekday=1,
            engagement_rate=9.0 + number % 3,
            published_at=NOW - timedelta(days=15),
        )

    told = page(admin_client, "posting-times", persona=account.persona.slug, platform="instagram", days=30_000)

    cards = dict(re.findall(r'card-title">([^<]+)</span><strong class="gator-card-value">([^<]+)</strong>', told))
    assert cards == {
        "Best hours": "21:00 to 22:00",
        "Worst hours": "—",
        "Told of": "1 account",
        "By chance": "&lt; 0.001",
    }
    assert "Its own posts: 90" in told
    # All of these posts went out on one working day: nothing is said of weekends.
    assert re.findall(r"<figcaption>(.*?) <", told) == ["Working days"]
    assert [line[0] for line in re.findall(r"<tr><td class=.gator-number.>(.*?)</td>", told)] == ["8", "1", "1", "2"]
    squares = dict(re.findall(r'<a href="([^"]+)"><rect.*?<title>(Tuesday \d+:00)', told))
    evening = next(url for url, name in squares.items() if name == "Tuesday 21:00")
    listed = admin_client.get(evening.replace("&amp;", "&")).context["cl"].result_list
    assert {(post.local_weekday, post.local_hour) for post in listed} == {(1, 21)}
    assert len(listed) == 30
    dots = dict(re.findall(r'<a href="([^"]+)"><title>(\d+:00)[^<]*</title><line class="gator-shrunk-line"', told))
    assert sorted(dots.values()) == ["12:00", "18:00", "21:00", "8:00"]
    evening = next(url for url, name in dots.items() if name == "21:00").replace("&amp;", "&")
    assert len(admin_client.get(evening).context["cl"].result_list) == 30


def test_file_of_posting_times_has_every_point_of_the_page(admin_client):
    account = make_learned(84)

    query = {"persona": account.persona.slug, "format": "csv"}
    response = admin_client.get(address("posting-times"), query)

    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    lists = Counter(row["list"] for row in rows)
    assert (lists["working_days"], lists["weekend"], lists["hours"]) == (3, 3, 3)
    assert all(row["shrunk_low"] for row in rows if row["list"] in ("working_days", "weekend"))


def test_failure_leads_to_its_runs(admin_client):
    account = make_learned()
    make_context(state=State.FAILED, error_class="Other")

    told = page(admin_client, "failure-patterns", persona=account.persona.slug)

    (link,) = re.findall(r'<a class="text-link" href="([^"]+)">Timeout</a>', told)
    runs = admin_client.get(link).context["cl"].result_list
    assert [run.error_class for run in runs] == ["Timeout"]


def test_page_is_of_the_platform_where_somebody_posted_last(admin_client):
    make_evidence(make_account(platform="tiktok"), published_at=timezone.now() - timedelta(days=1))
    make_evidence(make_account(platform="instagram"), published_at=timezone.now() - timedelta(days=2))

    assert "All personas on TikTok" in page(admin_client, "summary")


def test_summary_names_its_best_posts_by_their_words_with_their_rates(admin_client):
    account = make_learned()

    told = page(admin_client, "summary", persona=account.persona.slug, platform=account.platform)

    best = PostPerformance.objects.latest("engagement_rate")
    (row,) = re.findall(rf'<li><a class="text-link" href="{post_url(best.pk)}">.*</li>', told)
    assert best.caption in row
    assert f"{best.engagement_rate:.2f} %" in row


BAD_QUERIES = {
    "persona": ({"persona": "nobody"}, "Persona: No persona has this slug"),
    "NUL": ({"persona": "a\x00"}, "Persona: No persona has this slug"),
    "platform": ({"platform": "myspace"}, "Platform: Select a valid choice."),
    "days": ({"days": "0"}, "Days: Ensure this value is greater than or equal to 1."),
    "too many days": ({"days": "99999999999"}, "Days: Ensure this value is less than or equal to 32000."),
}


@pytest.mark.parametrize(("query", "said"), BAD_QUERIES.values(), ids=BAD_QUERIES)
def test_page_says_which_choice_is_wrong(admin_client, query, said):
    told = page(admin_client, "hashtags", **query)

    assert said in told
    assert "All personas on" not in told


@EVERY_QUESTION
def test_answer_is_downloaded_as_csv(admin_client, question):
    account = make_learned()

    response = admin_client.get(address(question), {"persona": account.persona.slug, "format": "csv"})

    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert response["Content-Disposition"] == f'attachment; filename="{question}.csv"'
    assert len(rows) >= 2
    assert {len(row) for row in rows} == {len(rows[0])}


def test_page_of_a_post_says_what_stands_out_and_leads_to_the_patterns(admin_client):
    account = make_account()
    post = make_evidence(account, tags=["sea"], engagement_rate=9.0, vs_average=60.0, average_n=12)
    pattern = make_pattern(persona=account.persona, subject="sea", strategy="<b>Because.")

    told = admin_client.get(reverse("admin:patterns_postperformance_change", args=[post.pk])).content.decode()

    assert "60 % above the account&#x27;s usual of 12 earlier posts" in told
    assert "Nobody could be observed under it" in told
    assert (
        f'Repeat: &lt;b&gt;Because. <a class="text-link" href="/admin/patterns/pattern/{pattern.pk}/change/">' in told
    )


def test_insights_begin_with_the_first_question(admin_client):
    response = admin_client.get("/admin/patterns/pattern/insights/")

    assert response.headers["Location"] == address("summary")


def test_menu_marks_the_insights_and_not_the_patterns(admin_client):
    response = admin_client.get(address("hashtags"))

    items = [item for group in response.context["sidebar_navigation"] for item in group["items"]]
    active = [item["title"] for item in items if item.get("active")]
    assert active == ["Insights"]
