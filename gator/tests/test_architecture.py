"""The import order of docs/architecture.md, read from the source: nothing points up, no function imports."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

# Lowest first. `gator.studio` is an app of its own; the rest of `gator` stands above every app.
APPS = ("acd", "gator.studio", "engagement", "patterns", "gator")

# Inside an app, lowest first, by the name of a module or of the package it stands in. What is not named is an action.
LAYERS: tuple[set[str], ...] = (
    # `guidance` is a value in the studio alone; in `patterns` it is an action.
    {"enums", "values", "rules", "constraints", "fields", "gator.studio.guidance"},
    {"querysets"},
    {"models"},
    set(),
    {"tasks", "admin", "theme", "api", "management", "apps", "urls", "celery", "asgi", "wsgi", "settings"},
)
ACTIONS = 3
SANDBOX = "engagement.sandbox"


@cache
def modules():
    """Every module of ours with its source; migrations are written by Django."""
    root = Path(settings.BASE_DIR)
    paths = (path for app in ("acd", "engagement", "patterns", "gator") for path in (root / app).rglob("*.py"))
    named = {path.relative_to(root).with_suffix("").parts: path for path in paths if "migrations" not in path.parts}
    return {".".join(parts).removesuffix(".__init__"): path.read_text() for parts, path in named.items()}


def inside(module, package):
    return module == package or module.startswith(f"{package}.")


def app_of(module):
    """The app a module belongs to, the innermost first; None for what is not ours."""
    found = [app for app in APPS if inside(module, app)]
    return max(found, key=len) if found else None


def layer_of(module):
    """The layer of a module inside its app."""
    within = module.removeprefix(app_of(module)).strip(".").split(".")[0]
    for layer, names in enumerate(LAYERS):
        # api_answers and admin_links are parts of their doors.
        if module in names or within in names or (layer > ACTIONS and within.split("_")[0] in names):
            return layer
    return ACTIONS


def is_test(module):
    return "tests" in module.split(".")


def imported(tree, module, known) -> Iterator[tuple[int, str]]:
    """Line and module of every import; of `from a import b` the module a.b where there is one, else a."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = ".".join(module.split(".")[: -node.level]) if node.level else ""
            base = ".".join(part for part in (package, node.module) if part)
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield node.lineno, whole if whole in known else base


def upward(module, target):
    """Why this import points up, or None."""
    ours, theirs = app_of(module), app_of(target)
    if theirs is None or inside(module, "gator.tests"):
        return None
    if APPS.index(theirs) > APPS.index(ours):
        return f"{ours} is below {theirs}"
    if ours == theirs and not is_test(module) and layer_of(target) > layer_of(module):
        return "its layer is below"
    if is_test(target) and not is_test(module):
        return "only tests may need tests"
    return None


def foreign_to_sandbox(module, target):
    if not inside(module, SANDBOX) or inside(target, SANDBOX) or target.split(".")[0] in sys.stdlib_module_names:
        return None
    return "the sandbox stands on the standard library alone"


def in_functions(tree) -> Iterator[int]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    for function in (node for node in ast.walk(tree) if isinstance(node, kinds)):
        yield from (node.lineno for node in ast.walk(function) if isinstance(node, (ast.Import, ast.ImportFrom)))


def violations(module, source, known=frozenset()):
    """What is wrong with the imports of one module, a line each."""
    tree = ast.parse(source)
    found = [f"{module}:{line} imports inside a function" for line in sorted(set(in_functions(tree)))]
    for line, target in imported(tree, module, known):
        reasons = filter(None, (upward(module, target), foreign_to_sandbox(module, target)))
        found += [f"{module}:{line} imports {target}: {reason}" for reason in reasons]
    return found


@pytest.mark.parametrize("app", APPS)
def test_nothing_points_up(app):
    names = frozenset(modules())
    ours = {name: source for name, source in modules().items() if app_of(name) == app}

    found = [wrong for name, source in sorted(ours.items()) for wrong in violations(name, source, names)]

    assert len(ours) > 5
    assert found == []


PLANTED = {
    "lower app": ("acd.tracking", "from engagement.models import SocialMediaPost", ["acd is below engagement"]),
    "studio": ("gator.studio.generation", "import patterns.guidance", ["gator.studio is below patterns"]),
    "studio and host": ("gator.studio.generation", "from gator import loop", ["gator.studio is below gator"]),
    "queryset": ("engagement.querysets", "from engagement import models", ["its layer is below"]),
    "model": ("patterns.models", "from patterns.extraction import extract", ["its layer is below"]),
    "relative": ("patterns.models", "from .extraction import extract", ["its layer is below"]),
    "task": ("engagement.sync", "from engagement.tasks import sync_due", ["its layer is below"]),
    "door": ("engagement.sync", "from engagement.api_ingestion import x", ["its layer is below"]),
    "test": ("acd.tests.test_x", "from patterns.tests.factories import make_pattern", ["acd is below patterns"]),
    "factory": (
        "patterns.analyzer",
        "from patterns.tests.factories import make_pattern",
        ["only tests may need tests"],
    ),
    "sandbox and ours": (
        "engagement.sandbox.world",
        "from engagement.enums import Platform",
        ["the sandbox stands on the standard library alone"],
    ),
    "sandbox and Django": (
        "engagement.sandbox.world",
        "import django",
        ["the sandbox stands on the standard library alone"],
    ),
}
LEGAL = {
    "downward": ("patterns.models", "from engagement.models import SocialMediaPost"),
    "inward": ("engagement.models", "from engagement.querysets import SocialMediaPostQuerySet"),
    "sideways": ("engagement.sync", "from engagement.assessment import assess_posts"),
    "sandbox": ("engagement.sandbox.world", "import json\nfrom engagement.sandbox import ids"),
    "top test": (
        "gator.tests.test_loop",
        "from gator import loop\nfrom engagement.tests.factories import make_account",
    ),
    "other package": ("acd.models", "from django.db import models"),
}


@pytest.mark.parametrize(("module", "source", "reasons"), PLANTED.values(), ids=PLANTED)
def test_planted_import_is_caught(module, source, reasons):
    found = violations(module, source, frozenset(modules()))

    assert [wrong.split(": ")[1] for wrong in found] == reasons


@pytest.mark.parametrize(("module", "source"), LEGAL.values(), ids=LEGAL)
def test_legal_import_is_left_alone(module, source):
    assert violations(module, source, frozenset(modules())) == []


@pytest.mark.parametrize("function", ["def f():", "async def f():", "class C:\n def f(self):"])
def test_planted_import_inside_a_function_is_caught(function):
    source = f"{function}\n  import json\n"

    assert violations("acd.rules", source) == [f"acd.rules:{source.count(chr(10))} imports inside a function"]
