"""Links along the lineage: from any row to the rows it stands on and to the rows that stand on it.

The neighbours of a row are read from its model's `_meta`: a lower app shows its users without importing them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Field, ForeignObjectRel, Model
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.html import format_html

from acd.figures import UNKNOWN, short


@dataclass(frozen=True)
class Link:
    """One neighbour, or a counted group of neighbours. `url` is empty where there is nothing to see."""

    label: str
    text: str
    url: str = ""


def is_visible(model: type[Model] | None, request: HttpRequest) -> bool:
    """Whether the admin shows `model` to this person."""
    if model is None or not admin.site.is_registered(model):
        return False
    return admin.site.get_model_admin(model).has_view_or_change_permission(request)


def page_url(row: Model) -> str:
    """Address of a row's page; empty where the admin has none."""
    if not admin.site.is_registered(type(row)):
        return ""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return reverse(name, args=[quote(str(row.pk))])


def list_url(model: type[Model], **narrowing: object) -> str:
    """Address of a model's list, narrowed by lookups."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(narrowing)}" if narrowing else address


def link(row: Model | None, text: str = "") -> str:
    """A row as a link to its page, for a column. Its text is escaped."""
    if row is None:
        return UNKNOWN
    return anchor(page_url(row), text or short(str(row)))


def anchor(url: str, text: str) -> str:
    """A link in the colour of the theme, or plain text where there is no address."""
    return format_html('<a class="text-link" href="{}">{}</a>', url, text) if url else text


def lineage(row: Model, request: HttpRequest) -> list[Link]:
    """Every neighbour of `row` that this person may see: what it stands on first, then what stands on it."""
    return [*origins(row, request), *groups(row, request), *users(row, request)]


def origins(row: Model, request: HttpRequest) -> Iterator[Link]:
    """The rows that `row` points at."""
    for field in row._meta.fields:
        if not field.is_relation or not is_visible(field.related_model, request):
            continue
        target = getattr(row, field.name)
        if target is not None:
            yield Link(str(field.verbose_name), short(str(target)), page_url(target))


def groups(row: Model, request: HttpRequest) -> Iterator[Link]:
    """The rows that `row` collects."""
    for field in row._meta.many_to_many:
        model = field.related_model
        if not is_visible(model, request):
            continue
        plural = str(model._meta.verbose_name_plural)
        label = plural if field.name in plural else f"{field.verbose_name} {plural}"
        lookup = f"{field.related_query_name()}__{row._meta.pk.name}__exact"
        yield counted(label, getattr(row, field.name).count(), model, {lookup: row.pk})


def users(row: Model, request: HttpRequest) -> Iterator[Link]:
    """The rows that point at `row`."""
    for relation in row._meta.related_objects:
        if not is_visible(relation.related_model, request):
            continue
        if relation.one_to_one:
            yield from single(row, relation)
            continue
        lookup = f"{relation.field.name}__{row._meta.pk.name}__exact"
        n = getattr(row, str(relation.get_accessor_name())).count()
        yield counted(name_of(relation), n, relation.related_model, {lookup: row.pk})


def single(row: Model, relation: ForeignObjectRel) -> Iterator[Link]:
    """The one row at the other end of a one-to-one relation, if there is one."""
    try:
        target = getattr(row, str(relation.get_accessor_name()))
    except ObjectDoesNotExist:
        return
    yield Link(name_of(relation), short(str(target)), page_url(target))


def name_of(relation: ForeignObjectRel) -> str:
    """What the rows at the other end are called from here."""
    name = relation.related_name
    return name.replace("_", " ") if name else str(relation.related_model._meta.verbose_name_plural)


def counted(label: str, n: int, model: type[Model], narrowing: dict[str, object]) -> Link:
    """A group of neighbours with its size."""
    return Link(label, f"{n:,}", list_url(model, **narrowing) if n else "")


def narrowed_by(model: type[Model], query: QueryDict) -> list[Link]:
    """The rows that a list's address narrows it to, so that the page can say what it shows."""
    found = (neighbour(model, lookup, str(value)) for lookup, value in query.items())
    return [Link(str(row._meta.verbose_name), short(str(row)), page_url(row)) for row in found if row]


def neighbour(model: type[Model], lookup: str, value: str) -> Model | None:
    """The row that `relation__pk__exact=value` names; None for any other lookup."""
    name, _, rest = lookup.partition("__")
    target = relations(model).get(name)
    if target is None or rest != f"{target._meta.pk.name}__exact":
        return None
    try:
        return target._default_manager.filter(pk=value).first()
    except (ValidationError, ValueError):
        return None


def relations(model: type[Model]) -> dict[str, type[Model]]:
    """The models one step away, by the name a lookup uses for the step."""
    fields: list[Field | ForeignObjectRel] = model._meta.get_fields()
    return {
        field.name: field.related_model for field in fields if field.is_relation and field.related_model is not None
    }


def one_to_one_users(model: type[Model]) -> list[str]:
    """Paths for `select_related`: each row that exists once per row of `model`, and the rows it requires."""
    paths = []
    for relation in model._meta.related_objects:
        if not relation.one_to_one or relation.related_model is model:
            continue
        name = str(relation.get_accessor_name())
        required = [
            f"{name}__{field.name}"
            for field in relation.related_model._meta.fields
            if field.many_to_one and not field.null
        ]
        paths += [name, *required]
    return paths
