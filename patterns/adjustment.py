"""How strongly items go with better posts, all else equal: one mixed model of all items of a window. Pure.

A hashtag used at good hours must not be praised for the hour. So every item is tested with all others held constant:
accounts, trends and whatever a post has exactly one of (hour, weekday, format, ...) as fixed effects, the other
hashtags as random ones, since there may be more of them than posts. Generalised least squares with one ratio of
variances by REML, as in studies of whole genomes (Kang et al. 2008, Genetics 178: 1709-1723; Lippert et al. 2011,
Nature Methods 8: 833-835); a hashtag whose claim is strong is held constant as well (Segura et al. 2012, Nature
Genetics 44: 825-830).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from scipy.special import stdtr, stdtrit

from patterns.enums import PatternKind
from patterns.mixed import ROUNDING, Floats, Integers, Mixed, Moments
from patterns.stats import benjamini_hochberg

# What an item is: its kind and its subject.
Key = tuple[str, str]

# An item of which the others leave less than this share cannot be told apart from them.
DETERMINED = 0.01
# Below this many degrees of freedom the spread of what is left says little.
MIN_FREEDOM = 5
# The scatter of an account's posts counts as if the scatter of all were known from so many more posts of it.
PRIOR_POSTS = 20
# However wide the intervals, at least this share of the scatter is taken to be the posts' own.
OWN_SCATTER = 0.5
# So many standard deviations off is still usual; a normal law's is so many times the median distance.
USUAL, MAD_OF_NORMAL = 3.0, 1.4826
# More claims than these are not held constant: there are fewer true ones, and each costs a posterior degree of freedom.
MOST_HELD = 60
# One claim for so many degrees of freedom: the best of a few columns make a few posts look alike by chance.
FREEDOM_OF_HELD = 20


@dataclass(frozen=True)
class Window:
    """Posts as rows: logs of values, the standard errors of these, accounts, what is always constant, the items."""

    values: Floats
    noise: Floats
    accounts: Integers
    constants: Floats
    items: dict[Key, Floats]

    def keys(self, *, hashtags: bool) -> list[Key]:
        """The hashtags, or all other items: of each other kind a post has one at most."""
        return [key for key in self.items if (key[0] == PatternKind.HASHTAG) == hashtags]

    def columns(self, keys: Sequence[Key]) -> Floats:
        """The columns of these items side by side."""
        return np.column_stack([np.empty((len(self.values), 0)), *(self.items[key] for key in keys)])

    @cached_property
    def levels(self) -> Mixed:
        """The model of the constants and of all items but the hashtags."""
        return self._beside(np.empty((len(self.values), 0)))

    def _beside(self, more: Floats) -> Mixed:
        fixed = np.column_stack([self.constants, self.columns(self.keys(hashtags=False)), more])
        return Mixed(self.values, fixed, np.empty((len(fixed), 0)))

    def tamed(self, more: Floats) -> Floats:
        """The values, one that lies further off than usual brought back to the border of what is usual.

        Engagement has long tails: a post that goes viral would otherwise outweigh hundreds (Huber 1981, Robust
        Statistics, section 7.7). What is usual is told around the fixed effects and the columns of `more`.
        """
        left = _residuals(self._beside(more) if more.size else self.levels, self.values)
        border = USUAL * MAD_OF_NORMAL * float(np.median(np.abs(left)))
        return self.values - left + np.clip(left, -border, border) if border else self.values

    def weights(self, tamed: Floats) -> Floats:
        """The precision of each `tamed` value: posts of an account that scatters count less, and uncertain ones too.

        An interval is partly common to all posts, so that it may be wider than their scatter: at least half of the
        scatter is then still taken to be the posts' own.
        """
        squares = _residuals(self.levels, tamed) ** 2
        count = np.bincount(self.accounts)
        known = np.bincount(self.accounts, squares) + PRIOR_POSTS * squares.mean()
        scatter = (known / (count + PRIOR_POSTS))[self.accounts]
        noise = (np.bincount(self.accounts, self.noise**2) / np.maximum(count, 1))[self.accounts]
        return np.asarray(1 / (np.maximum(scatter - noise, OWN_SCATTER * scatter) + self.noise**2))


def _residuals(model: Mixed, values: Floats) -> Floats:
    """What the fixed columns of a model leave of values, as large as the noise."""
    return model.without_fixed(values) * np.sqrt(len(values) / max(model.freedom, 1))


@dataclass(frozen=True)
class Estimate:
    """An effect in logs with its standard error and Student's degrees of freedom."""

    effect: float
    error: float
    freedom: int

    @property
    def half(self) -> float:
        """Half the width of the 95 % interval."""
        return _critical(self.freedom) * self.error

    @property
    def p_gain(self) -> float:
        """How often chance alone would give as large a gain."""
        return float(stdtr(self.freedom, -self.effect / self.error))

    @property
    def p_loss(self) -> float:
        """How often chance alone would give as large a loss."""
        return float(stdtr(self.freedom, self.effect / self.error))


