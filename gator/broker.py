"""The embedded broker: Celery's folder of messages, with messages that appear in it whole.

Kombu gives a message its final name before it writes the text. A worker that looks in between reads an empty file,
loses the message and stops.
"""

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Writes a message under another name first."""

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]
        # Workers take the names in order, and only those that end with the queue's.
        file = Path(self.data_folder_out) / f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        unfinished = file.with_name(f"{file.name}.unfinished")
        try:
            unfinished.write_text(dumps(message), encoding="utf-8")
            unfinished.rename(file)
        except OSError as error:
            raise ChannelError(f"Cannot add {file.name} to the folder {file.parent}: {error.strerror}") from error


class Transport(filesystem.Transport):
    """The transport behind `filesystem://`."""

    Channel = Channel


def register() -> None:
    """Let `filesystem://` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
