"""Commands of the operator in a process of their own, beside a bot or without one."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.dialog import PASSWORD


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code and what it said."""

    code: int | None
    out: str
    err: str


async def operate(config: Path, *words: str, password: str | None = PASSWORD, **environ: str) -> Ended:
    """`python -m bot words --config config`; nobody sits at a terminal. It is killed after a while."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AG4_BOT_")}
    secret = {} if password is None else {"AG4_BOT_PASSWORD": password}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "default", "-m", "bot", *words, "--config", str(config)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**kept, **secret, "PYTHONPATH": str(Path(__file__).parents[2]), **environ},
        cwd=config.parent,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 60)
    except TimeoutError:
        process.kill()
        out, err = await process.communicate()
    return Ended(process.returncode, out.decode(), err.decode())


def write_config(url: str, directory: Path, *, encryption: str = "enabled = true", more: str = "") -> Path:
    """A configuration file for the bot of `tests.dialog`; its data are in `directory / "data"`."""
    path = directory / "config.toml"
    path.write_text(f"""
{more}
[homeserver]
url = "{url}"
user = "@ag4-bot:test"
[data]
directory = "data"
[encryption]
{encryption}
[rooms]
plenary = "#plenum:test"
coordination = "#koordination:test"
""")
    return path
