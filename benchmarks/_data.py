"""Posts as an installation has them after three years: always the same values, written in sets.

Every persona has 5,000 posts, 450 in each 90 days, so a larger table has more personas, and the window of one of them
is the same at every size. Rows of all personas lie between each other, in the order in which they were made. Django
writes the first ten thousand posts; where more are wanted, the database copies those, at ten times the speed.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection
from django.db.models import Model

from acd.enums import Phase, QueueStatus, State
from acd.models import ACDContext
from engagement.enums import Basis, FilterState, Platform, PostStatus, SyncStatus
from engagement.models import Hashtag, SocialAccount, SocialMediaPost
from engagement.values import Metrics
from gator.studio.enums import ContentStatus, MediaKind
from gator.studio.models import Content, Persona

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
PLATFORM = Platform.INSTAGRAM
POSTS_OF_A_PERSONA = 5_000
# Personas of a block, whose posts alternate.
PERSONAS = 2
BLOCK = PERSONAS * POSTS_OF_A_PERSONA
HISTORY = timedelta(days=1_000)
# Rows of one statement.
CHUNK = 1_000
TAGS = 40
TAGS_OF_A_POST = 5
EVENING = (18, 19, 20)
APPROACHES = ("question", "story", "tip", "joke")
# One post in so many was generated here, the others were imported; one run in so many fails and leaves no content.
GENERATED_EVERY = 4
FAILS_EVERY = 20


def fill(size: int) -> Persona:
    """Fill an empty database with `size` posts and the contents and runs behind them; the persona to ask about."""
    blocks = max(1, size // BLOCK)
    accounts = make_accounts(blocks * BLOCK // POSTS_OF_A_PERSONA)
    tags = Hashtag.objects.bulk_create(Hashtag(name=f"tag{n}") for n in range(TAGS))
    random, first = Random(1), accounts[: len(accounts) // blocks]
    for start in range(0, BLOCK, CHUNK):
        posts = [make_post(n, first[n % len(first)], random) for n in range(start, start + CHUNK)]
        _with_runs(posts)
        SocialMediaPost.objects.bulk_create(posts)
        _with_tags(posts, tags, random)
    if blocks > 1:
        _copy_block(blocks - 1)
    return accounts[-1].persona


def make_accounts(count: int) -> list[SocialAccount]:
    """Personas with an account each."""
    personas = Persona.objects.bulk_create(Persona(name=f"Persona {n}", slug=f"persona-{n}") for n in range(count))
    return SocialAccount.objects.bulk_create(
        SocialAccount(persona=persona, platform=PLATFORM, platform_user_id=f"user-{n}", followers=10_000)
        for n, persona in enumerate(personas)
    )


def make_post(number: int, account: SocialAccount, random: Random) -> SocialMediaPost:
    """Post `number` of a block, measured a week after it went out; in the evening people engage more."""
    moment = NOW - HISTORY * (BLOCK - number) / BLOCK
    reach, genuine = random.randrange(1_000, 5_000), random.randrange(20, 300)
    genuine += genuine // 2 if moment.hour in EVENING else 0
    observed, bots = random.randrange(5, 20), random.randrange(5)
    rate = 100 * genuine / reach
    return SocialMediaPost(
        persona=account.persona,
        account=account,
        platform=PLATFORM,
        media_kind=random.choice(MediaKind.values),
        platform_post_id=f"post-{number}",
        status=PostStatus.PUBLISHED,
        caption=f"Caption {number} about the light of the morning",
        published_at=moment,
        local_hour=moment.hour,
        local_weekday=moment.weekday(),
        likes=genuine,
        comments=observed,
        reach=reach,
        last_synced_at=moment + timedelta(days=7),
        sync_status=SyncStatus.OK,
        filter_state=FilterState.FILTERED,
        observed_count=observed,
        genuine_count=observed - bots,
        bot_count=bots,
        total_engagement=genuine + observed,
        genuine_engagement=genuine,
        genuine_low=0.9 * genuine,
        genuine_high=1.1 * genuine,
        basis=Basis.REACH,
        engagement_rate=rate,
        rate_low=0.9 * rate,
        rate_high=1.1 * rate,
        raw_rate=rate,
        measured_at=moment + timedelta(days=7),
    )


def _with_runs(posts: list[SocialMediaPost]) -> None:
    """Give some posts the content they show and the run that made it; beside them, some runs failed."""
    # Of every persona: the one that is asked about must have runs.
    made = [post for n, post in enumerate(posts) if n // PERSONAS % GENERATED_EVERY == 0]
    contexts = ACDContext.objects.bulk_create(_context(post, n) for n, post in enumerate(made))
    contents = Content.objects.bulk_create(map(_content, made, contexts))
    for post, content in zip(made, contents, strict=True):
        if content.status == ContentStatus.APPROVED:
            post.content, post.context = content, content.context


def _context(post: SocialMediaPost, number: int) -> ACDContext:
    fails = number % FAILS_EVERY == 0
    return ACDContext(
        phase=Phase.CONTENT_GENERATION,
        state=State.FAILED if fails else State.DONE,
        queue_status=QueueStatus.ABANDONED if fails else QueueStatus.COMPLETED,
        error_class="TimeoutError" if fails else "",
        error_message="The generator gave no answer." if fails else "",
        created_at=post.published_at or NOW,
        started_at=post.published_at,
        finished_at=post.published_at,
    )


def _content(post: SocialMediaPost, context: ACDContext) -> Content:
    return Content(
        persona=post.persona,
        context=context,
        media_kind=post.media_kind,
        status=ContentStatus.FAILED if context.state == State.FAILED else ContentStatus.APPROVED,
        caption=post.caption,
        approach=APPROACHES[len(post.media_kind) % len(APPROACHES)],
        created_at=context.created_at,
    )


def _with_tags(posts: list[SocialMediaPost], tags: list[Hashtag], random: Random) -> None:
    links: Any = SocialMediaPost.hashtags.through
    links.objects.bulk_create(
        links(socialmediapost_id=post.pk, hashtag_id=tag.pk)
        for post in posts
        for tag in random.sample(tags, TAGS_OF_A_POST)
    )


def _copy_block(copies: int) -> None:
    """Copy the block so many times. Copies lie between each other, as rows of many personas do."""
    links: Any = SocialMediaPost.hashtags.through
    models: list[Any] = [ACDContext, Content, SocialMediaPost, links]
    ends = {model: model.objects.order_by("-pk").values_list("pk", flat=True)[0] for model in models}
    steps = ends | dict.fromkeys((Persona, SocialAccount), PERSONAS)
    with connection.cursor() as cursor:
        for model, end in ends.items():
            columns = {field.column: _copied(field, steps, copies) for field in model._meta.concrete_fields}
            pk, table = model._meta.pk, model._meta.db_table
            cursor.execute(
                "WITH RECURSIVE copy(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM copy WHERE number < %s)"  # noqa: S608
                f" INSERT INTO {table} ({', '.join(columns)})"
                f" SELECT {', '.join(columns.values())} FROM {table} CROSS JOIN copy"
                f" WHERE {pk.column} <= %s ORDER BY {pk.column}, number",
                [copies, pk.get_db_prep_value(end, connection)],
            )


def _copied(field: Any, steps: dict[type[Model], int], copies: int) -> str:
    """The SQL that makes a column's value for copy `number`: keys move on, everything else stays."""
    model = field.related_model or (field.model if field.primary_key else None)
    if model is ACDContext:
        # Above all ids of today, and in their order.
        hexadecimal = f"replace(CAST({field.column} AS text), '-', '')"
        digits = f"('f' || substr({hexadecimal}, 2, 25) || CAST(number + 100000 AS text))"
        return f"CAST({digits} AS uuid)" if connection.vendor == "postgresql" else digits
    if field.name == "platform_post_id":
        return f"{field.column} || '-' || CAST(number AS text)"
    return f"{steps[model]} + ({field.column} - 1) * {copies} + number" if model in steps else str(field.column)


def make_metrics(number: int) -> Metrics:
    """What a platform says of a post at its `number`th reading."""
    return Metrics(
        likes=100 + number,
        comments=20,
        reach=3_000 + number,
        api_version="v26.0",
        raw={"like_count": 100 + number, "comments_count": 20, "reach": 3_000 + number},
    )
