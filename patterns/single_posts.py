"""What is answered of single posts: how one that did well was made, and what stands out of any."""

from collections.abc import Iterable

from engagement.enums import Basis
from engagement.models import SocialMediaPost
from patterns.answers import PostAnalysis, SuccessfulPost
from patterns.enums import PatternKind
from patterns.models import Pattern, PostPerformance
from patterns.querysets import caption_length
from patterns.wording import UNITS


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
        recommendations=tuple(f"{p.get_advice_display()}: {p.strategy}" for p in patterns),
        patterns=tuple(p.pk for p in patterns),
    )


def _stands_out(post: SocialMediaPost) -> list[str]:
    said = []
    if post.vs_average is not None and abs(post.vs_average) >= 25:
        side = "above" if post.vs_average > 0 else "below"
        said.append(f"{abs(post.vs_average):.0f} % {side} the account's usual over {post.average_n} earlier posts.")
    if post.observed_count and post.bot_count / post.observed_count >= 0.3:
        said.append(f"Bots made {post.bot_count} of the {post.observed_count} interactions that could be observed.")
    if post.engagement_rate is not None and post.rate_low is not None and post.basis in UNITS:
        around = f"(95 % interval {post.rate_low:.2f} to {post.rate_high:.2f})"
        said.append(f"{post.engagement_rate:.2f} {UNITS[Basis(post.basis)]} {around}.")
    return said


def _items_of(post: SocialMediaPost) -> set[tuple[str, str]]:
    """Every (kind, subject) that a pattern may speak of and this post has."""
    return {(PatternKind.HASHTAG, tag.name) for tag in post.hashtags.all()} | {
        (PatternKind.POSTING_HOUR, str(post.local_hour)),
        (PatternKind.POSTING_WEEKDAY, str(post.local_weekday)),
        (PatternKind.MEDIA_KIND, post.media_kind),
        (PatternKind.CAPTION_LENGTH, caption_length(post.caption)),
        (PatternKind.STRATEGY, post.content.approach if post.content else ""),
    }
