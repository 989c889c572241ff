"""The seven questions: their windows, their numbers, and None where nothing is known."""

import math
from datetime import timedelta

import pytest

from acd.enums import State
from acd.tests.factories import NOW, make_context
from engagement.enums import Basis, Platform
from engagement.intervals import known
from engagement.tests.factories import make_account, make_post
from gator.studio.tests.factories import make_content
from patterns.analyzer import PatternAnalyzer, more_posts
from patterns.answers import Summary
from patterns.enums import Advice, PatternKind, PatternStatus, Signal
from patterns.models import Pattern
from patterns.stats import Sample, interval
from patterns.tests.factories import make_evidence, make_pattern, make_window

pytestmark = pytest.mark.django_db
BEFORE_NOW = {days: {"published_at": NOW - timedelta(days=days), "last_synced_at": NOW} for days in (29, 31, 89, 91)}


@pytest.fixture
def account():
    return make_account()


def ask(account, **changes):
    return PatternAnalyzer(account.persona, account.platform, now=NOW, **changes)


@pytest.mark.parametrize(
    ("question", "days"),
    [
        (lambda a: len(a.successful_patterns(0.0)), 30),
        (lambda a: a.performance_summary().measured, 30),
        (lambda a: sum(f.n for f in a.optimal_posting_times()), 90),
        (lambda a: sum(f.n for f in a.optimal_weekdays()), 90),
        (lambda a: sum(f.n for f in a.effective_hashtags(1)), 90),
    ],
    ids=["successful", "summary", "times", "weekdays", "hashtags"],
)
def test_every_question_has_its_own_window(account, question, days):
    for age in (days - 1, days + 1):
        make_evidence(account, tags=["sea"], **BEFORE_NOW[age])

    assert question(ask(account)) == 1
    assert question(ask(account, days=days + 2)) == 2
    assert question(ask(account, days=5)) == 0


def test_failures_are_asked_of_30_days(account):
    for age in (29, 31):
        context = make_context(
            phase="TEXT_GENERATION", state=State.FAILED, error_class="Timeout", created_at=NOW - timedelta(days=age)
        )
        make_content(persona=account.persona, context=context)

    assert [failure.n for failure in ask(account).common_failure_patterns()] == [1]
    assert [failure.n for failure in ask(account, days=40).common_failure_patterns()] == [2]


def test_suggestions_are_asked_of_90_days(account):
    for age in (89, 91):
        make_evidence(account, **BEFORE_NOW[age])

    assert ask(account).suggest_content_improvements() == ["Not enough data: about 9 more posts to begin (1 so far)."]


def test_nothing_is_known_of_no_posts(account):
    analyzer = ask(account)

    assert analyzer.successful_patterns() == []
    assert analyzer.common_failure_patterns() == []
    assert analyzer.optimal_posting_times() == []
    assert analyzer.optimal_weekdays() == []
    assert analyzer.effective_hashtags() == []
    assert analyzer.suggest_content_improvements() == ["Not enough data: about 10 more posts to begin (0 so far)."]
    assert analyzer.performance_summary() == Summary(
        posts=0, measured=0, total_engagement=None, genuine_engagement=None, genuine_low=None, genuine_high=None,
        basis="", mean_rate=None, rate_low=None,
        rate_high=None, trend=None, trend_low=None, trend_high=None, observed=0, bot_share=None, bot_share_low=None,
        bot_share_high=None, persona_share=None, best=(), worst=(),
    )  # fmt: skip


def test_successful_posts_tell_how_they_were_made(account):
    context = make_context(strategy="Ask first.")
    content = make_content(persona=account.persona, context=context, parameters={"tone": "warm"})
    best = make_evidence(
        account, content=content, context=context, engagement_rate=9.0, tags=["sea", "sun"], url="https://example.org/1"
    )
    second = make_evidence(account, engagement_rate=5.6)
    make_evidence(account, engagement_rate=5.4)

    found = ask(account).successful_patterns()

    assert [one.post for one in found] == [best.pk, second.pk]
    first = found[0]
    assert (first.rate, first.rate_low, first.rate_high, first.basis) == (9.0, 8.5, 9.5, "reach")
    assert (first.hashtags, first.local_hour, first.media_kind) == (("sea", "sun"), 12, "image")
    assert (first.context, first.strategy, first.parameters) == (str(context.pk), "Ask first.", {"tone": "warm"})
    assert (found[1].context, found[1].strategy, found[1].parameters) == (None, "", {})


def test_successful_posts_of_different_bases_are_not_ranked_together(account):
    main = [make_evidence(account, engagement_rate=8.0) for _ in range(2)]
    make_evidence(account, engagement_rate=30.0, basis=Basis.FOLLOWERS)

    assert {one.post for one in ask(account).successful_patterns()} == {post.pk for post in main}


