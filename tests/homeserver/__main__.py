"""The fake homeserver in a process of its own: `python -m tests.homeserver --port 8008`.

Prints its address when it is ready, and ends with SIGTERM or SIGINT.
"""

import argparse
import asyncio
import signal

from .server import FakeHomeserver


async def _run(port: int, server_name: str, limit: int | None, rate: float | None, burst: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with FakeHomeserver(server_name, port=port) as homeserver:
        homeserver.limit_timelines(limit)
        homeserver.rate_limit(rate, burst)
        print(homeserver.url, flush=True)  # noqa: T201  # whoever started it waits for this line
        await stopped.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.homeserver", description="A fake Matrix homeserver.")
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--server-name", default="test")
    parser.add_argument("--limit", type=int, help="cap for timelines in /sync")
    parser.add_argument("--rate", type=float, help="sends per second and user, then 429")
    parser.add_argument("--burst", type=int, default=10)
    wish = parser.parse_args()
    asyncio.run(_run(wish.port, wish.server_name, wish.limit, wish.rate, wish.burst))


main()
