"""What is answered of single posts: how one that did well was made, and what stands out of any."""

from collections.abc import Iterable, Iterator

from django.conf import settings

from engagement.enums import Basis
from engagement.intervals import known, wilson
from engagement.models import SocialMediaPost
from patterns.answers import PostAnalysis, SuccessfulPost
from patterns.enums import PatternKind
from patterns.models import Pattern, PostPerformance
from patterns.querysets import caption_length
from patterns.wording import UNITS, percent


def successful(post: PostPerformance) -> SuccessfulPost:
    """A post that did well, with how it was made."""
    return SuccessfulPost(
        post=post.pk,
        url=post.url,
        published_at=post.published_at,  # type: ignore[arg-type]  # a settled post has one
        rate=post.engagement_rate,  # type: ignore[arg-type]  # a high-performing post has one
        rate_low=post.rate_low,  # type: ignore[arg-type]
        rate_high=post.rate_high,  # type: ignore[arg-type]
        raw_rate=post.raw_rate,
        basis=post.basis,
        hashtags=tuple(tag.name for tag in post.hashtags.all()),
        local_hour=post.local_hour,
        media_kind=post.media_kind,
        context=str(post.context_id) if post.context_id else None,
        strategy=post.context.strategy if post.context else "",
        parameters=post.content.parameters if post.content else {},
    )


def analysis(post: SocialMediaPost, active: Iterable[Pattern]) -> PostAnalysis:
    """What is known of one post, what stands out, and which of the active patterns speak of something it has."""
    shown = _items_of(post)
    patterns = [pattern for pattern in active if (pattern.kind, pattern.subject) in shown]
    return PostAnalysis(
        post=post.pk,
        total_engagement=post.total_engagement,
        genuine_engagement=post.genuine_engagement,
        genuine_low=post.genuine_low,
        genuine_high=post.genuine_high,
        rate=post.engagement_rate,
        rate_low=post.rate_low,
        rate_high=post.rate_high,
        raw_rate=post.raw_rate,
        basis=post.basis,
        provisional=post.is_provisional,
        vs_average=post.vs_average,
        average_n=post.average_n,
        stands_out=tuple(_stands_out(post)),
        missing=tuple(_missing(post)),
        recommendations=tuple(f"{p.get_advice_display()}: {p.strategy}" for p in patterns),
        patterns=tuple(p.pk for p in patterns),
    )


def _stands_out(post: SocialMediaPost) -> list[str]:
    said = []
    if post.vs_average is not None and abs(post.vs_average) >= 25:
        side = "above" if post.vs_average > 0 else "below"
        usual = f"{abs(post.vs_average):.0f} % {side} the account's usual of {post.average_n} earlier posts"
        said.append(f"{usual}{_around(post, post.vs_average)}.")
    if post.observed_count and post.bot_count / post.observed_count >= 0.3:
        share, around = post.bot_count / post.observed_count, known(wilson(post.bot_count, post.observed_count))
        sure = f"95 % interval {100 * around.low:.0f} to {100 * around.high:.0f} %, n = {post.observed_count}"
        said.append(f"Bots made {100 * share:.0f} % of what could be observed ({sure}).")
    if post.engagement_rate is not None and post.rate_low is not None and post.basis in UNITS:
        ends = f"(95 % interval {post.rate_low:.2f} to {post.rate_high:.2f})"
        said.append(f"{post.engagement_rate:.2f} {UNITS[Basis(post.basis)]} {ends}.")
    return said


def _around(post: SocialMediaPost, versus: float) -> str:
    """The interval of a comparison by the post's own; the usual is taken as known. Empty where there is no rate."""
    if not post.engagement_rate or post.rate_low is None or post.rate_high is None:
        return ""
    ends = (percent((100 + versus) * end / post.engagement_rate - 100) for end in (post.rate_low, post.rate_high))
    return f" (95 % interval of its own numbers {' to '.join(ends)})"


def _missing(post: SocialMediaPost) -> Iterator[str]:
    if post.is_provisional:
        yield f"Its numbers have not settled yet: platforms report up to {settings.SETTLE_HOURS} hours late."
    if post.engagement_rate is None:
        yield "No rate is known: without its engagement, or without reach, views or followers, there is none."
    if post.vs_average is None:
        yield "It cannot be compared: that takes 5 earlier posts of its account, kind and basis, known at its age."
    if not post.observed_count:
        yield "Nobody could be observed under it, so the share of bots is a guess from elsewhere."


def _items_of(post: SocialMediaPost) -> set[tuple[str, str]]:
    """Every (kind, subject) that a pattern may speak of and this post has."""
    return {(PatternKind.HASHTAG, tag.name) for tag in post.hashtags.all()} | {
        (PatternKind.POSTING_HOUR, str(post.local_hour)),
        (PatternKind.POSTING_WEEKDAY, str(post.local_weekday)),
        (PatternKind.MEDIA_KIND, post.media_kind),
        (PatternKind.CAPTION_LENGTH, caption_length(post.caption)),
        (PatternKind.STRATEGY, post.content.approach if post.content else ""),
    }
