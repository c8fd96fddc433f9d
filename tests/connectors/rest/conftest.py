"""The API to send requests to."""

from collections.abc import AsyncIterator

import pytest

from tests.connectors.rest.shop import Api, opened_api


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """The API with its usual settings, on the in-memory workshop."""
    async with opened_api() as opened:
        yield opened
