"""People with today's client: matrix-js-sdk and its Rust crypto under Node, so a crypto stack that is not the bot's."""

import asyncio
import base64
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from bot.demo.people import PATIENCE_SECONDS, Heard, Person, create_account
from tests.synapse import node
from tests.synapse.element_process import ElementError, ElementProcess

__all__ = ["Device", "ElementClient", "ElementError", "Identity", "Read"]

START_SECONDS = 60.0

_Seen = TypeVar("_Seen")


@dataclass(frozen=True)
class Read(Heard):
    """One event as this client shows it. Of an encrypted one, type, content and raw are the decrypted ones."""

    encrypted: bool = False
    """Whether it came encrypted; a reaction or a state event never does."""
    failure: str | None = None
    """Why it cannot be read, a DecryptionFailureCode such as UNSIGNED_SENDER_DEVICE; None for what can be read."""
    shield: str | None = None
    """The shield beside the message: NONE, GREY or RED; None for what did not come encrypted or cannot be read."""
    shield_reason: str | None = None
    """Why there is a shield, such as UNSIGNED_DEVICE."""


@dataclass(frozen=True)
class Device:
    """A device of somebody, as this client sees it."""

    device_id: str
    name: str
    ed25519: str
    """Its fingerprint: the public signing key, unpadded base64."""
    signed_by_owner: bool
    """Whether its owner's self-signing key has signed it, and the signature holds: what MSC4153 asks for."""
    verified: bool
    """Whether, beyond that, this client's user has verified the owner."""


@dataclass(frozen=True)
class Identity:
    """The cross-signing identity of somebody, as this client sees it."""

    exists: bool
    verified: bool
    """Whether this client's user has verified it; one's own is verified when this device holds or trusts it."""
    changed: bool
    """Whether it is another one than this client saw first: Element then warns everybody in the room."""


