"""How often the bot is killed."""

from typing import Any

import pytest


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    wanted: Any = request.config.getoption("--kills")
    return int(wanted)
