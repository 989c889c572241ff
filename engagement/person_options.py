"""How commands are told of a person: by their id on a platform, which is hashed at once, or by the keyed hash."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.management.base import CommandError, CommandParser

from engagement.enums import Platform
from engagement.erasure import KEY
from engagement.pseudonyms import author_keys


@dataclass(frozen=True)
class Named:
    """A person as named to a command: a platform and an id, or a key alone."""

    platform: str = ""
    author: str = field(default="", repr=False)
    key: str = ""

    @property
    def keys(self) -> Sequence[str]:
        """Every keyed hash that may stand for them."""
        return (self.key,) if self.key else author_keys(self.platform, self.author)


def add_person_options(parser: CommandParser) -> None:
    """The options that name a person."""
    parser.add_argument("--platform", choices=Platform.values, help="where the person has the account")
    parser.add_argument(
        "--author", "--user-id", metavar="ID", help="the platform's id of the person; - reads it from the input"
    )
    parser.add_argument("--key", help="instead of both: the keyed hash of the person, 64 hex digits")


def person_of(options: Mapping[str, Any]) -> Named:
    """Who was named. Raises `CommandError` where it is nobody, or said in two ways."""
    platform, key = options["platform"], options["key"]
    # A command line is seen by every process and kept in the shell's history.
    author = sys.stdin.readline() if options["author"] == "-" else options["author"] or ""
    if bool(key) == bool(platform or author):
        raise CommandError("Give --platform and --author, or --key alone.")
    if key:
        if not KEY.fullmatch(key):
            raise CommandError("--key is no keyed hash: it has 64 hex digits.")
        return Named(key=key)
    if not (platform and author.strip()):
        raise CommandError("--author or --platform is empty. Give the platform and its id of the person.")
    return Named(platform, author.strip())
