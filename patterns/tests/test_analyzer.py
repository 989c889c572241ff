"""The seven questions: their windows, their numbers, and None where nothing is known."""

import math
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from acd.enums import State
from acd.tests.factories import NOW, make_context
from engagement.enums import Basis, FilterState, Platform
from engagement.intervals import known
from engagement.models import SocialMediaPost
from engagement.tests.factories import make_account, make_post
from gator.studio.tests.factories import make_content
from patterns.analyzer import PatternAnalyzer
from patterns.answers import Findings, LeftOut, Span, SuccessfulPosts, Summary
from patterns.enums import Advice, Claim, PatternKind, PatternStatus, Signal
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
        (lambda a: a.successful_patterns(0.0), 30),
        (lambda a: a.performance_summary(), 30),
        (lambda a: a.optimal_posting_times(), 90),
        (lambda a: a.optimal_weekdays(), 90),
        (lambda a: a.effective_hashtags(1), 90),
        (lambda a: a.effective_formats(), 90),
        (lambda a: a.effective_caption_lengths(), 90),
        (lambda a: a.effective_strategies(), 90),
        (lambda a: a.suggest_content_improvements(), 90),
    ],
    ids=["successful", "summary", "times", "weekdays", "hashtags", "formats", "captions", "strategies", "suggestions"],
)
def test_every_question_has_its_own_window(account, question, days):
    for age in (days - 1, days + 1):
        make_evidence(account, tags=["sea"], **BEFORE_NOW[age])

    usual, wider, none = (question(ask(account, **changes)) for changes in ({}, {"days": days + 2}, {"days": 5}))

    assert usual.window == Span(start=NOW - timedelta(days=days), end=NOW)
    assert (usual.posts_n, wider.posts_n, none.posts_n) == (1, 2, 0)


def test_failures_are_asked_of_30_days(account):
    for age in (29, 31):
        context = make_context(
            phase="TEXT_GENERATION", state=State.FAILED, error_class="Timeout", created_at=NOW - timedelta(days=age)
        )
        make_content(persona=account.persona, context=context)

    assert [failure.n for failure in ask(account).common_failure_patterns()] == [1]
    assert [failure.n for failure in ask(account, days=40).common_failure_patterns()] == [2]


