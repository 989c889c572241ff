"""Groups of people, only as far as nobody can be told from them. Pure."""

from collections.abc import Mapping

from engagement.values import Audience

# Meta and TikTok show demographics from a hundred people on; a group of fewer than ten may be somebody.
SMALLEST = 10


def shown(audience: Audience) -> dict[str, dict[str, int]]:
    """The groups of at least ten people of each dimension; a dimension without any is left out.

    Where just one group is small its size would follow from the total, so the smallest of the others goes with it.
    """
    kept = {dimension: _large(groups) for dimension, groups in audience.items()}
    return {dimension: groups for dimension, groups in kept.items() if groups}


def _large(groups: Mapping[str, int]) -> dict[str, int]:
    ordered = sorted(groups.items(), key=lambda group: (-group[1], group[0]))
    large = [group for group in ordered if group[1] >= SMALLEST]
    hidden = [group for group in ordered if 0 < group[1] < SMALLEST]
    return dict(large[:-1] if len(hidden) == 1 else large)
