"""The filter's health: verdicts by week, how they stand beside people's word, and how far scores drifted."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.contrib.admin.options import ModelAdmin
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from acd.admin_links import page_url
from acd.charts import STACKED, chart
from acd.figures import UNKNOWN, number, percent
from acd.theme import action
from engagement.admin.calibrating import calibrated, may_calibrate, proposed
from engagement.admin.drifting import DAYS, share_of, texts_of
from engagement.admin.why import VERDICT_LINES
from engagement.agreement import SLOTS, Share, Slot, agreed, calibration, per_model, wrongly_accused
from engagement.calibration import filter_in_force, model_in_force
from engagement.drift import Drift, drift, edges, held
from engagement.enums import InteractionKind, Platform, Verdict
from engagement.models import Decision, Interaction, SocialAccount

WEEKS = 12
# Days in which decisions count.
DECISION_DAYS = 365
MOST_ACCOUNTS = 50
FITS = {True: "fits", False: "does not fit", None: "too few to tell"}

Key = Any
Counts = dict[Key, dict[datetime, Counter[str]]]


@action(description="Filter health", url_path="health", permissions=["view"], icon="ecg_heart")
def filter_health(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Whether the filter still works here as it did in training, and how staff's decisions would set it."""
    if request.method == "POST":
        return calibrated(admin, request)
    context = {"title": "Filter health", "may_calibrate": may_calibrate(request), **health(timezone.now())}
    return TemplateResponse(request, "admin/filter_health.html", admin.admin_site.each_context(request) | context)


def health(now: datetime) -> dict[str, Any]:
    """Everything the page shows, from a fixed number of grouped queries."""
    return {
        **over_time(now),
        **people(now),
        "proposed": proposed(),
        "drift": drifted(now),
        "texts": texts_of(now),
        "models": models_in_use(now),
        **in_force(),
    }


def over_time(now: datetime) -> dict[str, Any]:
    """Shares of the verdicts by week: of everything, of each platform and of each account."""
    begun = _week_of(now) - timedelta(weeks=WEEKS - 1)
    weeks = [begun + timedelta(weeks=n) for n in range(WEEKS)]
    rows = list(Interaction.objects.visible().seen_since(begun).per_week())
    total, platforms, accounts = (_grouped(rows, by) for by in (lambda _: "", _platform, _account))
    named = SocialAccount.objects.only("platform", "handle", "platform_user_id").in_bulk(_largest(accounts))
    return {
        "weeks": [f"{week:%d %b}" for week in reversed(weeks)],
        "week_count": WEEKS,
        "chart": _stacked(total[""], weeks) if rows else "",
        "verdicts": [(verdict.label, VERDICT_LINES[verdict]) for verdict in Verdict],
        "week_table": [_week_line(week, total[""][week]) for week in reversed(weeks)] if rows else [],
        "platforms": [_line(Platform(p).label, "", platforms[p], weeks) for p in Platform if p in platforms],
        "accounts": [_line(str(named[a]), page_url(named[a]), accounts[a], weeks) for a in named],
        "accounts_left": max(0, len(set(accounts) - {None}) - MOST_ACCOUNTS),
    }


def _week_of(now: datetime) -> datetime:
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def _platform(row: dict[str, Any]) -> Key:
    return row["platform"]


def _account(row: dict[str, Any]) -> Key:
    return row["account"]


def _grouped(rows: Iterable[dict[str, Any]], by: Callable[[dict[str, Any]], Key]) -> Counts:
    found: Counts = defaultdict(lambda: defaultdict(Counter))
    for row in rows:
        found[by(row)][row["week"]][row["final_verdict"]] += row["n"]
    return found


def _largest(accounts: Counts) -> list[int]:
    """The accounts under which most was seen."""
    sizes = {a: sum(n.total() for n in weeks.values()) for a, weeks in accounts.items() if a is not None}
    return sorted(sizes, key=lambda account: (-sizes[account], account))[:MOST_ACCOUNTS]


def _stacked(found: dict[datetime, Counter[str]], weeks: Sequence[datetime]) -> str:
    """Shares in percent; a week in which nothing was judged is a gap."""
    return chart(
        [f"{week:%d %b}" for week in weeks],
        *(
            {
                "label": verdict.label,
                "data": [_part(found[week], verdict) for week in weeks],
                "backgroundColor": f"var({VERDICT_LINES[verdict]})",
                **STACKED,
            }
            for verdict in Verdict
        ),
    )


def _part(counts: Counter[str], verdict: str) -> float | None:
    judged = _judged(counts)
    return round(100 * counts[verdict] / judged, 1) if judged else None


def _judged(counts: Counter[str]) -> int:
    return sum(counts[verdict] for verdict in Verdict)


def _week_line(week: datetime, counts: Counter[str]) -> tuple[str, str, list[str]]:
    shares = [percent(_part(counts, verdict), 0) for verdict in Verdict]
    return f"{week:%Y-%m-%d}", number(_judged(counts)), shares


