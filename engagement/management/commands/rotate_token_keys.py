"""Seal every stored access token with the newest key."""

from dataclasses import asdict
from typing import Any

from acd.console import ConsoleCommand
from engagement.token_keys import rotate_token_keys


class Command(ConsoleCommand):
    help = (
        "Seal every stored token with the first of TOKEN_ENCRYPTION_KEYS. Put the new key in front, run this, "
        "then drop the old key. May be stopped and repeated; tokens are never shown."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = rotate_token_keys(watch=lambda work, total: self.progress(work, "Sealing tokens", total))
        told = f"{done.resealed} tokens were sealed with the newest key, {done.current} had it already"
        failure = (
            f"{done.unreadable} tokens open with none of TOKEN_ENCRYPTION_KEYS: put the key that sealed them "
            "back in the list and run this again, or connect their accounts anew."
        )
        self.finish(
            asdict(done),
            summary=f"{told}, {done.changed} were refreshed meanwhile.",
            failure=failure if done.unreadable else "",
        )
