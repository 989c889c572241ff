"""Sealing every stored token with the newest key, so that older keys can be dropped from the list."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from engagement.fields import keyring
from engagement.models import SocialAccount
from engagement.tokens import SEALED

BATCH = 500

# Lets somebody watch the work: given it and how much there is, passes it on.
Watch = Callable[[Iterator[str], int], Iterator[str]]


@dataclass(frozen=True)
class Rotation:
    """How many tokens were sealed anew, had the newest key already, changed meanwhile, or open with no key at all."""

    resealed: int
    current: int
    changed: int
    unreadable: int


def rotate_token_keys(*, batch: int = BATCH, watch: Watch = lambda work, total: work) -> Rotation:
    """Seal every token with the first of `TOKEN_ENCRYPTION_KEYS`. May be stopped and run again at any point.

    Each token is written by itself, so whatever was sealed before a stop stays sealed.
    """
    total = sum(_ciphertexts(name).count() for name in SEALED)
    found = Counter(watch(_rotated(batch), total))
    return Rotation(found["resealed"], found["current"], found["changed"], found["unreadable"])


def _rotated(batch: int) -> Iterator[str]:
    """How each token fared."""
    for name in SEALED:
        yield from (_rotate(pk, name, sealed) for pk, sealed in _sealed(name, batch))


def _ciphertexts(name: str) -> QuerySet[Any]:
    # The cast makes it a plain text column, which the field's own decryption leaves alone.
    return SocialAccount.objects.annotate(sealed=Cast(name, TextField())).exclude(sealed="")


def _sealed(name: str, batch: int) -> Iterator[tuple[int, str]]:
    last = 0
    while rows := list(_ciphertexts(name).filter(pk__gt=last).order_by("pk").values_list("pk", "sealed")[:batch]):
        yield from rows
        last = rows[-1][0]


def _rotate(pk: int, name: str, sealed: str) -> str:
    if _opens(Fernet(settings.TOKEN_ENCRYPTION_KEYS[0]), sealed):
        return "current"
    try:
        token = keyring().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return "unreadable"
    # A token that was refreshed since it was read is newer than ours and already sealed with the newest key.
    written = _ciphertexts(name).filter(pk=pk, sealed=sealed).update(**{name: token})
    return "resealed" if written else "changed"


def _opens(key: Fernet, sealed: str) -> bool:
    try:
        key.decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True
