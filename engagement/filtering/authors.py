"""Layer: what was found of the author on other posts of ours.

Innocent explanation: a verdict there may have been wrong, and a fan may once have advertised. So the share is drawn
towards one half, by as much as one interaction of each kind, and weighs no more than `stack` allows.
"""

from engagement.filtering.scene import AuthorRecord, Evidence, Findings, Scene
from engagement.filtering.stack import AUTHOR


def record(scene: Scene) -> Findings:
    """The share of bots among an author's other interactions, of authors who have any."""
    known = scene.history.authors
    return {
        seen.id: [_share(one)]
        for seen in scene.interactions
        if seen.author_key and (one := known.get(seen.author_key)) and one.genuine + one.bot
    }


def _share(one: AuthorRecord) -> Evidence:
    n = one.genuine + one.bot
    share = round((one.bot + 1) / (n + 2), 4)
    name = "earlier_bot" if share > 0.5 else "earlier_genuine"
    return Evidence(AUTHOR, name, share, _told(one.bot, n))


def _told(bots: int, n: int) -> str:
    if n == 1:
        return f"The author's one other interaction here was {'' if bots else 'not '}found a bot's."
    verb = "was" if bots < 2 else "were"
    return f"{bots or 'None'} of the author's {n} other interactions here {verb} found a bot's."
