"""How numbers, moments and long texts are written for people. Unknown is a dash, never a zero."""

from datetime import datetime, timedelta

UNKNOWN = "—"

# (shortest age that is told in this unit, length of the unit, its sign)
UNITS = (
    (timedelta(days=2), timedelta(days=1), "d"),
    (timedelta(minutes=90), timedelta(hours=1), "h"),
    (timedelta(0), timedelta(minutes=1), "min"),
)


def number(value: float | None, digits: int = 0) -> str:
    """A number with thousands separated."""
    return UNKNOWN if value is None else f"{value:,.{digits}f}"


def decimals(text: object) -> str:
    """A number that a page would show with all its digits, with two decimals; other text as it is."""
    try:
        return f"{float(str(text)):,.2f}"
    except ValueError:
        return str(text)


def percent(value: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """A percentage, given as 0 to 100; `signed` writes a plus before gains, and nothing before zero."""
    if value is None:
        return UNKNOWN
    # Minus zero is no number that people write.
    rounded = round(value, digits) + 0.0
    return f"{rounded:{'+' if signed and rounded else ''},.{digits}f} %"


def effect(value: float | None, low: float | None, high: float | None, digits: int = 0) -> str:
    """A difference in percent with its interval, each with its sign: +35 % (+12 to +60)."""
    if value is None or low is None or high is None:
        return percent(value, digits, signed=True)
    ends = [percent(end, digits, signed=True).removesuffix(" %") for end in (low, high)]
    return f"{percent(value, digits, signed=True)} ({' to '.join(ends)})"


def stacked(text: str) -> str:
    """A number above its interval, for columns that keep line breaks."""
    return text.replace(" (", "\n(")


def q_value(q: float | None) -> str:
    """The false discovery rate at which something would be claimed; never zero, which no test can show."""
    return "< 0.001" if q is not None and q < 0.001 else number(q, 3)


def share(part: float | None, whole: float | None) -> str:
    """A part of a whole in percent; unknown where there is no whole."""
    return UNKNOWN if part is None or not whole else percent(100 * part / whole, 0)


def interval(
    value: float | None,
    low: float | None,
    high: float | None,
    *,
    digits: int = 0,
    unit: str = "",
    whole: float | None = None,
) -> str:
    """A number with its interval: 1,170 (1,040–1,260).

    A part of a `whole` that may be all of it or nothing is not known: what lies in the middle would only look as if.
    """
    if value is None:
        return UNKNOWN
    sign = f" {unit}" if unit else ""
    if low is None or high is None:
        return number(value, digits) + sign
    # A dash beside a minus sign cannot be read.
    to = " to " if min(low, high) < 0 else "–"
    ends = f"{number(low, digits)}{to}{number(high, digits)}"
    return ends + sign if whole and low <= 0 and high >= whole else f"{number(value, digits)}{sign} ({ends})"


def length(span: timedelta) -> str:
    """A span of time in its largest fitting unit."""
    unit, sign = next((unit, sign) for least, unit, sign in UNITS if span >= least)
    return f"{span // unit} {sign}"


def ago(moment: datetime | None, now: datetime) -> str:
    """How long before or after `now` a moment is."""
    if moment is None:
        return UNKNOWN
    if moment > now:
        return f"in {length(moment - now)}"
    return f"{length(now - moment)} ago"


def duration(span: timedelta | None) -> str:
    """How long something took, in seconds or minutes."""
    if span is None:
        return UNKNOWN
    seconds = span.total_seconds()
    return f"{seconds:.1f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def short(text: str, size: int = 60) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= size else line[: size - 1].rstrip() + "…"
