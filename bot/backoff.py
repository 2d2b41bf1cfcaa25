"""How long to wait before trying again."""

import random

FIRST_S = 0.5
MOST_S = 60.0


def delay_s(failures: int) -> float:
    """Seconds to wait after `failures` failures in a row (1, 2, ...): doubling, with jitter, at most a minute."""
    return min(MOST_S, FIRST_S * 2.0 ** min(failures - 1, 10)) * random.uniform(0.5, 1)  # noqa: S311 (no secret)
