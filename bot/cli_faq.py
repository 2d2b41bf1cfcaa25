"""The command line of the FAQ: how well it answers a file of queries."""

import asyncio
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_operator import ConfigPath, be_the_owner, settings_of
from bot.config import Config
from bot.ending import CONFIG_WRONG, end, explained

if TYPE_CHECKING:
    from commands.faq.exchange import Whole

app = typer.Typer(no_args_is_help=True, help="Measure, export and import the FAQ.")


@app.callback()
def _faq() -> None:
    """The FAQ beside the chat."""


@app.command()
def score(
    queries: Annotated[Path, typer.Argument(metavar="FILE", help="Queries as JSON, format faq-queries/1.")],
    *,
    faq: Annotated[Path | None, typer.Option(help="Entries as JSON, faq-corpus/1; without it, those shipped.")] = None,
    options: Annotated[bool, typer.Option("--options", help="Print also the entries that are offered.")] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Print also, per query, the nearest entries and which words.")
    ] = False,
) -> None:
    """Print what the FAQ says to each query (JSON, standard output) and how good that is (table, standard error)."""
    from commands.faq import scoring  # noqa: PLC0415 (all features; the other commands do not need them)

    try:
        asked = scoring.read_queries(queries)
        entries = scoring.read_entries(faq) if faq else scoring.shipped_entries()
    except scoring.Unreadable as error:
        end(CONFIG_WRONG, str(error))
    found = scoring.decisions(asked, entries)
    typer.echo(json.dumps(scoring.predictions(found, options=options), ensure_ascii=False, indent=1))
    if why:
        typer.echo(scoring.reasons(asked, entries), err=True)
    typer.echo(scoring.report(asked, found), err=True)
    if unknown := scoring.unknown_entries(asked, entries):
        typer.echo(f"expected, but no entry of this FAQ: {', '.join(unknown)}", err=True)


@app.command("export")
def export(config: ConfigPath = Path("config.toml")) -> None:
    """Print the FAQ of this bot as JSON; the bot may run meanwhile."""
    settings = settings_of(config)
    with explained(settings):
        typer.echo(asyncio.run(_exported(settings)), nl=False)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="All entries, as JSON or TOML (.toml).")],
    config: ConfigPath = Path("config.toml"),
) -> None:
    """Make the FAQ what FILE says, if all of it is right; what it does not name is retired."""
    from commands.faq import exchange  # noqa: PLC0415 (all features; the other commands do not need them)

    settings = settings_of(config)
    try:
        whole = exchange.read(file)
    except exchange.Unreadable as error:
        end(CONFIG_WRONG, *error.problems, "Nothing was changed.")
    be_the_owner(settings.data.directory)
    os.umask(0o077)
    with explained(settings):
        done = asyncio.run(_imported(settings, whole))
    typer.echo(", ".join(f"{count} {what}" for what, count in done.items()) + ".")


async def _exported(settings: Config) -> str:
    from commands.faq import exchange  # noqa: PLC0415 (as above)
    from storage import faq  # noqa: PLC0415 (as above)
    from storage.database import Database  # noqa: PLC0415 (as above)

    database = await Database.open(settings.data.database)
    try:
        async with database.reading() as session:
            return exchange.write(await faq.everything(session), await faq.synonyms(session))
    finally:
        await database.close()


async def _imported(settings: Config, whole: "Whole") -> Mapping[str, int]:
    from commands.faq import exchange  # noqa: PLC0415 (as above)
    from storage.database import Database  # noqa: PLC0415 (as above)

    database = await Database.open(settings.data.database)
    try:
        async with database.transaction() as session:
            return await exchange.put(session, whole, at=datetime.now(UTC), actor="ag4-bot faq import")
    finally:
        await database.close()
