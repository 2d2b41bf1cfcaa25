"""Asking the homeserver beside the bot: with its session and its keys, changing neither, whether it runs or not."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from bot import session_file
from bot.config import Config, ConfigError
from bot.matrix.client import Client
from bot.matrix.encryption import kept_device
from bot.matrix.encryption.kept_device import KeptDevice
from bot.matrix.encryption.trust import Mode, Trust
from bot.matrix.errors import Rejected
from bot.session_file import Session

KEYS = "keys"
"""The directory of the key stores, in the data directory."""
PATIENCE_S = 10.0


class NoSession(Exception):
    """There is no session of the bot to ask with. The text says why, and what to do."""


@asynccontextmanager
async def client_for(config: Config) -> AsyncIterator[Client]:
    """A client without a session, which gives up sooner than the bot does."""
    timeout_s = min(PATIENCE_S, config.homeserver.request_timeout_s)
    client = Client.to(config.homeserver.url, config.homeserver.user, store=None, timeout_s=timeout_s)
    try:
        yield client
    finally:
        await client.close()


async def take_up_session(config: Config, client: Client, environ: Mapping[str, str]) -> Session:
    """Use the bot's session; never logs in. Raises NoSession, SessionEnded where it counts no more, MatrixError."""
    token, device_id = _kept(config, environ)
    try:
        user_id, found = await client.whoami(token)
    except Rejected as error:
        raise NoSession(f"The homeserver does not accept the session ({error}). Restart the bot.") from error
    if user_id != config.homeserver.user:
        raise NoSession(f"The session belongs to {user_id}, but [homeserver] user is {config.homeserver.user}.")
    if found is None or found != (device_id or found):
        raise NoSession("The session belongs to another device than session.json says. Restart the bot.")
    client.use_session(user_id, found, token)
    return Session(homeserver=config.homeserver.url, user_id=user_id, device_id=found, access_token=token)


def _kept(config: Config, environ: Mapping[str, str]) -> tuple[str, str | None]:
    """The access token, and its device where that is known."""
    if config.login.method == "access_token":
        try:
            return config.secret(environ).reveal(), None
        except ConfigError:
            raise NoSession(
                "The access token cannot be seen from here (a systemd credential is seen by the service only). Set"
                " AG4_BOT_ACCESS_TOKEN for this command."
            ) from None
    path = config.data.directory / session_file.NAME
    kept = session_file.read(config.data.directory)
    if kept is None and path.exists():
        raise NoSession(f"{path} cannot be used: it is damaged. Restart the bot: it logs in anew.")
    if kept is None:
        raise NoSession("The bot has not logged in yet. Start it once.")
    if (kept.homeserver, kept.user_id) != (config.homeserver.url, config.homeserver.user):
        raise NoSession(
            f"The kept session is of {kept.user_id} on {kept.homeserver}, the configuration names another. Restart the"
            " bot: it logs in anew."
        )
    return kept.access_token, kept.device_id


def device_of(config: Config, session: Session) -> KeptDevice | None:
    """The keys of the bot's device, None where there are none. Raises KeysUnusable."""
    return kept_device.read(config.data.directory / KEYS, session.user_id, session.device_id)


def trust_of(
    config: Config, client: Client, device: KeptDevice, *, mode: Mode, environ: Mapping[str, str], password: str | None
) -> Trust:
    """What tells whether the device is trusted, and can make it so. Raises ConfigError without a recovery key."""
    recovery_key = config.recovery_key(environ) if mode == "recovery-key" else None
    return Trust(
        client.request,
        device,
        mode=mode,
        directory=config.data.directory,
        password=password,
        recovery_key=recovery_key.reveal() if recovery_key is not None else None,
    )