@pytest.mark.parametrize("n", [1, 3])
def test_successful_posts_cost_the_same_queries(account, n, django_assert_num_queries):
    for _ in range(n):
        make_evidence(account, engagement_rate=9.0, tags=["sea"])

    with django_assert_num_queries(3):
        ask(account).successful_patterns()


def test_hashtags_carry_effect_interval_q_and_evidence(account):
    posts = make_window(account)

    good, often, plain = ask(account).effective_hashtags()

    assert (good.subject, good.n, good.signal, good.basis) == ("good", 20, Signal.OK, Basis.REACH)
    assert good.posts == tuple(post.pk for post in posts[::2])
    assert good.q < 0.001
    assert 0 < good.effect_low < good.effect < good.effect_high
    assert (often.subject, often.signal, often.posts) == ("often", Signal.THIN, ())
    assert (plain.subject, plain.signal) == ("plain", Signal.OK)


def test_hashtags_below_the_asked_number_are_left_out(account):
    make_window(account, 20)
    make_evidence(account, tags=["once"])

    assert "once" not in [finding.subject for finding in ask(account).effective_hashtags()]
    (once,) = [finding for finding in ask(account).effective_hashtags(1) if finding.subject == "once"]
    assert (once.n, once.mean, once.effect, once.q, once.signal) == (1, None, None, None, Signal.NONE)


def test_times_are_hours_and_weekdays_of_the_persona(account):
    make_window(account, 42)

    analyzer = ask(account)

    assert {finding.subject: finding.n for finding in analyzer.optimal_posting_times()} == {"8": 14, "12": 14, "18": 14}
    assert {finding.subject for finding in analyzer.optimal_weekdays()} == set("0123456")


def test_findings_cost_the_same_queries_for_any_number_of_posts(account, django_assert_num_queries):
    make_window(account, 60)
    analyzer = ask(account)

    # The basis, two for the effects, and the evidence of two claims.
    with django_assert_num_queries(5):
        analyzer.effective_hashtags()
    # The second question asks nothing again.
    with django_assert_num_queries(0):
        analyzer.optimal_posting_times()


def test_other_personas_and_platforms_do_not_count(account):
    make_evidence(make_account(persona=account.persona, platform=Platform.TIKTOK))
    make_evidence(make_account())

    assert ask(account).performance_summary().measured == 0