@lru_cache(maxsize=1_000)
def _critical(freedom: int) -> float:
    return float(stdtrit(freedom, 0.975))


@dataclass(frozen=True)
class Fit:
    """The fitted model of a window: where each hashtag that can be told apart stands among the random columns and with
    which sign, the places of those held constant, and the ratio of variances."""

    window: Window
    root: Floats
    model: Mixed
    sides: dict[Key, tuple[int, float]]
    held: Integers
    ratio: float

    def moments(self, columns: Floats, *, instead_of: Collection[str] = ()) -> Moments:
        """The moments of any columns (posts by columns) beside everything else.

        Of the kinds in `instead_of` the items are left out: columns for hours stand instead of the hours themselves.
        """
        rest = [key for key in self.window.keys(hashtags=False) if key[0] not in instead_of]
        fixed = np.column_stack([self.window.constants, self.window.columns(rest)])
        random = np.column_stack([self.model.random, columns * self.root[:, None]])
        moments = Mixed(self.model.values, fixed * self.root[:, None], random).moments.beside(self.held)
        hashtags = np.arange(self.model.random.shape[1])
        if self.ratio:
            moments = moments.beside(np.delete(hashtags, self.held), 1 / self.ratio)
        return moments.of(np.arange(len(hashtags), random.shape[1]))


def fitted(window: Window, *, rate: float) -> Fit | None:
    """The model of a window, claims of hashtags at this false discovery rate held constant; None if nothing varies."""
    if len(window.values) <= MIN_FREEDOM or not np.ptp(window.values):
        return None
    first = _fitted(window, window.tamed(np.empty((len(window.values), 0))), rate)
    if first is None or not first.held.size:
        return first
    # A post is no stranger for what its hashtags explain.
    return _fitted(window, window.tamed(first.model.random[:, first.held] / first.root[:, None]), rate)


def _fitted(window: Window, tamed: Floats, rate: float) -> Fit | None:
    root = np.sqrt(window.weights(tamed))
    levels, tags = window.keys(hashtags=False), window.keys(hashtags=True)
    fixed = np.column_stack([window.columns(levels), window.constants])
    model = Mixed(tamed * root, fixed * root[:, None], window.columns(tags) * root[:, None])
    if model.moments.freedom < MIN_FREEDOM or model.moments.total <= ROUNDING * float(model.values @ model.values):
        return None
    places, sides = _told_apart(model, float(root @ root))
    if len(places) < len(tags):
        model = replace(model, random=model.random[:, places])
    held, ratio = _claimed(model.moments, rate)
    return Fit(window, root, model, {tags[tag]: side for tag, side in sides.items()}, held, ratio)


def adjusted(window: Window, *, rate: float) -> dict[Key, Estimate]:
    """Every item that can be tested; one is missing where others determine it, or where nothing varies."""
    fit = fitted(window, rate=rate)
    return estimates(fit) if fit else {}


def estimates(fit: Fit) -> dict[Key, Estimate]:
    """Every item that can be tested beside all others."""
    return dict([*_of_hashtags(fit), *_of_levels(fit)])


def _told_apart(model: Mixed, weight: float) -> tuple[Integers, dict[int, tuple[int, float]]]:
    """Places of random columns of which none determines another, and for each that can be tested its place in these.

    Hashtags that always stand together cannot be told apart and get no test. Two that never do but share all posts
    between them are two sides of one comparison. `weight` is that of all posts.
    """
    gram, mass = model.moments.gram, (model.random**2).sum(axis=0)
    known = np.flatnonzero(np.diag(gram) > DETERMINED * mass * (1 - mass / weight) + ROUNDING)
    size = np.sqrt(np.diag(gram)[known])
    alike = gram[np.ix_(known, known)] / np.outer(size, size)
    first = (np.abs(alike) > 1 - DETERMINED).argmax(axis=1) if known.size else known
    side = np.sign(alike[np.arange(len(known)), first])
    shared = Counter(zip(first.tolist(), side.tolist(), strict=True))
    kept = np.unique(first)
    place = {int(one): number for number, one in enumerate(kept)}
    pairs = zip(known.tolist(), first.tolist(), side.tolist(), strict=True)
    return known[kept], {tag: (place[one], sign) for tag, one, sign in pairs if shared[one, sign] == 1}


