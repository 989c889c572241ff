"""Who asked to be forgotten: asked at every door, before anything of a person is stored."""

from collections.abc import Collection

from engagement.models import ErasedAuthor
from engagement.pseudonyms import author_keys

# A person, as a platform tells them: platform and id.
Person = tuple[str, str]
ASKED_AT_ONCE = 5_000


def forgotten(people: Collection[Person]) -> set[Person]:
    """Those of these people of whom nothing may be stored, whichever key their tombstone was made with."""
    by_key = {key: person for person in people if person[1] for key in author_keys(*person)}
    return {by_key[key] for key in erased_keys(by_key)}


def erased_keys(keys: Collection[str]) -> set[str]:
    """Those of these keyed hashes that have a tombstone."""
    wanted, found = sorted(keys), set[str]()
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        part = wanted[start : start + ASKED_AT_ONCE]
        found.update(ErasedAuthor.objects.filter(author_key__in=part).values_list("author_key", flat=True))
    return found
