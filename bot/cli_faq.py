"""The command line of the FAQ: how well it answers a file of queries."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.ending import CONFIG_WRONG, end

app = typer.Typer(no_args_is_help=True, help="Measure the FAQ.")


@app.callback()
def _faq() -> None:
    """Keep `score` a command of its own, although it is the only one so far."""


@app.command()
def score(
    queries: Annotated[Path, typer.Argument(metavar="FILE", help="Queries as JSON, format faq-queries/1.")],
    *,
    faq: Annotated[Path | None, typer.Option(help="Entries as JSON, faq-corpus/1; without it, those shipped.")] = None,
    options: Annotated[bool, typer.Option("--options", help="Print also the entries that are offered.")] = False,
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
    typer.echo(scoring.report(asked, found), err=True)
    if unknown := scoring.unknown_entries(asked, entries):
        typer.echo(f"expected, but no entry of this FAQ: {', '.join(unknown)}", err=True)
