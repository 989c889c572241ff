"""Wherever an answer tells what real people did, it tells beside it what the platform counted."""

from dataclasses import fields, is_dataclass
from inspect import getmembers

import pytest
from django.urls import reverse

from acd.tests.factories import NOW
from engagement.tests.factories import make_account
from patterns import answers
from patterns.analyzer import PatternAnalyzer
from patterns.enums import Signal
from patterns.report import items
from patterns.tests.factories import make_evidence

# The filtered figure, and the raw one beside it.
BESIDE = {"rate": "raw_rate", "mean_rate": "mean_raw_rate", "genuine_engagement": "total_engagement"}


@pytest.mark.parametrize("filtered", BESIDE)
def test_no_answer_holds_a_filtered_figure_alone(filtered):
    named = {
        name: {field.name for field in fields(one)} for name, one in getmembers(answers, is_dataclass) if fields(one)
    }

    holding = {name for name, own in named.items() if filtered in own}
    assert holding
    assert {name for name in holding if BESIDE[filtered] not in named[name]} == set()


@pytest.fixture
def account(db):
    account = make_account()
    for rate in (6.0, 7.0, 8.0, 9.0, 10.0, 11.0):
        make_evidence(account, engagement_rate=rate, raw_rate=2 * rate)
    make_evidence(account, engagement_rate=12.0, raw_rate=None)
    return account


def asked(account):
    return PatternAnalyzer(account.persona, account.platform, now=NOW)


def test_successful_posts_tell_the_raw_rate(account):
    found = asked(account).successful_patterns()

    assert [one.raw_rate for one in found.posts] == [None, 22.0, 20.0, 18.0, 16.0, 14.0, 12.0]
    assert [line.split(", ")[1] for line in items(found)][:2] == ["raw —", "raw 22.00 %"]


def test_summary_tells_the_mean_raw_rate_of_the_posts_that_have_one(account):
    found = asked(account).performance_summary()

    assert found.mean_raw_rate == 17.0
    lines = list(items(found))
    assert next(line for line in lines if "Mean rate" in line).endswith("; raw: 17.00 %")
    assert next(line for line in lines if "Genuine engagement" in line).endswith("; raw: 350")


def test_analysis_of_a_post_tells_the_raw_rate(account):
    post = account.posts.get(engagement_rate=6.0)

    assert asked(account).analyze_post_performance(post).raw_rate == 12.0


@pytest.mark.parametrize("question", ["summary", "successful_patterns"])
def test_pages_show_the_raw_rate(account, admin_client, question):
    address = reverse(f"admin:patterns_pattern_insights_{question.replace('_', '-')}")
    page = admin_client.get(
        address, {"persona": account.persona.slug, "platform": account.platform, "days": 3650}
    ).content.decode()

    assert ("raw 17.00 %" if question == "summary" else "22.00 %") in page


def test_summary_tells_no_mean_of_a_part_that_may_be_all_or_nothing(db):
    account = make_account()
    for rate in (2.0, 2.5, 3.0, 3.5, 4.0, 4.5):
        seen = {"rate_low": 0.0, "rate_high": 2 * rate, "raw_rate": 2 * rate}
        counted = {"total_engagement": 80, "genuine_low": 0.0, "genuine_high": 80.0}
        make_evidence(account, engagement_rate=rate, **seen, **counted)

    answer = asked(account).performance_summary()

    assert answer.signal == Signal.THIN
    assert "their mean is 6.50 % of reach, of which any part may be people's." in answer.meaning
    assert list(items(answer))[:2] == ["Genuine engagement: 0–480; raw: 480", "Mean rate: 0.00–6.65 %; raw: 6.50 %"]
