"""The command line: each command calls one function and turns its errors into a sentence and an exit code."""

import asyncio
import gc
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from sqlalchemy.exc import DatabaseError as SqlDatabaseError

from bot import lock, logs
from bot.config import Config, ConfigError, check, load
from bot.config_secret import Secret
from bot.errors import KeysUnusable, LoginRefused, Stopped, TrustRefused
from bot.matrix.errors import SessionEnded
from storage.errors import DatabaseUnusable, explain

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The Matrix bot of working group 4.")

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.", readable=False)]

BUG, CONFIG_WRONG, LOGIN_REFUSED, DATABASE_UNUSABLE, RUNNING_ALREADY, SESSION_ENDED, TRUST_REFUSED = range(1, 8)


@app.command()
def run(config: ConfigPath = Path("config.toml")) -> None:
    """Run the bot until SIGTERM or Ctrl-C."""
    try:
        settings = load(config, environ=os.environ)
        secret = settings.secret(os.environ)
        recovery_key = settings.recovery_key(os.environ)
    except ConfigError as error:
        _end(CONFIG_WRONG, *error.problems)
    logs.configure(level=settings.log.level, style=settings.log.format)
    try:
        os.umask(0o077)  # the database, the session and the keys are nobody else's business
        settings.data.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock.held(settings.data.directory):
            asyncio.run(_run(settings, secret, recovery_key))
    except lock.AlreadyRunning as error:
        _end(RUNNING_ALREADY, str(error))
    except (DatabaseUnusable, KeysUnusable) as error:
        _end(DATABASE_UNUSABLE, str(error))
    except SqlDatabaseError as error:
        _end(DATABASE_UNUSABLE, str(explain(error, settings.data.database)))
    except OSError as error:
        _end(
            DATABASE_UNUSABLE,
            f"The data directory {settings.data.directory} cannot be used: {error.strerror}."
            " Check its owner and permissions, or set another one in [data] directory.",
        )
    except LoginRefused as error:
        _end(LOGIN_REFUSED, str(error))
    except TrustRefused as error:
        _end(TRUST_REFUSED, str(error))
    except SessionEnded as error:
        _end(
            SESSION_ENDED,
            f"The homeserver has ended the session ({error}). Start the bot again: with a password it logs in"
            " anew by itself; an access token has to be replaced.",
        )
    except Exception:  # noqa: BLE001 (Python's own traceback would quote what the exception says: contract C20)
        logs.unexpected("crashed")
        _end(BUG, "The bot has stopped because of an error in it; the log names the place. It can be started again.")


@app.command("check")
def check_config(config: ConfigPath = Path("config.toml")) -> None:
    """Check the configuration: names every wrong, unknown or missing key at once."""
    problems = check(config, environ=os.environ)
    if problems:
        _end(CONFIG_WRONG, *problems)
    print(f"{config}: no problems found.")


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


async def _run(config: Config, secret: Secret, recovery_key: Secret | None) -> None:
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
        bot = await App.start(config, secret, recovery_key=recovery_key, stop=stop)
    except Stopped:
        return
    try:
        await bot.run(stop)
    finally:
        await bot.close()


def _end(code: int, *sentences: str) -> NoReturn:
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    raise typer.Exit(code)