def _line(name: str, url: str, found: dict[datetime, Counter[str]], weeks: Sequence[datetime]) -> dict[str, Any]:
    """One platform or account: its shares, that of bots with an interval, and by week, the newest first."""
    whole: Counter[str] = sum(found.values(), Counter())
    return {
        "name": name,
        "url": url,
        "n": number(_judged(whole)),
        "shares": [percent(_part(whole, v), 0) for v in (Verdict.GENUINE, Verdict.PERSONA, Verdict.UNSURE)],
        "bots": share_of(whole[Verdict.BOT], _judged(whole)),
        "by_week": [_cell(found[week]) for week in reversed(weeks)],
    }


def _cell(counts: Counter[str]) -> tuple[str, str]:
    part, n = _part(counts, Verdict.BOT), _judged(counts)
    return (UNKNOWN if part is None else f"{part:.0f}", f"{counts[Verdict.BOT]:,} bots of {n:,}")


def people(now: datetime) -> dict[str, Any]:
    """What people decided beside what the filter had said."""
    since = now - timedelta(days=DECISION_DAYS)
    groups = list(Decision.objects.newest().made_since(since).per_score(SLOTS))
    right, accused = agreed(groups), wrongly_accused(groups)
    return {
        "decisions": sum(group["n"] for group in groups),
        "decision_days": DECISION_DAYS,
        "agreed": _share(right),
        "accused": _share(accused),
        "calibration": [_slot(slot) for slot in calibration(groups)],
        "per_model": [(name or "unnamed", number(n)) for name, n in per_model(groups)],
    }


def _share(share: Share) -> dict[str, Any]:
    return {"text": share_of(share.part, share.n), "part": share.part, "n": share.n}


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "range": f"{slot.low:.1f} to {slot.high:.1f}",
        "n": number(slot.n),
        "mean": percent(100 * slot.mean, 0),
        "bots": share_of(slot.bots, slot.n),
        "part": round(100 * slot.bots / slot.n),
        "fits": FITS[slot.fits],
    }


def drifted(now: datetime) -> dict[str, Any]:
    """Scores of the last days against those of genuine comments in training, bin by bin."""
    judge = filter_in_force()
    genuine_scores = judge.model.genuine_scores
    between = edges(genuine_scores, judge.cut_offs.bot)
    bins = list(pairwise(between))
    rows = (
        Interaction.objects.visible()
        .seen_since(now - timedelta(days=DAYS))
        .filter(model_version=judge.model.version, kind__in=[InteractionKind.COMMENT, InteractionKind.REPLY])
    )
    ours = rows.exclude(final_verdict__in=[Verdict.BOT, Verdict.PERSONA])
    sums = ours.aggregate(**{f"bin{i}": Count("pk", filter=_within(*ends)) for i, ends in enumerate(bins)})
    found, expected = [sums[f"bin{i}"] for i in range(len(bins))], held(genuine_scores, between)
    return _told(drift(expected, found), bins, expected, found)


def _within(low: float, high: float) -> Q:
    return Q(score__gte=low, score__lt=high)


def _told(result: Drift, bins: list[tuple[float, float]], expected: list[int], found: list[int]) -> dict[str, Any]:
    trained = sum(expected)
    return {
        "days": DAYS,
        "n": number(result.n),
        "index": number(result.index, 3),
        "by_chance": number(result.by_chance, 3),
        "words": result.words,
        "table": [
            (
                f"{low:.3f} to {high:.3f}",
                percent(100 * was / trained, 0),
                percent(100 * now / result.n, 0) if result.n else UNKNOWN,
                round(100 * now / result.n) if result.n else 0,
            )
            for (low, high), was, now in zip(bins, expected, found, strict=True)
        ],
    }


def models_in_use(now: datetime) -> list[dict[str, Any]]:
    """Which models judged what was seen in these weeks, and what each called bots."""
    rows = Interaction.objects.visible().seen_since(_week_of(now) - timedelta(weeks=WEEKS - 1)).exclude(verdict="")
    bots = Count("pk", filter=Q(verdict=Verdict.BOT))
    found = rows.order_by().values("model_version").annotate(n=Count("pk"), bots=bots).order_by("-n")
    current = model_in_force().version
    return [
        {
            "name": row["model_version"] or "changed since, to be judged again",
            "is_current": row["model_version"] == current,
            "n": number(row["n"]),
            "bots": share_of(row["bots"], row["n"]),
        }
        for row in found
    ]


def in_force() -> dict[str, Any]:
    """The model that judges, its cut-offs, and what it learned from."""
    judge = filter_in_force()
    bounds = judge.cut_offs
    return {
        "model": judge.model.version,
        "bot_from": number(bounds.bot, 3),
        "genuine_below": number(bounds.genuine, 3),
        "most_accused": percent(100 * settings.MAX_WRONGLY_ACCUSED),
        "prevalence": percent(100 * judge.model.prevalence, 0),
    }
