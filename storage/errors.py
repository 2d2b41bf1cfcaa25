"""What can be wrong with the database file, in sentences an operator understands."""

import sqlite3
from pathlib import Path


class DatabaseUnusable(Exception):
    """The database cannot be used. The text names the file, the cause and the remedy."""


def explain(error: Exception, path: Path) -> DatabaseUnusable:
    """Put an error of SQLite or the operating system about `path` into a sentence with its remedy."""
    cause = getattr(error, "orig", None) or error
    text = str(cause).lower()
    code = getattr(cause, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_FULL or "disk is full" in text or "no space left" in text:
        what = "the disk is full. Free some space and start the bot again; nothing was lost"
    elif code == sqlite3.SQLITE_BUSY or "locked" in text:
        what = "it is locked by another program. Close that program (an open sqlite3 shell, a backup) and start again"
    elif "readonly" in text or "read-only" in text:
        what = "it cannot be written. Check owner and permissions of the file and its directory"
    elif code == sqlite3.SQLITE_NOTADB or "not a database" in text or "malformed" in text:
        what = "it is damaged or no SQLite database. Move it aside and restore a backup"
    elif code == sqlite3.SQLITE_CANTOPEN or "unable to open" in text or isinstance(cause, PermissionError):
        what = "it cannot be opened. Check that the directory exists and that the bot's user may write in it"
    else:
        what = f"SQLite says: {cause}"
    return DatabaseUnusable(f"The database {path} cannot be used: {what}.")
