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
    share = round((one.bot + 1) / (one.genuine + one.bot + 2), 4)
    name = "earlier_bot" if share > 0.5 else "earlier_genuine"
    detail = f"Of the author's {one.genuine + one.bot} other interactions here {one.bot} were found a bot's."
    return Evidence(AUTHOR, name, share, detail)
