"""The form of an import: what the command takes as options, with the same checks before any row is read."""

import re
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings

from acd.theme import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)
from engagement.enums import Platform
from engagement.imports.columns import POST_FIELDS
from engagement.imports.options import mapping
from engagement.imports.running import Choices, Plan, plan_import
from engagement.imports.table import ENCODINGS, TableError, read_table
from engagement.imports.written_dates import DAY_FIRST, MONTH_FIRST
from engagement.selection import UnknownSelection
from gator.studio.enums import MediaKind
from gator.studio.models import Persona

OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")

PLATFORMS = [("", "As the file says"), *Platform.choices]
ORDERS = [("", "As the file shows"), (MONTH_FIRST, "Month first"), (DAY_FIRST, "Day first")]
KINDS = [("", "As the file says"), *MediaKind.choices]


class ImportForm(forms.Form):
    """What the user says of a file. It is valid if the file can be planned; bad rows are for the preview."""

    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        help_text="A content export of Meta Business Suite (Instagram or Facebook), X analytics or TikTok Studio, or "
        "any other table of posts with a header.",
    )
    persona = forms.ModelChoiceField(
        Persona.objects.order_by("name"),
        to_field_name="slug",
        widget=UnfoldAdminSelectWidget,
        help_text="Whose posts they are.",
    )
    timezone = forms.CharField(
        label="Time zone",
        widget=UnfoldAdminTextInputWidget,
        help_text="Zone of times without one, like Europe/Lisbon: that of the account.",
    )
    platform = forms.ChoiceField(
        choices=PLATFORMS,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Known exports say it themselves.",
    )
    observed_at = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="When the file was downloaded, like 2026-07-14 18:30. Empty means now.",
    )
    map = forms.CharField(
        label="Columns",
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=f"COLUMN=FIELD, one on each line. Fields: {', '.join(POST_FIELDS)}.",
    )
    date_order = forms.ChoiceField(choices=ORDERS, required=False, widget=UnfoldAdminSelectWidget)
    year = forms.IntegerField(
        min_value=2004,
        max_value=9999,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Of all dates without one. Empty means the last such day.",
    )
    account = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="The platform's account id, where no column has it.",
    )
    media_kind = forms.ChoiceField(choices=KINDS, required=False, widget=UnfoldAdminSelectWidget)
    encoding = forms.ChoiceField(
        choices=[(name, name) for name in ENCODINGS], initial="auto", required=False, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            limit = settings.IMPORT_MAX_BYTES // 2**20
            raise forms.ValidationError(f"It is larger than {limit} MB. Split it, or use the command import_posts.")
        return file

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        try:
            given |= {"data": given["file"].read(), "chosen": self._chosen(given)}
            plan_of(given["data"], given["chosen"], self.now)
        except (TableError, UnknownSelection) as error:
            self.add_error(None, worded(str(error)))
        return given

    def _chosen(self, given: dict[str, Any]) -> dict[str, Any]:
        same = ("timezone", "platform", "observed_at", "date_order", "year", "account", "media_kind")
        pairs = [line for line in given["map"].splitlines() if line.strip()]
        choices = Choices(
            file=given["file"].name,
            persona=given["persona"].slug,
            mapping=mapping(pairs),
            **{name: given[name] for name in same},
        )
        return asdict(choices) | {"encoding": given["encoding"] or "auto"}


# Options of the command as the form calls them.
LABELS = {
    name.replace("_", "-"): field.label or name.replace("_", " ") for name, field in ImportForm.base_fields.items()
}


def worded(text: str) -> str:
    """A message of the command in the words of the form."""
    return OPTION.sub(lambda found: f"“{LABELS.get(found[1], found[1]).capitalize()}”", text)


def plan_of(data: bytes, chosen: dict[str, Any], at: datetime) -> Plan:
    """The plan of an uploaded file. Raises `TableError` and `UnknownSelection`."""
    choices = {name: value for name, value in chosen.items() if name != "encoding"}
    table = read_table(data, encoding=chosen["encoding"])
    if len(table.records) > settings.IMPORT_MAX_ROWS:
        raise TableError(
            f"The file has {len(table.records):,} rows, and {settings.IMPORT_MAX_ROWS:,} can be imported here. "
            "Split it, or use the command import_posts."
        )
    return plan_import(table, Choices(**choices), at)
