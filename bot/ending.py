"""How a command ends: every expected error is a sentence on standard error and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import NoReturn

import typer
from sqlalchemy.exc import DatabaseError as SqlDatabaseError

from bot import lock, logs
from bot.config import Config
from bot.errors import FeedUnusable, KeysUnusable, LoginRefused, TrustRefused
from bot.matrix.errors import KeysOutdated, SessionEnded
from storage.errors import DatabaseUnusable, explain

BUG, CONFIG_WRONG, LOGIN_REFUSED, DATABASE_UNUSABLE, RUNNING_ALREADY, SESSION_ENDED, TRUST_REFUSED = range(1, 8)

_CODES = MappingProxyType({FeedUnusable: CONFIG_WRONG, LoginRefused: LOGIN_REFUSED, TrustRefused: TRUST_REFUSED})


def end(code: int, *sentences: str) -> NoReturn:
    """End with these sentences on standard error."""
    for sentence in sentences:
        typer.echo(sentence, err=True)
    raise typer.Exit(code)


@contextmanager
def explained(settings: Config) -> Iterator[None]:
    """Turn what the block raises into its sentence and exit code; a bug is logged without values (contract C20)."""
    try:
        yield
    except lock.AlreadyRunning as error:
        end(RUNNING_ALREADY, str(error))
    except (DatabaseUnusable, KeysUnusable) as error:
        end(DATABASE_UNUSABLE, str(error))
    except SqlDatabaseError as error:
        end(DATABASE_UNUSABLE, str(explain(error, settings.data.database)))
    except OSError as error:
        end(
            DATABASE_UNUSABLE,
            f"The data directory {settings.data.directory} cannot be used: {error.strerror}."
            " Check its owner and permissions, or set another one in [data] directory.",
        )
    except (FeedUnusable, LoginRefused, TrustRefused) as error:
        end(_CODES[type(error)], str(error))
    except SessionEnded as error:
        end(SESSION_ENDED, _after(error))
    except (typer.Exit, typer.Abort):
        raise
    except Exception:  # noqa: BLE001 (Python's own traceback would quote what the exception says: contract C20)
        logs.unexpected("crashed")
        end(BUG, "This has stopped because of an error in the bot; the log names the place. It can be started again.")


def _after(error: SessionEnded) -> str:
    """What to do after the end of a session."""
    if isinstance(error, KeysOutdated):
        return (
            "The homeserver knows the bot's device by other encryption keys: those in the data directory were lost or"
            " are an old copy. Start the bot again: it puts them aside and, with a password, goes on as a new device by"
            " itself; an access token has to be replaced."
        )
    return (
        f"The homeserver has ended the session ({error}). Start the bot again: with a password it logs in"
        " anew by itself; an access token has to be replaced."
    )
