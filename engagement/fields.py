"""A text column that is sealed at rest. The first key of `TOKEN_ENCRYPTION_KEYS` seals, every listed key opens."""

from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


def keyring() -> MultiFernet:
    """The keys of the installation, newest first."""
    return MultiFernet([Fernet(key) for key in settings.TOKEN_ENCRYPTION_KEYS])


class EncryptedTextField(models.TextField):
    """Text that is stored as Fernet ciphertext. An empty string stays empty, so that "is one set" can be asked in SQL.

    Raises `ImproperlyConfigured` when no key opens a stored value.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return keyring().encrypt(text.encode()).decode() if text else text

    def value_to_string(self, obj: models.Model) -> str:
        """Sealed: a dump of the rows is as safe as the table."""
        return str(self.get_prep_value(self.value_from_object(obj)) or "")

    def to_python(self, value: Any) -> Any:
        """The text itself, also of what a dump holds."""
        text = super().to_python(value)
        try:
            return keyring().decrypt(text.encode()).decode() if text else text
        except InvalidToken:
            return text

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        if not value:
            return value
        try:
            return keyring().decrypt(value.encode()).decode()
        except InvalidToken:
            raise ImproperlyConfigured(
                "A stored token opens with none of TOKEN_ENCRYPTION_KEYS: put the key that sealed it back in the list."
            ) from None
