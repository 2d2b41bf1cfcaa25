"""The command line: each command calls one function and turns its errors into a sentence and an exit code."""

import asyncio
import gc
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import cli_faq, cli_operator, lock, logs
from bot.cli_operator import ConfigPath
from bot.config import Config, ConfigError, check, load
from bot.config_secret import Secret
from bot.ending import (
    BUG,
    CONFIG_WRONG,
    DATABASE_UNUSABLE,
    LOGIN_REFUSED,
    RUNNING_ALREADY,
    SESSION_ENDED,
    TRUST_REFUSED,
    end,
    explained,
)
from bot.errors import Stopped

__all__ = [
    "BUG",
    "CONFIG_WRONG",
    "DATABASE_UNUSABLE",
    "LOGIN_REFUSED",
    "RUNNING_ALREADY",
    "SESSION_ENDED",
    "TRUST_REFUSED",
    "app",
]

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The Matrix bot of working group 4.")


@app.command()
def run(config: ConfigPath = Path("config.toml")) -> None:
    """Run the bot until SIGTERM or Ctrl-C."""
    try:
        settings = load(config, environ=os.environ)
        secret = settings.secret(os.environ)
        recovery_key = settings.recovery_key(os.environ)
        calendar_secret = settings.calendar_secret(os.environ)
    except ConfigError as error:
        end(CONFIG_WRONG, *error.problems)
    logs.configure(level=settings.log.level, style=settings.log.format)
    with explained(settings):
        os.umask(0o077)  # the database, the session and the keys are nobody else's business
        settings.data.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock.held(settings.data.directory):
            asyncio.run(_run(settings, secret, recovery_key, calendar_secret))


@app.command("check")
def check_config(config: ConfigPath = Path("config.toml")) -> None:
    """Check the configuration: names every wrong, unknown or missing key at once."""
    problems = check(config, environ=os.environ)
    if problems:
        end(CONFIG_WRONG, *problems)
    print(f"{config}: no problems found.")
    feed = load(config, environ=os.environ).calendar_feed
    if feed.enabled:
        print("Calendar feeds, with your secret in place of <secret>:", *feed.addresses(), sep="\n  ")


@app.command("commands")
def list_commands() -> None:
    """Print the reference of all chat commands (docs/commands.md) in Markdown."""
    from commands.reference import as_markdown  # noqa: PLC0415 (all features; the other commands do not need them)
    from commands.registry import COMMANDS  # noqa: PLC0415 (the same)

    print(as_markdown(COMMANDS), end="")


@app.command()
def demo(
    *,
    no_input: Annotated[bool, typer.Option("--no-input", help="Play the scene and end.")] = False,
) -> None:
    """Show everything on a throw-away homeserver: rooms, people, a scene, then a prompt."""
    from bot.demo import play  # noqa: PLC0415 (needs the extra `demo`, which a server does not install)

    sys.exit(play.main(interactive=not no_input and sys.stdin.isatty()))


async def _run(config: Config, secret: Secret, recovery_key: Secret | None, calendar_secret: Secret | None) -> None:
    gc.disable()
    from bot.app import App  # noqa: PLC0415 (half a second of imports that `check` and `--help` do not need)

    gc.freeze()  # what the imports made stays: the collector need not look at it again
    gc.enable()

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(logs.loop_error)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        bot = await App.start(config, secret, recovery_key=recovery_key, calendar_secret=calendar_secret, stop=stop)
    except Stopped:
        return
    try:
        await bot.run(stop)
    finally:
        await bot.close()


app.add_typer(cli_faq.app, name="faq")

for command in (cli_operator.doctor, cli_operator.trust, cli_operator.backup, cli_operator.restore):
    app.command()(command)
