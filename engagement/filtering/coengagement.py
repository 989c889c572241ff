"""Layer: the same authors within seconds of each other, on post after post, more often than chance has it.

Innocent explanation: friends who follow the same accounts, and everybody at once when a notification goes out. So what
happens is held against a null in which every author's clock is shifted: they act on the same posts, as often and as
densely, but no longer together. Only pairs that meet more often than that null explains are named.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from engagement.filtering.scene import Evidence, Findings, Scene, Together
from engagement.filtering.stack import COENGAGEMENT

# One action: author, post, moment in seconds.
Act = tuple[str, str, float]
Pair = tuple[str, str]

# Coordinated groups act within the minute of their signal, most within half of it.
WINDOW_SECONDS = 30.0
# In a crowd each act is held against so many before it, which keeps the cost linear.
NEIGHBOURS = 25
# Pairs that met on fewer posts are nobody's pattern.
FEWEST_POSTS = 3
# Clocks are shifted by at least this many windows and at most this many, so often.
SHIFT_LEAST, SHIFT_MOST, SHIFTS = 6, 360, 10
# At most this share of the named pairs may be chance.
FALSE_DISCOVERIES = 0.01

# (at least so many posts together with one other, weight)
POST_STEPS = ((6, 0.75), (4, 0.7), (FEWEST_POSTS, 0.6))
# Two friends are a pair; of so many who meet every one is as sure as a pair is that meets on many posts.
GROUP_LEAST, GROUP_WEIGHT = 3, 0.7


def coengaged(scene: Scene) -> Findings:
    """Authors who are known to act together with others."""
    known = scene.history.together
    return {
        seen.id: [_together(one)]
        for seen in scene.interactions
        if seen.author_key and (one := known.get(seen.author_key)) and one.posts >= FEWEST_POSTS
    }


def _together(one: Together) -> Evidence:
    weight = next(weight for least, weight in POST_STEPS if one.posts >= least)
    if one.partners >= GROUP_LEAST:
        weight = max(weight, GROUP_WEIGHT)
    detail = f"The author acts within seconds of {one.partners} others, on up to {one.posts} posts."
    return Evidence(COENGAGEMENT, "together", weight, detail)


def together(acts: Iterable[Act], *, window: float = WINDOW_SECONDS) -> dict[str, Together]:
    """The authors who act together, from who acted on which post when. The cost is linear but for sorting."""
    known = _frequent({act for act in acts if act[0]})
    met = meetings(known, window)
    if max(met.values(), default=0) < FEWEST_POSTS:
        return {}
    least = least_posts(met, [meetings(shifted(known, window, turn), window) for turn in range(SHIFTS)])
    partners: dict[str, list[int]] = defaultdict(list)
    for pair, posts in met.items():
        if posts >= least:
            for author in pair:
                partners[author].append(posts)
    return {author: Together(len(posts), max(posts)) for author, posts in partners.items()}


def _frequent(acts: Iterable[Act]) -> list[Act]:
    """The acts of authors on enough posts to be seen together often, in order."""
    on: dict[str, set[str]] = defaultdict(set)
    for author, post, _ in acts:
        on[author].add(post)
    return sorted(act for act in acts if len(on[act[0]]) >= FEWEST_POSTS)


def meetings(acts: Iterable[Act], window: float = WINDOW_SECONDS) -> Counter[Pair]:
    """On how many posts each pair of authors acted within a window."""
    by_post: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for author, post, moment in acts:
        by_post[post].append((moment, author))
    return Counter(pair for crowd in by_post.values() for pair in _pairs(sorted(crowd), window))


def _pairs(crowd: Sequence[tuple[float, str]], window: float) -> set[Pair]:
    found = set()
    for at, (moment, author) in enumerate(crowd):
        for earlier, other in reversed(crowd[max(0, at - NEIGHBOURS) : at]):
            if moment - earlier > window:
                break
            if other != author:
                found.add((author, other) if author < other else (other, author))
    return found


def shifted(acts: Iterable[Act], window: float, turn: int) -> list[Act]:
    """The acts with every author's clock moved by an amount of its own, the same one each time."""
    return [(author, post, moment + _shift(author, window, turn)) for author, post, moment in acts]


def _shift(author: str, window: float, turn: int) -> float:
    raw = int.from_bytes(blake2b(f"{turn}:{author}".encode(), digest_size=8).digest(), "big") / 2**64
    size = SHIFT_LEAST + (SHIFT_MOST - SHIFT_LEAST) * abs(2 * raw - 1)
    return window * (size if raw < 0.5 else -size)


def least_posts(met: Counter[Pair], nulls: Sequence[Counter[Pair]]) -> int:
    """The fewest common posts at which no more than `FALSE_DISCOVERIES` of the pairs would be chance."""
    real, chance = Counter(met.values()), Counter(posts for null in nulls for posts in null.values())
    most = max([*real, *chance, FEWEST_POSTS])
    for least in range(FEWEST_POSTS, most + 1):
        named = sum(number for posts, number in real.items() if posts >= least)
        by_chance = sum(number for posts, number in chance.items() if posts >= least) / len(nulls)
        if named and by_chance <= FALSE_DISCOVERIES * named:
            return least
    return most + 1
