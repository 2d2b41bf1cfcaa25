"""Getting a session: the kept one where it still counts, else a new login as the same device."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from bot import session_file
from bot.backoff import delay_s
from bot.config import Config
from bot.config_secret import Secret
from bot.errors import LoginRefused, Stopped
from bot.matrix.client import Client
from bot.matrix.encryption import key_store
from bot.matrix.encryption.crypto import Crypto
from bot.matrix.errors import (
    KeysOutdated,
    RateLimited,
    Rejected,
    ServerFailing,
    SessionEnded,
    Unreachable,
)
from bot.session_file import Session
from storage.tables import RoomKind

_log = structlog.get_logger(__name__)

DEVICE_NAME = "AG4-Bot"
Bindings = Mapping[str, tuple[RoomKind, int | None]]


async def connect(config: Config, secret: Secret, client: Client, *, stop: asyncio.Event | None = None) -> Bindings:
    """Get a session, set the display name, and find the configured rooms: {room ID: (kind, group)}.

    A homeserver that is down or busy is waited for, until `stop` (then raises Stopped). Raises LoginRefused.
    """
    failures = 0
    while True:
        try:
            await _session(config, secret, client)
            await client.set_display_name(config.homeserver.display_name)
            return await _bindings(config, client)
        except (Unreachable, RateLimited) as error:
            failures += 1
            wait_s = error.retry_after_s if isinstance(error, RateLimited) else delay_s(failures)
            _log.warning(
                "homeserver_not_reachable",
                url=config.homeserver.url,
                error=str(error),
                retry_in_s=round(wait_s, 1),
                remedy="check [homeserver] url and whether the homeserver runs; the bot keeps trying",
            )
            await _wait(wait_s, stop)


async def _session(config: Config, secret: Secret, client: Client) -> None:
    directory = config.data.directory
    kept = session_file.read(directory)
    if kept is not None and (kept.homeserver, kept.user_id) != (config.homeserver.url, config.homeserver.user):
        kept = None
    if secret.method == "access_token":
        await _with_token(config, client, secret.reveal())
        return
    if kept is not None and await _still_counts(client, kept):
        client.use_session(kept.user_id, kept.device_id, kept.access_token)
    else:
        await _log_in(config, secret, client, device_id=kept.device_id if kept is not None else None)
    had_keys = key_store.path_of(config.data.keys, client.user_id, client.device_id).exists()
    if await _are_outdated(client.crypto) if client.crypto is not None else had_keys:
        await _as_new_device(config, secret, client)
    await _log_out_former(config, client)


async def _are_outdated(crypto: Crypto) -> bool:
    """Upload the keys; whether they belong to another time of this device, or another device."""
    try:
        await crypto.own.publish()
    except KeysOutdated:
        return True
    except (ServerFailing, Rejected) as error:
        _log.warning("keys_not_uploaded", error=str(error))  # looked after again while the bot runs
    return False


async def _as_new_device(config: Config, secret: Secret, client: Client) -> None:
    """The keys of our device are lost, or older than it: a device never changes its keys, so another one goes on.

    The same where encryption was switched off: a device that has keys gets messages that nobody reads. What waits to
    be sent keeps its transaction ID; our echo tells what the old device has sent already.
    """
    _log.warning("new_device", old=client.device_id, encryption=client.crypto is not None)
    old_token, old_device = client.access_token, client.device_id
    await _log_in(config, secret, client, device_id=None, former_token=old_token)
    key_store.put_aside(config.data.keys, client.user_id, old_device)
    if client.crypto is not None:
        await _are_outdated(client.crypto)


async def _log_out_former(config: Config, client: Client) -> None:
    """End the session of the device before, which nobody uses any more; what a crash kept from it is done here too."""
    kept = session_file.read(config.data.directory)
    if kept is None or not kept.former_token:
        return
    try:
        await client.log_out(kept.former_token)
    except (SessionEnded, Rejected) as error:
        _log.info("old_device_was_gone", error=str(error))
    session_file.write(config.data.directory, replace(kept, former_token=""))


async def _log_in(
    config: Config, secret: Secret, client: Client, *, device_id: str | None, former_token: str = ""
) -> None:
    try:
        await client.log_in(secret.reveal(), device_id=device_id, device_name=DEVICE_NAME)
    except Rejected as error:
        raise LoginRefused(
            f"{config.homeserver.url} refuses the password of {config.homeserver.user} ({error})."
            f" Check [homeserver] user and the password ({secret.origin})."
        ) from error
    session_file.write(
        config.data.directory,
        Session(
            homeserver=config.homeserver.url,
            user_id=client.user_id,
            device_id=client.device_id,
            access_token=client.access_token,
            former_token=former_token,
        ),
    )


async def _with_token(config: Config, client: Client, token: str) -> None:
    try:
        user_id, device_id = await client.whoami(token)
    except (SessionEnded, Rejected) as error:
        raise LoginRefused(
            f"{config.homeserver.url} does not know the access token ({error})."
            " Log in again as the bot and put the new token where the old one was."
        ) from error
    if user_id != config.homeserver.user:
        raise LoginRefused(f"The access token belongs to {user_id}, but [homeserver] user is {config.homeserver.user}.")
    if device_id is None:
        raise LoginRefused("The access token belongs to no device. Use one from a login, not from an appservice.")
    client.use_session(user_id, device_id, token)
    if client.crypto is not None and await _are_outdated(client.crypto):
        client.crypto.put_aside()
        raise LoginRefused(
            f"The homeserver knows device {device_id} of the access token by other encryption keys than those in the"
            " data directory: they are lost, or older than the device. Log in again as the bot, which makes a new"
            " device, and put the new token where the old one was."
        )


async def _still_counts(client: Client, kept: Session) -> bool:
    try:
        user_id, device_id = await client.whoami(kept.access_token)
    except (SessionEnded, Rejected):
        return False
    return (user_id, device_id) == (kept.user_id, kept.device_id)


async def _bindings(config: Config, client: Client) -> Bindings:
    """The configured rooms by room ID; an alias that leads nowhere is reported and left out."""
    found: dict[str, tuple[RoomKind, int | None]] = {}
    for name, room in config.rooms.named().items():
        try:
            room_id = await client.resolve(room) if room.startswith("#") else room
        except Rejected as error:
            _log.error("room_not_found", room=room, name=name, error=str(error), remedy="check [rooms] in the config")
            continue
        found[room_id] = kind_of(name)
    return found


def kind_of(name: str) -> tuple[RoomKind, int | None]:
    """What a room's name in the configuration ("plenary", "group 3") stands for."""
    if name.startswith("group "):
        return RoomKind.GROUP, int(name.removeprefix("group "))
    return RoomKind(name), None


async def _wait(seconds: float, stop: asyncio.Event | None) -> None:
    if stop is None:
        await asyncio.sleep(seconds)  # nothing could cut it short
        return
    try:
        await asyncio.wait_for(stop.wait(), timeout=seconds)
    except TimeoutError:
        return
    raise Stopped