def test_summary_adds_up(account):
    rates = [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    posts = [
        make_evidence(account, engagement_rate=rate, observed_count=10, genuine_count=7, bot_count=2, persona_count=1)
        for rate in rates
    ]
    make_evidence(account, engagement_rate=None, total_engagement=None, basis="")
    make_post(account=account)

    summary = ask(account).performance_summary()

    around = known(interval(Sample.of(rates)))
    # Each post's own interval is half a point to either side.
    below, above = math.hypot(4.5 - around.low, 0.5), math.hypot(around.high - 4.5, 0.5)
    assert (summary.posts, summary.measured, summary.basis) == (8, 7, "reach")
    assert (summary.total_engagement, summary.genuine_engagement) == (300, 280.0)
    assert (summary.genuine_low, summary.genuine_high) == (245.0, 315.0)
    assert (summary.mean_rate, summary.rate_low, summary.rate_high) == pytest.approx((4.5, 4.5 - below, 4.5 + above))
    assert (summary.observed, summary.bot_share, summary.persona_share) == (60, 0.2, 0.1)
    assert summary.bot_share_low < 0.2 < summary.bot_share_high
    assert summary.best == tuple(post.pk for post in reversed(posts[1:]))
    assert summary.worst == tuple(post.pk for post in posts[:5])


def test_summary_without_a_basis_has_no_rate(account):
    for number in range(6):
        make_evidence(account, basis=Basis.COUNT, engagement_rate=None, lift=number / 10)

    summary = ask(account).performance_summary()

    assert (summary.basis, summary.mean_rate, summary.rate_low) == ("count", None, None)
    assert len(summary.best) == 5


@pytest.mark.parametrize(("late", "expected"), [(5, 2.0), (4, None)], ids=["enough", "too few"])
def test_trend_is_the_second_half_less_the_first(account, late, expected):
    for number in range(5):
        make_evidence(account, engagement_rate=3.0 + 0.1 * (number - 2), published_at=NOW - timedelta(days=15 + number))
    for number in range(late):
        rate = 5.0 + 0.1 * (number - 2)
        make_evidence(account, engagement_rate=rate, published_at=NOW - timedelta(days=14, minutes=number))

    summary = ask(account).performance_summary()

    if expected is None:
        assert (summary.trend, summary.trend_low, summary.trend_high) == (None, None, None)
    else:
        assert summary.trend == pytest.approx(expected)
        assert 0 < summary.trend_low < summary.trend < summary.trend_high


def test_suggestions_carry_their_numbers(account):
    make_window(account)

    more, less = ask(account).suggest_content_improvements()

    good, *_, plain = ask(account).effective_hashtags()
    assert more == (
        f"Do more of #good: mean {good.mean:.2f} % of reach against {plain.mean:.2f} without it, all else equal "
        f"{good.effect:+.2f} points (95 % interval {good.effect_low:+.2f} to {good.effect_high:+.2f}) "
        f"(n = 20, q < 0.001)."
    )
    assert less.startswith("Avoid #plain: mean ")


def test_suggestions_say_how_many_posts_are_missing(account):
    for number in range(12):
        make_evidence(account, engagement_rate=[2.0, 4.0, 6.0][number % 3], tags=["sea"])

    # Two groups; 15.68 * variance (2.91) / (a quarter of 4)^2 = 45.6, so 46 each, less the 12.
    assert ask(account).suggest_content_improvements() == [
        "Not enough data: about 80 more posts would show a difference of 25 % (12 so far)."
    ]


def test_suggestions_say_when_there_is_enough_and_nothing_to_see(account):
    for number in range(40):
        make_evidence(account, engagement_rate=4.0 + 0.1 * (number % 3), tags=["sea"])

    assert ask(account).suggest_content_improvements() == [
        "Nothing stands out among 40 measured posts, which are enough to show a difference of 25 %."
    ]


@pytest.mark.parametrize(
    ("posts", "basis", "expected"),
    [
        (Sample(), "", None),
        (Sample.of([1.0, 2.0] * 4), Basis.REACH, None),
        (Sample.of([0.0] * 20), Basis.REACH, None),
        (Sample.of([4.0] * 20), Basis.REACH, 0),
        (Sample.of([-0.5, 0.5] * 10), Basis.COUNT, 146),
    ],
    ids=["nothing", "too few", "all zero", "no spread", "lift"],
)
def test_more_posts(posts, basis, expected):
    assert more_posts(posts, basis) == expected


def test_post_analysis_tells_what_stands_out_and_what_to_do(account):
    content = make_content(persona=account.persona, approach="question")
    post = make_evidence(
        account, content=content, tags=["sea"], engagement_rate=9.0, vs_average=60.0, average_n=12, observed_count=10,
        genuine_count=6, bot_count=4,
    )  # fmt: skip
    fitting = make_pattern(persona=account.persona, subject="sea", strategy="Because.")
    asked = make_pattern(
        persona=account.persona, kind=PatternKind.STRATEGY, subject="question", advice=Advice.AVOID, strategy="Tired."
    )
    make_pattern(persona=account.persona, subject="sun")
    make_pattern(persona=account.persona, subject="sea", status=PatternStatus.REJECTED, basis="views")
    make_pattern(subject="sea")

    analysis = ask(account).analyze_post_performance(post)

    assert (analysis.post, analysis.total_engagement, analysis.genuine_engagement) == (post.pk, 50, 40.0)
    assert (analysis.rate, analysis.vs_average, analysis.provisional) == (9.0, 60.0, False)
    assert analysis.stands_out == (
        "60 % above the account's usual over 12 earlier posts.",
        "Bots made 4 of the 10 interactions that could be observed.",
        "9.00 % of reach (95 % interval 8.50 to 9.50).",
    )
    assert analysis.recommendations == ("Repeat: Because.", "Avoid: Tired.")
    assert analysis.patterns == (fitting.pk, asked.pk)


def test_post_analysis_of_an_unmeasured_post_knows_nothing(account):
    post = make_post(account=account, local_hour=None, local_weekday=None)
    make_pattern(persona=account.persona, kind=PatternKind.POSTING_HOUR, subject="8")

    analysis = ask(account).analyze_post_performance(post)

    assert (analysis.rate, analysis.total_engagement, analysis.vs_average) == (None, None, None)
    assert (analysis.stands_out, analysis.recommendations, analysis.provisional) == ((), (), True)


@pytest.mark.parametrize("n", [1, 3])
def test_post_analysis_costs_the_same_queries(account, n, django_assert_num_queries):
    post = make_evidence(account, tags=["sea"])
    for _ in range(n):
        make_pattern(persona=account.persona)
    assert Pattern.objects.count() == n

    with django_assert_num_queries(2):
        ask(account).analyze_post_performance(post)