class ElementClient(Person):
    """A user with one device of today's client. Made by `start` or `register`; it listens all the time.

    `async with await ElementClient.register(...) as anna:` ends its process at the end, as does the end of ours.
    It says and hears like a Person, in clear and in encrypted rooms alike. The keys live in memory: whoever
    starts again has a new device. Errors are ElementErrors; with them come the last lines that the client logged.
    """

    def __init__(self, device: ElementProcess, name: str, password: str) -> None:
        self._device = device
        self._key_news = asyncio.Event()
        self._places: dict[str, int] = {}  # event ID -> place in what was heard
        self._session: Mapping[str, str] = {}
        super().__init__(None, name, password)

    @classmethod
    async def start(cls, homeserver_url: str, user: str, password: str, *, device_name: str = "Element") -> Self:
        """Log in as a user who exists (a user ID or its first part) on a new device.

        The device is unsigned until `bootstrap`. Returns when its keys are on the server and a first sync is
        done. Where no Node can be had the test that asked is skipped, or fails where AG4_TEST_ELEMENT=required.

        Raises ElementError.
        """
        device = await ElementProcess.start(await asyncio.to_thread(node.program_or_skip))
        client = cls(device, user, password)
        try:
            login = {"homeserver": homeserver_url, "user": user, "password": password, "device_name": device_name}
            client._session = await client._do("start", within=START_SECONDS, **login)
        except BaseException:  # a cancelled test, too, must not leave a process behind
            await client.close()
            raise
        return client

    @classmethod
    async def register(
        cls,
        homeserver_url: str,
        name: str,
        display_name: str = "",
        *,
        password: str | None = None,
    ) -> Self:
        """Create the user @name:server and start a client; errors as for `start`, and MatrixError."""
        password = password or secrets.token_urlsafe(16)
        await create_account(homeserver_url, name, password=password)
        client = await cls.start(homeserver_url, name, password)
        client.name = display_name or name
        return client

    async def close(self) -> None:
        """End the process: asked first, by signal 5 seconds later. Closing twice does no harm."""
        try:
            await self._device.close()
        finally:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    @property
    def pid(self) -> int:
        """The process ID of the client."""
        return self._device.pid

    @property
    def user_id(self) -> str:
        """The full Matrix ID, such as @anna:localhost."""
        return self._session.get("user_id", "")

    @property
    def access_token(self) -> str:
        """The token of this session."""
        return self._session["access_token"]

    @property
    def device_id(self) -> str:
        """The device of this session."""
        return self._session["device_id"]

    async def rss(self) -> int:
        """The resident memory of the client's process, in bytes."""
        return int(await self._do("rss"))

    # Trust

    async def bootstrap(self, *, recovery_key: str | None = None, reset: bool = False) -> None:
        """Make a cross-signing identity, publish it and sign this device with it.

        With a recovery key the identity that is there is taken out of secret storage instead, and `reset` puts
        a new one over it. Raises ElementError, also when there is an identity and neither was asked for.
        """
        await self._do("bootstrap", recovery_key=recovery_key, reset=reset)

    async def store_secrets(self) -> str:
        """Put the identity's private keys into secret storage (account data); returns the recovery key."""
        return str(await self._do("store_secrets"))

    async def exclude_insecure(self) -> None:
        """From now on send no keys to devices that are not cross-signed, and read nothing of theirs (MSC4153)."""
        await self._do("exclude_insecure")

    async def devices(self, user_id: str) -> list[Device]:
        """Somebody's devices, as far as this client knows; asks the server about people it shares no room with."""
        return [Device(**device) for device in await self._do("devices", user=user_id)]

    async def identity(self, user_id: str) -> Identity:
        """Somebody's cross-signing identity, as far as this client knows."""
        return Identity(**await self._do("identity", user=user_id))

    async def sees_devices(
        self,
        user_id: str,
        fits: Callable[[list[Device]], bool],
        *,
        timeout: float = PATIENCE_SECONDS,  # noqa: ASYNC109 - a test reads better with it
    ) -> list[Device]:
        """Wait until somebody's devices are as they should be. Raises TimeoutError with what is seen instead."""
        return await self._sees(lambda: self.devices(user_id), fits, user_id, timeout)

    async def sees_identity(
        self,
        user_id: str,
        fits: Callable[[Identity], bool],
        *,
        timeout: float = PATIENCE_SECONDS,  # noqa: ASYNC109 - as above
    ) -> Identity:
        """Wait until somebody's identity is as it should be. Raises TimeoutError with what is seen instead."""
        return await self._sees(lambda: self.identity(user_id), fits, user_id, timeout)

    async def _sees(
        self, look: Callable[[], Awaitable[_Seen]], fits: Callable[[_Seen], bool], whose: str, patience: float
    ) -> _Seen:
        """Each news about keys is a reason to look again."""
        seen: _Seen | None = None
        try:
            async with asyncio.timeout(patience):
                while True:
                    self._key_news.clear()  # before looking: what changes meanwhile is news
                    if fits(seen := await look()):
                        return seen
                    await self._key_news.wait()
        except TimeoutError:
            raise TimeoutError(f"{self.name} sees of {whose}: {seen}\n{self.last_words()}") from None

    async def export_keys(self) -> str:
        """Every room key of this device, as JSON in clear."""
        return str(await self._do("export_keys"))

    async def import_keys(self, keys: str) -> None:
        """Take room keys that another device has exported; what they open becomes readable, and news again."""
        await self._do("import_keys", keys=keys)

    # Speaking, coming and going: as every Person does

    async def send(self, room: str, event_type: str, content: Mapping[str, Any]) -> str:
        """Send any event, encrypted where the room is, and return its ID."""
        return str(await self._do("send", room=room, type=event_type, content=content))

    async def redact(self, room: str, event_id: str, reason: str | None = None) -> str:
        """Delete an event, as far as Matrix can; returns the event ID of the redaction."""
        return str(await self._do("redact", room=room, event_id=event_id, reason=reason))

    async def send_file(self, room: str, data: bytes, *, name: str, mimetype: str, msgtype: str = "m.file") -> str:
        """Send an attachment, as EncryptedFile where the room is encrypted; returns the event ID."""
        encoded = base64.b64encode(data).decode()
        where = await self._do("upload", room=room, base64=encoded, mimetype=mimetype)
        info = {"mimetype": mimetype, "size": len(data)}
        content = {"msgtype": msgtype, "body": name, "filename": name, "info": info, "m.mentions": {}, **where}
        return await self.send(room, "m.room.message", content)

    async def download(self, one: Heard) -> bytes:
        """The attachment of a message, decrypted and its hash checked where it is encrypted. Raises ElementError."""
        return base64.b64decode(await self._do("download", content=one.content))

    async def join(self, room: str) -> None:
        """Enter a room; returns when the client has it and knows whether it is encrypted."""
        await self._do("join", room=room)

    async def leave(self, room: str) -> None:
        """Leave a room, or decline the invitation to it."""
        await self._do("leave", room=room)

    async def invite(self, room: str, user_id: str) -> None:
        """Invite somebody to a room."""
        await self._do("invite", room=room, user=user_id)

    async def kick(self, room: str, user_id: str, reason: str | None = None) -> None:
        """Remove somebody from a room."""
        await self._do("kick", room=room, user=user_id, reason=reason)

    async def create_room(
        self,
        name: str,
        *,
        topic: str | None = None,
        invite: Collection[str] = (),
        space: bool = False,
        state: Collection[Mapping[str, Any]] = (),
        encrypted: bool = True,
    ) -> str:
        """Create a private room, encrypted as today's clients do by default (a space never is); returns its ID."""
        options = {
            "name": name,
            "topic": topic,
            "invite": list(invite),
            "preset": "private_chat",
            "creation_content": {"type": "m.space"} if space else {},
            "initial_state": [dict(event) for event in state],
        }
        return await self._create(options, encrypted=encrypted and not space)

    async def create_direct(self, user_id: str, *, encrypted: bool = True) -> str:
        """Start a direct chat with somebody, who is invited to it; returns the room's ID."""
        options = {"is_direct": True, "preset": "trusted_private_chat", "invite": [user_id]}
        return await self._create(options, encrypted=encrypted)

    async def put_state(self, room: str, event_type: str, content: Mapping[str, Any], state_key: str = "") -> str:
        """Set one piece of a room's state; returns the event ID."""
        return str(await self._do("put_state", room=room, type=event_type, content=content, state_key=state_key))

    async def members(self, room: str) -> frozenset[str]:
        """Ask the server who is in a room."""
        return frozenset(await self._do("members", room=room))

    # Hearing

    async def reads(
        self,
        room: str | None,
        what: str | Callable[[Read], bool] = "",
        *,
        timeout: float = PATIENCE_SECONDS,  # noqa: ASYNC109 - as above
    ) -> Read:
        """`hears`, with what this client knows beyond: was it encrypted, can it be read, which shield.

        An event that could not be read, and later can, is news again.
        """
        fits = what if isinstance(what, str) else (lambda one: isinstance(one, Read) and what(one))
        one = await self.hears(room, fits, timeout=timeout)
        assert isinstance(one, Read)
        return one

    async def hears(
        self,
        room: str | None,
        what: str | Callable[[Heard], bool] = "",
        *,
        timeout: float = PATIENCE_SECONDS,  # noqa: ASYNC109 - as above
    ) -> Heard:
        """As every Person does; whoever hears nothing also learns what cannot be read, and what the client logged."""
        try:
            return await super().hears(room, what, timeout=timeout)
        except TimeoutError as error:
            unread = [f"  {one.sender}: {one.failure}" for one in self.unreadable(room)]
            raise TimeoutError("\n".join([str(error), "cannot read:", *unread, self.last_words()])) from None

    def unreadable(self, room: str | None = None) -> Sequence[Read]:
        """What has come encrypted and cannot be read, in the server's order."""
        return [one for one in self.heard(room) if isinstance(one, Read) and one.failure is not None]

    def last_words(self) -> str:
        """The last lines of the client's log."""
        return "\n".join([f"The last words of {self.name}'s client:", *self._device.log])

    # The client

    async def _create(self, options: Mapping[str, Any], *, encrypted: bool) -> str:
        given = {key: value for key, value in options.items() if value is not None}
        return str(await self._do("create_room", options={"visibility": "private", **given}, encrypted=encrypted))

    async def _do(self, what: str, *, within: float = PATIENCE_SECONDS, **details: Any) -> Any:
        try:
            return await self._device.do(what, details, within=within)
        except ElementError as error:
            raise ElementError(f"{error}\n{self.last_words()}") from error

    async def _listen(self) -> None:
        why: BaseException = ElementError("The client has ended.")
        try:
            await self._device.listen(self._take)
        except BaseException as error:  # a cancelled listener, too, says why it is deaf
            why = error
            raise
        finally:  # whoever waits learns that nothing more will come
            self._deaf_because = why
            async with self._news:
                self._news.notify_all()

    async def _take(self, event: str, details: dict[str, Any]) -> None:
        if event == "keys":
            self._key_news.set()
            return
        async with self._news:
            self._note(Read(**details))
            self._news.notify_all()

    def _note(self, one: Read) -> None:
        place = self._places.get(one.event_id)
        if place is None or not one.event_id:
            self._places[one.event_id] = len(self._heard)
            self._heard.append(one)
        else:  # read at last: in its old place, and news again
            self._heard[place] = one
            self._handed_out.discard(place)
