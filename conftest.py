"""What every test of the project stands on."""

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
