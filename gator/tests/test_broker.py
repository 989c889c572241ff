"""The embedded broker: what a worker finds in the folder can be read."""

from typing import Any

from kombu import Connection
from kombu.transport import filesystem

from gator.celery import app


def test_message_appears_in_the_folder_whole(tmp_path, monkeypatch):
    # A file that has its final name before its text stops the worker that finds it.
    seen: list[str] = []

    def look(payload):
        seen.extend(path.name for path in tmp_path.glob("*.msg"))
        return "{}"

    for module in ("kombu.transport.filesystem.dumps", "gator.broker.dumps"):
        monkeypatch.setattr(module, look, raising=False)
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path)}
    with Connection(app.conf.broker_url or "filesystem://", transport_options=folders) as connection:
        assert isinstance(connection.transport, filesystem.Transport)
        channel: Any = connection.default_channel
        channel._put("celery", {"body": "work"})

        assert (seen, len(list(tmp_path.glob("*.celery.msg")))) == ([], 1)
        assert channel._get("celery") == {}