def _claimed(plain: Moments, rate: float) -> tuple[Integers, float]:
    """The hashtags whose claims are held constant, the strongest first, and the ratio of variances beside them.

    The ratio is found twice: strong effects are not of the common law of the many weak ones.
    """
    everything = np.arange(len(plain.shared))
    held, ratio = everything[:0], 0.0
    for _ in range(2):
        ratio = plain.beside(held).ratio(np.delete(everything, held))
        around = plain.beside(everything, 1 / ratio) if ratio else plain
        held = _forward(around, ratio, rate)
        if not held.size:
            break
    return held, ratio


def _forward(around: Moments, ratio: float, rate: float) -> Integers:
    held, most = np.arange(0), min(MOST_HELD, around.freedom // FREEDOM_OF_HELD)
    while len(held) < most:
        effects, errors, freedom = _tests(around, held, ratio)
        t = effects / errors
        q_values = np.minimum(benjamini_hochberg(stdtr(freedom, -t)), benjamini_hochberg(stdtr(freedom, t)))
        q_values[held] = np.inf
        fresh = np.flatnonzero(q_values <= rate)
        if not fresh.size:
            break
        held = np.append(held, fresh[np.argmax(np.abs(t)[fresh])])
    return held


def _tests(around: Moments, held: Integers, ratio: float) -> tuple[Floats, Floats, Integers]:
    """Each random column as a fixed effect beside the held ones: effects, standard errors, degrees of freedom.

    The column is among the random ones as well. Its coefficient is the same without that, and its squared error less
    by the ratio of variances. The error is infinite where the held ones determine the column.
    """
    beside = around.beside(held)
    information, shared = np.diag(beside.gram).copy(), beside.shared.copy()
    freedom = np.full(len(shared), beside.freedom - 1)
    if held.size:
        inner = np.linalg.inv(around.gram[np.ix_(held, held)])
        information[held] = 1 / np.diag(inner)
        shared[held] = (inner @ around.shared[held]) * information[held]
        freedom[held] += 1
    known = information > DETERMINED * np.diag(around.gram)
    information = np.where(known, information, 1.0)
    effects = np.where(known, shared / information, 0.0)
    explained = effects * shared
    explained[held] = 0.0
    left = beside.total - explained
    # Without any scatter a few equal values would look like certainty.
    known &= (left > ROUNDING * around.total) & (freedom >= MIN_FREEDOM)
    errors = np.sqrt(np.maximum(left, 0.0) / np.maximum(freedom, 1) * np.maximum(1 / information - ratio, ROUNDING))
    return effects, np.where(known, errors, np.inf), freedom


def _of_hashtags(fit: Fit) -> Iterator[tuple[Key, Estimate]]:
    plain = fit.model.moments
    around = plain.beside(np.arange(len(plain.shared)), 1 / fit.ratio) if fit.ratio else plain
    effects, errors, freedom = _tests(around, fit.held, fit.ratio)
    for tag, (place, sign) in fit.sides.items():
        if np.isfinite(errors[place]):
            yield tag, Estimate(sign * float(effects[place]), float(errors[place]), int(freedom[place]))


def _of_levels(fit: Fit) -> Iterator[tuple[Key, Estimate]]:
    """The items of which a post has one: each against the other posts, in whatever shares these have the others."""
    window, keys = fit.window, fit.window.keys(hashtags=False)
    found = fit.model.coefficients(fit.held, fit.ratio)
    if found.freedom < MIN_FREEDOM:
        return
    columns, weights = window.columns(keys), fit.root**2
    counts, mass = columns.sum(axis=0), weights @ columns
    kinds = np.array([kind for kind, _ in keys])
    contrasts = np.where(kinds[:, None] == kinds, -counts / (len(weights) - counts)[:, None], 0.0)
    np.fill_diagonal(contrasts, 1.0)
    effects, errors, told = found.contrasts(contrasts)
    told &= errors**2 * mass * (1 - mass / weights.sum()) * DETERMINED < found.scatter
    for at in np.flatnonzero(told):
        yield keys[at], Estimate(float(effects[at]), float(errors[at]), found.freedom)
