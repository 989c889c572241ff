"""What every test of the project stands on."""

import gc

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, settings

settings.register_profile(
    "gator",
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
settings.load_profile("gator")


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _nothing_to_throw_away(request: pytest.FixtureRequest) -> None:
    # What other tests left is thrown away at any time, also where JSON nested too deep has used up the stack; it cannot
    # end properly there, and the test that happens to run would fail for it.
    if "deep" in request.node.name:
        gc.collect()
