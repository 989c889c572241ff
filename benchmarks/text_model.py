"""What the filter costs without a database: comments a second, long hostile texts, the share of each layer.

The comments are made from a vocabulary of words and of words nobody ever wrote, so that part of them is new each time.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

from _common import Law, judge, seconds, timed
from _data import NOW

from engagement.enums import InteractionKind
from engagement.filtering.model import Model
from engagement.filtering.pipeline import DEFAULT, LAYERS, TRAINED, assess
from engagement.filtering.scene import Account, AuthorRecord, History, Scene, Seen, Together
from engagement.filtering.text import visible

COMMENTS = 5_000
ON_A_POST = 100
LONG = 100_000
RUNS = 40
SAID = (
    "the light in this picture is lovely where did you take it I want to go there with my kids next summer thank you "
    "so much for sharing what camera do you use check my channel please subscribe and win free followers today"
)
WORDS = SAID.split()
SIGNS = ("!", "!!!", "🔥", "❤️", "…", "?", "")
# What may make a reader of text slow: marks, tags, entities, links, handles, and words that are all new.
HOSTILE = ("🔥", "e\u0316\u0301", "<a ", "&amp;", "@a.", "www.", "a.b.", "-a", "+1 ", "x" * 50)


def sentence(random: Random) -> str:
    """A comment of about twelve words; one word in twenty is new."""
    said = [
        "".join(random.choices("aeioulmnrst", k=8)) if random.random() < 0.05 else random.choice(WORDS)
        for _ in range(random.randint(2, 24))
    ]
    tag = random.choice(("", "", "", " @somebody.else", " https://shop.example/a?b=1"))
    return " ".join(said) + random.choice(SIGNS) + tag


def read(texts: list[str]) -> None:
    """Normalise and score, as the filter does."""
    for text in texts:
        DEFAULT.text.log_odds(visible(text))


def texts() -> list[Law]:
    """Comments a second, and how the time grows with the length of one."""
    random = Random(1)
    batches = [[sentence(random) for _ in range(COMMENTS)] for _ in range(5)]
    read(batches[0])
    speed = COMMENTS / min(seconds(lambda b=batch: read(b)) for batch in batches[1:])  # type: ignore[misc]
    slowest = max(_hostile(unit, LONG) for unit in HOSTILE)
    growth = max(_hostile(unit, LONG) / _hostile(unit, LONG // 4) for unit in HOSTILE)
    return [
        Law("comments normalised and scored by one core", speed, 20_000, "/s", at_least=True),
        Law(f"the slowest comment of {LONG:,} characters", 1_000 * slowest, 100, "ms"),
        Law("time of four times the length", growth, 6),
    ]


def _hostile(unit: str, length: int) -> float:
    text = (unit * length)[:length]
    return timed(lambda: read([text]), 5)


def post() -> Scene:
    """A busy post of an account with a past, where every layer has something to look at."""
    random = Random(2)
    said = [sentence(random) for _ in range(ON_A_POST)]
    seen = [
        Seen(n, InteractionKind.COMMENT, f"author-{n % 80}", text, NOW - timedelta(seconds=7 * n), account=ACCOUNT)
        for n, text in enumerate(said)
    ]
    history = History(
        fingerprints={f"mark-{n}": 3 for n in range(1_000)},
        typical_pace=2.0,
        near=dict.fromkeys(range(1_000), 3),
        authors={f"author-{n}": AuthorRecord(genuine=n, bot=n % 3) for n in range(80)},
        together={f"author-{n}": Together(3, 4) for n in range(5)},
    )
    return Scene(tuple(seen), history)


ACCOUNT = Account(age_days=900, followers=120, following=300, posts=2_000, has_biography=True, has_picture=True)


def layers() -> list[Law]:
    """All layers on one post, and what each of them adds; the texts are made ready once, before them."""
    scene = post()
    shares = {name: fastest_ms(lambda look=look: look(_ready(scene))) for name, look in LOOKS.items()}  # type: ignore[misc]
    ready = shares["texts made ready"]
    print(f"Of {ON_A_POST} comments, in milliseconds:")
    for name, spent in shares.items():
        print(f"  {spent if name == 'texts made ready' else max(0.0, spent - ready):8.2f}  {name}")
    whole = fastest_ms(lambda: assess(_unread(scene), known_personas=frozenset(), history=scene.history))
    return [Law(f"all layers on {ON_A_POST} comments", whole, 10, "ms")]


def _unread(scene: Scene) -> list[Seen]:
    # An interaction keeps the forms of its text.
    return [replace(one) for one in scene.interactions]


def _ready(scene: Scene) -> Scene:
    fresh = Scene(scene.interactions, scene.history)
    _ = fresh.visible, fresh.words, fresh.fingerprints, fresh.tokens
    return fresh


def _with_model(layer: Callable[[Scene, Model], object], scene: Scene) -> object:
    return layer(scene, DEFAULT)


LOOKS: dict[str, Callable[[Scene], object]] = {
    "texts made ready": lambda scene: scene,
    **{layer.__name__: layer for layer in LAYERS},
    **{layer.__name__: partial(_with_model, layer) for layer in TRAINED},
}


def fastest_ms(call: Callable[[], object]) -> float:
    """The fastest of many calls in milliseconds: whatever else the machine does meanwhile only adds."""
    return 1_000 * timed(call, RUNS)


def main() -> None:
    """Measure."""
    judge([*texts(), *layers()])


if __name__ == "__main__":
    main()
