"""Whether the texts of today are like those of training: how long they are, and how many the text model can read."""

from datetime import datetime, timedelta
from typing import Any

from acd.figures import UNKNOWN, interval, number, percent
from engagement.calibration import model_in_force
from engagement.drift import drift, edges, held
from engagement.enums import Verdict
from engagement.filtering.ngrams import tokens
from engagement.filtering.scene import WRITTEN
from engagement.filtering.text import visible
from engagement.intervals import wilson
from engagement.models import Interaction

# Days whose scores and texts are compared with training.
DAYS = 30
# So many of the newest are read, at most: more would tell the same, later.
MOST_READ = 1_000
LONGEST = 1_000_000


def share_of(part: int, n: int) -> str:
    """A share in percent with its 95 % interval; unknown of nothing."""
    found = wilson(part, n)
    return interval(100 * part / n, 100 * found.low, 100 * found.high, unit="%") if found else UNKNOWN


def texts_of(now: datetime) -> dict[str, Any]:
    """Lengths of the newest texts that are not bots', and the share the model reads, beside training. One query."""
    model = model_in_force()
    ours = Interaction.objects.visible().seen_since(now - timedelta(days=DAYS)).filter(kind__in=WRITTEN)
    rows = ours.exclude(text="").exclude(final_verdict__in=[Verdict.BOT, Verdict.PERSONA]).order_by("-pk")
    said = [tokens(visible(text)) for text in rows.values_list("text", flat=True)[:MOST_READ]]
    words = [sum(map(str.isalnum, one)) for one in said]
    read = sum(model.text.log_odds_of(one) is not None for one in said)
    between = edges(model.genuine_words, LONGEST)
    found = drift(held(model.genuine_words, between), held(words, between))
    return {
        "n": number(len(said)),
        "read": share_of(read, len(said)),
        "read_trained": percent(None if model.genuine_read is None else 100 * model.genuine_read, 0),
        "length_index": number(found.index, 3),
        "length_by_chance": number(found.by_chance, 3),
    }
