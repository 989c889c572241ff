"""Every column of every table, those of libraries too, is in docs/privacy.md: what it holds, whose, how long."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from engagement.retention import BILLED_DAYS, DELIVERY_DAYS, REFUSED_PAYLOAD_DAYS, SPENDING_DAYS

OWNERS = ("nobody's", "ours", "staff's", "a stranger's")
STRANGERS = "a stranger's"
ROW = re.compile(r"^\| (?P<columns>`.+?`) \| (?P<what>.*) \| (?P<whose>.*) \| (?P<long>.*) \|$")
REMEDY = (
    "Add it to the table of its model: what it holds, whose that is ({owners}), and how long it is kept. "
    "If it can hold anything of a stranger, see that erasure.py and retention.py reach it."
)


class Entry(NamedTuple):
    """What the page says of one column."""

    column: str
    what: str
    whose: str
    how_long: str


def page() -> str:
    return (settings.BASE_DIR / "docs" / "privacy.md").read_text(encoding="utf-8")


def entries(text: str) -> Iterator[Entry]:
    """Every column that the page names, as app.Model.column."""
    model = ""
    for line in text.splitlines():
        if line.startswith("### "):
            model = line.removeprefix("### ")
        elif model and (row := ROW.match(line)):
            for name in re.findall(r"`(\w+)`", row["columns"]):
                yield Entry(f"{model}.{name}", row["what"].strip(), row["whose"].strip(), row["long"].strip())


def columns(found) -> set[str]:
    """Every column of these models, and every table between two of them by its field."""
    own = [model for model in found if not model._meta.proxy]
    return {f"{m._meta.label}.{f.name}" for m in own for f in (*m._meta.concrete_fields, *m._meta.local_many_to_many)}


def complaints(text: str, real: set[str]) -> list[str]:
    """What is wrong with the page, with the remedy."""
    listed = list(entries(text))
    times = Counter(entry.column for entry in listed)
    remedy = REMEDY.format(owners=", ".join(OWNERS))
    return [
        *(f"{column} is not in docs/privacy.md. {remedy}" for column in sorted(real - times.keys())),
        *(
            f"docs/privacy.md tells of {column}, which there is not: take it out."
            for column in sorted(times.keys() - real)
        ),
        *(f"docs/privacy.md tells of {column} twice." for column, n in times.items() if n > 1),
        *(f"{one.column}: say whose it is ({', '.join(OWNERS)})." for one in listed if one.whose not in OWNERS),
        *(f"{one.column}: say what it holds and how long." for one in listed if not (one.what and one.how_long)),
        *(
            f"{one.column} is a stranger's and stays for good: say why."
            for one in listed
            if one.whose == STRANGERS and one.how_long == "for good"
        ),
    ]


def test_every_column_is_told_with_how_long_it_is_kept():
    assert complaints(page(), columns(apps.get_models())) == []


@pytest.mark.django_db
def test_every_table_of_the_database_is_looked_at():
    """A table that a library makes without a model, or for a relation, would escape a look at the models alone."""
    looked_at = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}

    assert set(connection.introspection.table_names()) - looked_at == {"django_migrations"}


@pytest.mark.parametrize(
    ("column", "days"),
    [
        ("engagement.WebhookDelivery.body", DELIVERY_DAYS),
        ("engagement.RefusedPayload.payload", REFUSED_PAYLOAD_DAYS),
        ("engagement.Spending.amount", SPENDING_DAYS),
        ("engagement.BilledRead.resource", BILLED_DAYS),
    ],
)
def test_days_on_the_page_are_those_of_the_code(column, days):
    told = {entry.column: entry.how_long for entry in entries(page())}

    assert f"{days} days" in told[column]


@pytest.mark.parametrize("name", ["COMMENT_TEXT_RETENTION_DAYS", "PSEUDONYM_KEY", "FORMER_PSEUDONYM_KEYS"])
def test_settings_on_the_page_exist(name):
    assert (name in page(), hasattr(settings, name)) == (True, True)


# The test itself

PAGE = """
### engagement.Hashtag

| columns | what | whose | how long |
|---|---|---|---|
| `id`, `name` | a hashtag | ours | for good |
"""
HASHTAG = {"engagement.Hashtag.id", "engagement.Hashtag.name"}


@pytest.mark.parametrize(
    ("text", "real", "complaint"),
    [
        (PAGE, HASHTAG, None),
        (PAGE, HASHTAG | {"engagement.Hashtag.nickname"}, "engagement.Hashtag.nickname is not in docs/privacy.md. Add"),
        (PAGE, {"engagement.Hashtag.id"}, "tells of engagement.Hashtag.name, which there is not"),
        (PAGE.replace("`id`, ", "`id`, `name`, "), HASHTAG, "engagement.Hashtag.name twice"),
        (PAGE.replace("| ours |", "| theirs |"), HASHTAG, "say whose it is"),
        (PAGE.replace("| for good |", "|  |"), HASHTAG, "say what it holds and how long"),
        (PAGE.replace("| ours |", "| a stranger's |"), HASHTAG, "stays for good: say why"),
    ],
    ids=["right", "new", "gone", "twice", "whose", "how long", "why"],
)
def test_inventory_complains_with_the_remedy(text, real, complaint):
    found = complaints(text, real)

    assert (found == []) == (complaint is None)
    assert complaint is None or any(complaint in one for one in found)


def test_inventory_sees_what_a_model_gains_by_another_table():
    assert "engagement.SocialMediaPost.hashtags" in columns(apps.get_models())