def test_nothing_is_known_of_no_posts(account):
    analyzer = ask(account)
    frame: dict[str, Any] = {
        "persona": account.persona.slug, "platform": "instagram", "basis": "", "posts_n": 0, "wide_n": 0,
        "left_out": LeftOut(), "signal": Signal.NONE,
    }  # fmt: skip
    quarter, month = (Span(start=NOW - timedelta(days=days), end=NOW) for days in (90, 30))

    assert analyzer.common_failure_patterns() == []
    assert analyzer.successful_patterns() == SuccessfulPosts(
        question="successful-patterns", window=month, posts=(),
        meaning="No post has a rate: neither reach, views nor followers are known.", **frame,
    )  # fmt: skip
    assert analyzer.effective_hashtags() == Findings(
        question="hashtags", window=quarter, items=(),
        meaning="None of the hashtags could be tested: 0 posts can be compared.", **frame,
    )  # fmt: skip
    assert analyzer.suggest_content_improvements().suggestions == (
        "Not enough data: about 10 more posts to begin (0 so far).",
    )
    assert analyzer.performance_summary() == Summary(
        question="summary", window=month, **frame,
        meaning="0 of 0 published posts have settled numbers; too few to tell a mean rate.",
        posts=0, measured=0, total_engagement=None, genuine_engagement=None, genuine_low=None, genuine_high=None,
        mean_rate=None, rate_low=None, rate_high=None, mean_raw_rate=None,
        trend=None, trend_low=None, trend_high=None, observed=0, bot_share=None, bot_share_low=None,
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

    found = ask(account).successful_patterns().posts

    assert [one.post for one in found] == [best.pk, second.pk]
    first = found[0]
    assert (first.rate, first.rate_low, first.rate_high, first.basis) == (9.0, 8.5, 9.5, "reach")
    assert (first.hashtags, first.local_hour, first.media_kind) == (("sea", "sun"), 12, "image")
    assert (first.context, first.strategy, first.parameters) == (str(context.pk), "Ask first.", {"tone": "warm"})
    assert (found[1].context, found[1].strategy, found[1].parameters) == (None, "", {})


def test_successful_posts_of_different_bases_are_not_ranked_together(account):
    main = [make_evidence(account, engagement_rate=8.0) for _ in range(2)]
    make_evidence(account, engagement_rate=30.0, basis=Basis.FOLLOWERS)

    assert {one.post for one in ask(account).successful_patterns().posts} == {post.pk for post in main}


@pytest.mark.parametrize("n", [1, 3])
def test_successful_posts_cost_the_same_queries(account, n, django_assert_num_queries):
    for _ in range(n):
        make_evidence(account, engagement_rate=9.0, tags=["sea"])

    # The coverage, the number of posts, those shown, and their hashtags.
    with django_assert_num_queries(4):
        ask(account).successful_patterns()


def test_hashtags_carry_effect_interval_q_and_evidence(account):
    posts = make_window(account)

    good, plain, often = ask(account).effective_hashtags().items

    assert (good.subject, good.n, good.signal, good.basis) == ("good", 20, Signal.OK, Basis.REACH)
    assert good.posts == tuple(post.pk for post in posts[::2])
    assert good.q < 0.001
    assert 0 < good.effect_low < good.effect < good.effect_high
    assert (often.subject, often.signal, often.posts) == ("often", Signal.THIN, ())
    assert (plain.subject, plain.signal) == ("plain", Signal.OK)


def test_formats_caption_lengths_and_strategies_are_told_like_hashtags(account):
    for number in range(40):
        is_video = number % 2 == 0
        content = make_content(persona=account.persona, approach="question" if number % 4 < 2 else "story")
        make_evidence(
            account,
            content=content,
            media_kind="video" if is_video else "image",
            caption="a" * (200 if number % 8 < 4 else 20),
            engagement_rate=(8.0 if is_video else 4.0) + number % 5 / 5,
            published_at=NOW - timedelta(days=80 - number),
        )

    analyzer = ask(account)
    formats, captions, strategies = (
        analyzer.effective_formats(),
        analyzer.effective_caption_lengths(),
        analyzer.effective_strategies(),
    )

    assert [(one.subject, one.claim, one.n, len(one.posts)) for one in formats.items] == [
        ("video", Claim.GAIN, 20, 20),
        ("image", Claim.LOSS, 20, 20),
    ]
    assert {(one.subject, one.claim, one.n) for one in captions.items} == {("126-280", "", 20), ("1-50", "", 20)}
    assert {(one.subject, one.claim, one.n) for one in strategies.items} == {("question", "", 20), ("story", "", 20)}


def test_answer_says_what_it_means_and_how_sure_it_is(account):
    make_window(account)

    analyzer = ask(account)
    hashtags, weekdays = analyzer.effective_hashtags(), analyzer.optimal_weekdays()

    good, plain, _ = hashtags.items
    assert (hashtags.signal, weekdays.signal) == (Signal.OK, Signal.NONE)
    assert hashtags.meaning == (
        "2 of 3 tested hashtags stand out among 40 posts: "
        f"#good ({good.effect:+.0f} %), #plain ({plain.effect:+.0f} %)."
    )
    assert weekdays.meaning.startswith("None of 6 tested weekdays stand out among 40 posts.")


def test_claims_come_first_by_the_lower_bound_of_the_shrunk_interval(account):
    noise = Random(5)
    logs = {"best": 0.9, "good": 0.6, "bad": -0.7, "plain": 0.0, "usual": 0.0, "dull": 0.0}
    for number in range(160):
        tags = [tag for tag in logs if noise.random() < 0.4]
        rate = 4 * math.exp(sum(logs[tag] for tag in tags) + noise.gauss(0, 0.2))
        at = NOW - timedelta(days=80, hours=-12 * number)
        make_evidence(account, tags=tags, engagement_rate=min(rate, 99.0), published_at=at)

    items = ask(account).effective_hashtags().items

    claims, rest = [one for one in items if one.claimed], [one for one in items if not one.claimed]
    assert [one.subject for one in items[:2]] == ["best", "good"]
    assert {one.subject for one in claims} >= {"best", "good", "bad"}
    assert list(items) == [*claims, *rest]
    for group in (claims, rest):
        assert group == sorted(group, key=lambda one: -one.shrunk_low)


def test_answer_counts_what_it_leaves_out(account):
    make_evidence(account)
    make_evidence(account, genuine_low=10.0)
    make_evidence(account, published_at=NOW - timedelta(hours=40), last_synced_at=NOW)
    make_evidence(account, filter_state=FilterState.UNFILTERED)
    make_evidence(account, basis=Basis.VIEWS)
    make_evidence(account, basis="", engagement_rate=None)
    make_evidence(account, published_at=NOW - timedelta(days=91))

    hashtags = ask(account).effective_hashtags()

    assert (hashtags.basis, hashtags.posts_n, hashtags.wide_n) == (Basis.REACH, 2, 1)
    assert hashtags.left_out == LeftOut(provisional=1, unfiltered=1, other_basis=1, without_basis=1)


def test_question_without_a_persona_is_asked_of_all_of_the_platform(account):
    other = make_account()
    for one in (account, other):
        make_window(one)
    make_evidence(make_account(platform=Platform.TIKTOK))

    analyzer = PatternAnalyzer(None, Platform.INSTAGRAM, now=NOW)
    hashtags = analyzer.effective_hashtags()

    assert (hashtags.persona, hashtags.posts_n) == (None, 80)
    assert [(one.subject, one.n, len(one.posts)) for one in hashtags.items if one.claimed] == [
        ("good", 40, 40),
        ("plain", 40, 40),
    ]
    assert PatternAnalyzer(None, Platform.INSTAGRAM, now=NOW, days=90).performance_summary().measured == 80


def test_failures_without_a_persona_are_those_of_all(account):
    for persona in (account.persona, make_account().persona):
        make_content(persona=persona, context=make_context(state=State.FAILED, error_class="Timeout"))
    # It failed before there was a content.
    make_context(state=State.FAILED, error_class="Timeout")

    (failure,) = PatternAnalyzer(None, Platform.INSTAGRAM, now=NOW).common_failure_patterns()

    assert failure.n == 3


def test_alarms_without_a_persona_are_of_the_posts_of_all():
    for one in (make_account(), make_account()):
        for age in range(2, 60, 3):
            make_evidence(one, published_at=NOW - timedelta(days=age), tags=["sea"])

    asked = PatternAnalyzer(None, Platform.INSTAGRAM, now=NOW).alarms()

    assert {check.subject: (check.n, check.n_before) for check in asked}["hashtags"] == (20, 20)


def test_hashtags_below_the_asked_number_are_left_out(account):
    make_window(account, 20)
    make_evidence(account, tags=["once"])

    assert "once" not in [finding.subject for finding in ask(account).effective_hashtags().items]
    (once,) = [finding for finding in ask(account).effective_hashtags(1).items if finding.subject == "once"]
    assert (once.n, once.mean, once.effect, once.q, once.signal) == (1, None, None, None, Signal.NONE)


def test_times_are_hours_and_weekdays_of_the_persona(account):
    make_window(account, 42)

    analyzer = ask(account)

    assert {finding.subject: finding.n for finding in analyzer.optimal_posting_times().items} == {
        "8": 14,
        "12": 14,
        "18": 14,
    }
    assert {finding.subject for finding in analyzer.optimal_weekdays().items} == set("0123456")


def test_findings_cost_the_same_queries_for_any_number_of_posts(account, django_assert_num_queries):
    make_window(account, 60)
    analyzer = ask(account)

    # The coverage, two for the effects, and the evidence of all claims.
    with django_assert_num_queries(4):
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

    more, less = ask(account).suggest_content_improvements().suggestions

    good, plain, _ = ask(account).effective_hashtags().items
    assert more == (
        f"Do more of #good: {good.effect:+.0f} % engagement, all else equal "
        f"(95 % interval {good.effect_low:+.0f} % to {good.effect_high:+.0f} %) (n = 20, q < 0.001); "
        f"the plain mean is {good.mean:.2f} % of reach with it, {plain.mean:.2f} without."
    )
    assert less.startswith("Avoid #plain: -")


def test_suggestions_say_how_many_posts_are_missing(account):
    for number in range(30):
        make_evidence(
            account, engagement_rate=[2.0, 4.0, 6.0][number % 3], tags=["sea"] * (number % 2),
            published_at=NOW - timedelta(days=80 - number),
        )  # fmt: skip

    analyzer = ask(account)
    suggestions, (sea,) = analyzer.suggest_content_improvements(), analyzer.effective_hashtags().items

    assert sea.more_posts > 0
    assert suggestions.suggestions == (
        f"Nothing stands out among 30 posts. About {sea.more_posts} more posts until an effect of 25 % of #sea "
        "could be told.",
    )
    assert (suggestions.meaning, suggestions.signal) == (suggestions.suggestions[0], Signal.THIN)


def test_suggestions_ask_for_variety_where_all_posts_are_alike(account):
    for number in range(12):
        make_evidence(account, engagement_rate=4.0 + 0.1 * (number % 3), tags=["sea"])

    assert ask(account).suggest_content_improvements().suggestions == (
        "Nothing can be compared in 12 posts: vary hours, formats and hashtags, 5 posts of each.",
    )


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (PatternKind.HASHTAG, "sea"),
        (PatternKind.POSTING_HOUR, "7"),
        (PatternKind.POSTING_WEEKDAY, "2"),
        (PatternKind.MEDIA_KIND, "video"),
        (PatternKind.CAPTION_LENGTH, "51-125"),
        (PatternKind.STRATEGY, "question"),
    ],
)
def test_post_analysis_recommends_by_every_kind_that_is_tested(account, kind, subject):
    content = make_content(persona=account.persona, approach="question")
    post = make_evidence(account, content=content, tags=["sea"], media_kind="video", caption="a" * 60)
    SocialMediaPost.objects.filter(pk=post.pk).update(local_hour=7, local_weekday=2)
    post.refresh_from_db()
    pattern = make_pattern(persona=account.persona, kind=kind, subject=subject)

    assert ask(account).analyze_post_performance(post).patterns == (pattern.pk,)


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
        "60 % above the account's usual of 12 earlier posts (95 % interval of its own numbers +51 % to +69 %).",
        "Bots made 40 % of what could be observed (95 % interval 17 to 69 %, n = 10).",
        "9.00 % of reach (95 % interval 8.50 to 9.50).",
    )
    assert analysis.missing == ()
    assert analysis.recommendations == ("Repeat: Because.", "Avoid: Tired.")
    assert analysis.patterns == (fitting.pk, asked.pk)


def test_post_analysis_of_an_unmeasured_post_knows_nothing(account):
    post = make_post(account=account, local_hour=None, local_weekday=None)
    make_pattern(persona=account.persona, kind=PatternKind.POSTING_HOUR, subject="8")

    analysis = ask(account).analyze_post_performance(post)

    assert (analysis.rate, analysis.total_engagement, analysis.vs_average) == (None, None, None)
    assert (analysis.stands_out, analysis.recommendations, analysis.provisional) == ((), (), True)
    assert analysis.missing == (
        "Its numbers have not settled yet: platforms report up to 48 hours late.",
        "No rate is known: without its engagement, or without reach, views or followers, there is none.",
        "It cannot be compared: that takes 5 earlier posts of its account, kind and basis, known at its age.",
        "Nobody could be observed under it, so the share of bots is a guess from elsewhere.",
    )


@pytest.mark.parametrize("n", [1, 3])
def test_post_analysis_costs_the_same_queries(account, n, django_assert_num_queries):
    post = make_evidence(account, tags=["sea"])
    for _ in range(n):
        make_pattern(persona=account.persona)
    assert Pattern.objects.count() == n

    with django_assert_num_queries(2):
        ask(account).analyze_post_performance(post)
