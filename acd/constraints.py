"""Database checks that several apps put on their tables. A leaf: it imports nothing of ours."""

from django.db import models
from django.db.models import F, Q


def legal(table: str, field: str, choices: type[models.Choices], *, null: bool = False) -> models.CheckConstraint:
    """Hold `field` to its vocabulary; with `null`, NULL is legal too."""
    condition = Q(**{f"{field}__in": choices.values})
    if null:
        condition |= Q(**{field: None})
    return models.CheckConstraint(condition=condition, name=f"{table}_{field}_legal")


def not_negative(table: str, *names: str) -> list[models.CheckConstraint]:
    """Hold each field to zero or more; NULL, which means unknown, is legal."""
    return [
        models.CheckConstraint(
            condition=Q(**{f"{name}__gte": 0}) | Q(**{name: None}), name=f"{table}_{name}_not_negative"
        )
        for name in names
    ]


def ordered(table: str, low: str, value: str, high: str) -> models.CheckConstraint:
    """Hold an interval to low <= value <= high, or to all three unknown."""
    known = Q(**{f"{low}__lte": F(value), f"{value}__lte": F(high)})
    unknown = Q(**{low: None, value: None, high: None})
    return models.CheckConstraint(condition=known | unknown, name=f"{table}_{value}_in_interval")


def percent(table: str, *names: str) -> list[models.CheckConstraint]:
    """Hold each field to 0 to 100; NULL, which means unknown, is legal."""
    return [
        models.CheckConstraint(
            condition=Q(**{f"{name}__range": (0, 100)}) | Q(**{name: None}), name=f"{table}_{name}_is_percent"
        )
        for name in names
    ]
