"""`ag4-bot trust`: whether others trust the bot's device, and a new identity on purpose."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bot.config import Config, ConfigError
from bot.errors import TrustRefused
from bot.matrix.client import Client
from bot.matrix.encryption.trust import State, Trust
from bot.matrix.errors import MatrixError, SessionEnded
from bot.onlooker import NoSession, client_for, device_of, take_up_session, trust_of


async def look(config: Config, environ: Mapping[str, str]) -> State:
    """What the homeserver shows of the bot's device; changes nothing, whether the bot runs or not.

    Raises KeysUnusable, SessionEnded, TrustRefused.
    """
    async with client_for(config) as client:
        with _explained():
            return await (await _trust(config, client, environ)).look()


async def reset(config: Config, environ: Mapping[str, str], *, password: str) -> State:
    """Replace the bot's identity; everybody is asked to trust it anew. Hold the lock of the data directory.

    Raises what `look` raises.
    """
    async with client_for(config) as client:
        with _explained():
            return await (await _trust(config, client, environ, password=password)).reset()


async def _trust(config: Config, client: Client, environ: Mapping[str, str], *, password: str | None = None) -> Trust:
    session = await take_up_session(config, client, environ)
    device = device_of(config, session)
    if device is None:
        raise TrustRefused(f"There are no keys of device {session.device_id}. Start the bot once: it makes them.")
    return trust_of(config, client, device, mode=config.encryption.identity, environ=environ, password=password)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (NoSession, ConfigError) as error:
        raise TrustRefused(str(error)) from error
    except SessionEnded:
        raise
    except MatrixError as error:
        raise TrustRefused(f"The homeserver does not answer as it should ({error}). Try again.") from error
