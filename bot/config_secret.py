"""Where the bot's secrets come from: never from config.toml, never from the command line.

First found wins: the environment (AG4_BOT_PASSWORD, AG4_BOT_ACCESS_TOKEN, AG4_BOT_RECOVERY_KEY,
AG4_BOT_CALENDAR_SECRET), the file named in [login], [encryption] or [calendar_feed], the systemd credential
(LoadCredential=ag4-bot-password:..., systemd.exec(5), "Credentials").

A file that everybody on the machine may read or change is refused; its group may read it, because
root:ag4-bot 0640 is how many operators do it. The mode is not looked at under /run/secrets and in systemd's
credentials directory: there the container runtime or systemd sets it, and nobody else gets in.
"""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from bot.config_problems import ConfigError, os_reason
from bot.config_values import SECRET_FILES

Method = Literal["password", "access_token"]
Kind = Literal["password", "access_token", "recovery_key", "calendar_secret"]

HOW_TO_MAKE_ONE = 'Make one: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'

_SEALED = Path("/run/secrets")  # Docker and Podman: files are 0444 there, inside the container only


@dataclass(frozen=True)
class Secret:
    """A secret of the bot; its repr shows the kind and the origin, never the value."""

    method: Kind
    value: SecretStr
    origin: str

    def reveal(self) -> str:
        """Return the value itself, for the one request that needs it."""
        return self.value.get_secret_value()


def find_secret(method: Kind, file: Path | None, *, environ: Mapping[str, str]) -> Secret:
    """Return the secret of this kind; `file` is the one named in the configuration.

    Exactly one newline at the end is taken off. Raises ConfigError when there is none, or it is empty, has
    more than one line, cannot be read, or lies in a file that everybody may read.
    """
    variable = f"AG4_BOT_{method.upper()}"
    credential = f"ag4-bot-{method.replace('_', '-')}"
    credentials = environ.get("CREDENTIALS_DIRECTORY", "")
    if variable in environ:
        return _secret(method, environ[variable], f"the environment variable {variable}")
    if file is not None:
        origin = f"the file named by {SECRET_FILES[method]}"
        return _secret(method, _read(file, origin, sealed=file.is_relative_to(_SEALED)), origin)
    if credentials and (path := Path(credentials, credential)).exists():
        origin = f"the systemd credential {credential}"
        return _secret(method, _read(path, origin, sealed=True), origin)
    what = method.replace("_", " ")
    remedy = f" {HOW_TO_MAKE_ONE}" if method == "calendar_secret" else ""
    raise ConfigError(
        f"The bot has no {what}: set the environment variable {variable}, or name a file in"
        f" {SECRET_FILES[method]}, or give it the systemd credential {credential}.{remedy}"
    )


def _read(path: Path, origin: str, *, sealed: bool) -> str:
    # The path is left out of the sentences: somebody may have written the password itself where the file belongs.
    try:
        open_to_all = path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH)
        if open_to_all and not sealed and os.name == "posix":
            raise ConfigError(
                f"Everybody on this machine may read or change {origin}: run chmod 640 (or 600) on it, and"
                " consider what stood in it as known to others."
            )
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(
            f"{_capital(origin)} cannot be read: {os_reason(error)}. Relative paths start at config.toml's directory."
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{_capital(origin)} is not UTF-8 text: save it as UTF-8.") from None


def _secret(method: Kind, text: str, origin: str) -> Secret:
    value = re.sub(r"\r?\n\Z", "", text)
    what = method.replace("_", " ")
    if not value.strip():
        raise ConfigError(f"{_capital(origin)} is empty: put the {what} into it, or take it away.")
    if "\n" in value or "\r" in value or "\0" in value:
        raise ConfigError(f"{_capital(origin)} holds more than one line: it must hold the {what} alone.")
    if method == "access_token" and re.search(r"\s", value):
        raise ConfigError(f"{_capital(origin)} holds blanks: an access token has none.")
    return Secret(method, SecretStr(value), origin)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
