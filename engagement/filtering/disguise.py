"""Layer: words hidden from machines, behind letters that only look alike or characters nobody sees.

Innocent explanation: a name borrowed from another alphabet, a text copied from a page. Joiners between
letters of Persian or Hindi and within emoji are how these are written, and never evidence.
"""

import re

from engagement.filtering.scene import WRITTEN, Evidence, Findings, Scene, Seen
from engagement.filtering.stack import DISGUISE
from engagement.filtering.text import is_mixed

# Between two Latin letters nothing invisible belongs; soft hyphens come from typesetting.
_HIDDEN = re.compile("[a-zA-Z][\u200b-\u200f\u2060-\u2064\ufeff]+[a-zA-Z]")

_MIXES = Evidence(DISGUISE, "lookalikes", 0.6, "It mixes letters of two alphabets within a word.")
_HIDES = Evidence(DISGUISE, "hidden", 0.6, "It has characters nobody sees within its words.")


def disguised(scene: Scene) -> Findings:
    """Texts that hide their words, and how."""
    written = [seen for seen in scene.interactions if seen.kind in WRITTEN and not seen.text.isascii()]
    found = {seen.id: _ways(seen, scene) for seen in written}
    return {key: ways for key, ways in found.items() if ways}


def _ways(seen: Seen, scene: Scene) -> list[Evidence]:
    mixes = [_MIXES] if is_mixed(scene.visible.get(seen.id, "")) else []
    return mixes + ([_HIDES] if _HIDDEN.search(seen.text) else [])
