"""The commands beside a bot that runs or does not: doctor, trust, backup, restore."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import lock, logs
from bot.config import Config, ConfigError, load
from bot.ending import CONFIG_WRONG, DATABASE_UNUSABLE, TRUST_REFUSED, end, explained

ConfigPath = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.", readable=False)]

FOUND_PROBLEMS = 1
_WHAT_A_RESET_MEANS = (
    "A new identity: everybody who writes with {user} in encrypted rooms is warned that it has changed, and asked to"
    " trust it anew. The old one is kept as identity.json.1 (2, ...). Do this only if identity.json is lost, or was"
    " seen by somebody else."
)


def doctor(config: ConfigPath = Path("config.toml")) -> None:
    """Look for everything that is wrong, with its remedy: changes nothing, whether the bot runs or not."""
    logs.configure(level="error", style="console")
    sys.exit(FOUND_PROBLEMS if asyncio.run(_examine(config)) else 0)


async def _examine(path: Path) -> bool:
    """Print each finding; whether there are problems."""
    from bot.doctor.examination import examine  # noqa: PLC0415 (imports that `check` and `--help` do not need)
    from bot.doctor.finding import Level, problem  # noqa: PLC0415 (the same)

    found = False
    try:
        async for finding in examine(path, os.environ):
            typer.echo(str(finding))
            found = found or finding.level is Level.PROBLEM
    except Exception as error:  # noqa: BLE001 (Python's own traceback would quote what the exception says: contract C20)
        logs.unexpected("crashed")
        typer.echo(str(problem("doctor", f"a bug ({type(error).__name__}). Report it with the line above.")))
        return True
    return found


def trust(
    config: ConfigPath = Path("config.toml"),
    *,
    reset: Annotated[bool, typer.Option("--reset", help="Make a new identity on purpose.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask back.")] = False,
) -> None:
    """Show whether today's clients trust the bot's device: its fingerprint, the identity, the signature."""
    settings = settings_of(config)
    if not settings.encryption.enabled:
        end(CONFIG_WRONG, "Encryption is switched off ([encryption] enabled): there is no device to trust.")
    with explained(settings):
        _show(settings, reset=reset, yes=yes)


def _show(settings: Config, *, reset: bool, yes: bool) -> None:
    from bot import own_identity  # noqa: PLC0415 (imports that `check` and `--help` do not need)
    from bot.doctor.account import grouped, remedy, signing_steps  # noqa: PLC0415 (the same)

    if reset:
        password = _password(settings)
        be_the_owner(settings.data.directory)
        with lock.held(settings.data.directory):
            _confirm(settings, yes=yes)
            state = asyncio.run(own_identity.reset(settings, os.environ, password=password))
    else:
        state = asyncio.run(own_identity.look(settings, os.environ))
    typer.echo(f"Device:      {state.device_id}")
    typer.echo(f"Fingerprint: {grouped(state.fingerprint)}")
    typer.echo(f"Master key:  {grouped(state.master) if state.master else 'none'}")
    typer.echo("Signed:      yes, the whole chain" if state.signed else f"Signed:      no ({state.problem})")
    if not state.signed and settings.encryption.identity == "print":
        end(TRUST_REFUSED, *signing_steps(state, settings.homeserver.user))
    if not state.signed:
        end(TRUST_REFUSED, f"Device {state.device_id}: {remedy(state)}")


def be_the_owner(directory: Path) -> None:
    """Root's files would be closed to the bot."""
    if directory.exists() and directory.stat().st_uid != os.geteuid():
        end(DATABASE_UNUSABLE, f"{directory} belongs to another user: run this as the user that the bot runs as.")


def _password(settings: Config) -> str:
    if settings.login.method != "password":
        end(
            CONFIG_WRONG,
            'A new identity needs the password of the account, but [login] method is "access_token". Run this once'
            ' with method = "password".',
        )
    try:
        return settings.secret(os.environ).reveal()
    except ConfigError as error:
        end(CONFIG_WRONG, *error.problems)


def _confirm(settings: Config, *, yes: bool) -> None:
    meaning = _WHAT_A_RESET_MEANS.format(user=settings.homeserver.user)
    if yes:
        return
    if not sys.stdin.isatty():
        end(CONFIG_WRONG, meaning, "Nobody can be asked here: add --yes if you mean it.")
    typer.echo(meaning)
    if not typer.confirm("Make a new identity?"):
        end(0, "Nothing was changed.")


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE.tar", help="The archive to write.")],
    config: ConfigPath = Path("config.toml"),
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write a backup while the bot runs: the database and the bot's identity, never keys/ nor session.json."""
    from bot import backup as archive  # noqa: PLC0415 (imports that `check` and `--help` do not need)

    settings = settings_of(config)
    os.umask(0o077)
    with explained(settings):
        try:
            names = archive.make(settings, file, force=force)
        except archive.BackupRefused as error:
            end(DATABASE_UNUSABLE, str(error))
    typer.echo(f"{file}: {', '.join(names)}.")
    typer.echo("It holds personal data and the keys by which others trust the bot: keep it as you keep passwords.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE.tar", help="An archive of `ag4-bot backup`.")],
    config: ConfigPath = Path("config.toml"),
    *,
    force: Annotated[bool, typer.Option("--force", help="Move aside what is in the data directory.")] = False,
) -> None:
    """Put a backup into an empty data directory; at its next start the bot goes on as a new device."""
    from bot import backup as archive  # noqa: PLC0415 (imports that `check` and `--help` do not need)

    settings = settings_of(config)
    os.umask(0o077)
    with explained(settings):
        try:
            restored = archive.restore(settings, file, force=force)
        except archive.BackupRefused as error:
            end(DATABASE_UNUSABLE, str(error))
    if restored.aside is not None:
        typer.echo(f"What was there is in {restored.aside} now: do not put its keys/ back, delete it when all is well.")
    typer.echo(f"{settings.data.directory} is restored. Start the bot: it logs in as a new device.")
    if not restored.has_identity and settings.encryption.enabled and settings.encryption.identity == "own":
        typer.echo("There is no identity in this backup: if the account has one, the bot will say so and what to do.")


def settings_of(path: Path) -> Config:
    """The configuration, or the end of the command with all that is wrong in it."""
    logs.configure(level="error", style="console")
    try:
        return load(path, environ=os.environ)
    except ConfigError as error:
        end(CONFIG_WRONG, *error.problems)
