import io
import json
from dataclasses import dataclass, field

import pytest
from django.core.management.base import CommandError

from acd.console import ConsoleCommand, printable


@dataclass(frozen=True)
class Item:
    name: str
    outcome: str
    reason: str = ""


@dataclass
class Report:
    items: list[Item] = field(default_factory=list)
    failed: bool = False

    def counts(self):
        return {"done": len(self.items)} if self.items else {}

    def to_json(self):
        return {"counts": self.counts()}


def command(*, as_json=False):
    made = ConsoleCommand(stdout=io.StringIO(), stderr=io.StringIO(), no_color=True)
    made.as_json = as_json
    return made


def written(made):
    return made.stdout.getvalue()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[red]Olá[/red] 👋", "[red]Olá[/red] 👋"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\u202eb", "a\\u202eb"),
        ("\ud800", "\\ud800"),
    ],
    ids=["markup", "escape", "direction", "surrogate"],
)
def test_printable_text_cannot_steer_a_terminal(text, expected):
    result = printable(text)

    assert result == expected


def test_item_takes_one_line_whatever_its_name_holds():
    made = command()

    made.item("My week:\nMon: plan", "done", "first\nsecond")

    assert written(made) == "My week: Mon: plan: done (first second)\n"


def test_finish_report_tells_every_item():
    made = command()

    made.finish_report(Report([Item("one", "done"), Item("two", "done", "late")]), nothing="Nothing.")

    assert written(made) == "one: done\ntwo: done (late)\n2 done.\n"


def test_finish_report_of_nothing_says_so():
    made = command()

    made.finish_report(Report(), nothing="Nothing was due.")

    assert written(made) == "Nothing was due.\n"


def test_finish_report_with_a_failure_exits_with_one():
    made = command()

    with pytest.raises(CommandError) as caught:
        made.finish_report(Report([Item("one", "failed")], failed=True), nothing="")

    assert caught.value.returncode == 1


def test_finish_under_json_writes_one_object():
    made = command(as_json=True)

    made.item("one", "done")
    made.finish({"count": 1}, summary="1 done.")

    assert json.loads(written(made)) == {"count": 1}


def test_progress_yields_the_same_items():
    made = command()

    result = list(made.progress(iter("abc"), "Working", total=3))

    assert result == ["a", "b", "c"]
