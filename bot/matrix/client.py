"""Requests to the homeserver, and what its answers mean. Errors become exceptions here, and only here."""

import asyncio
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self, cast
from urllib.parse import quote, urlencode

import aiohttp
import nio
import orjson

from bot.matrix import events
from bot.matrix.encryption.crypto import Crypto
from bot.matrix.encryption.devices import Policy
from bot.matrix.errors import Rejected, ServerFailing, Unreachable, meaning

Json = dict[str, Any]

_CLIENT = "/_matrix/client/v3"
_NOT_FOUND, _TOO_LARGE, _SERVER_ERROR = 404, 413, 500
SETTLE_S = 2.0
_SLOWEST_BYTES_PER_S = 50_000


class _ServerError(aiohttp.ClientConnectionError):
    """A 5xx."""


class _Transport(nio.AsyncClient):  # type: ignore[misc]  # nio has no types
    """nio's client, except that a 5xx is an error; nio 0.26 does not look at the status."""

    async def send(self, *args: Any, **kwargs: Any) -> aiohttp.ClientResponse:
        response = cast(aiohttp.ClientResponse, await super().send(*args, **kwargs))
        if response.status >= _SERVER_ERROR:
            response.release()
            raise _ServerError(f"HTTP {response.status}")
        return response


class Client:
    """One account on one homeserver, as one device. Close it with `close()`.

    Every method raises a MatrixError where the homeserver does not do what was asked; none retries.
    """

    def __init__(self, client: nio.AsyncClient, *, store: Path | None, devices: Policy, timeout_s: float) -> None:
        self._nio = client
        self._store = store
        self._devices = devices
        self._timeout_s = timeout_s
        self.crypto: Crypto | None = None
        self.encrypted_rooms: set[str] = set()
        self._entered: dict[str, float] = {}
        self.seen_rooms: set[str] = set()
        """Rooms whose state a sync has told us: whether they are encrypted is no question."""

    @classmethod
    def to(
        cls,
        homeserver: str,
        user_id: str,
        *,
        store: Path | None,
        devices: Policy = "cross-signed",
        timeout_s: float = 30,
    ) -> Self:
        """A client without a session yet. With `store`, keys are kept in that directory and rooms can be encrypted.

        `devices` says which devices of other people get room keys.
        """
        config = nio.AsyncClientConfig(encryption_enabled=False, request_timeout=timeout_s, max_limit_exceeded=0)
        transport = _Transport(homeserver, user_id, config=config)
        transport.user_id = user_id
        return cls(transport, store=store, devices=devices, timeout_s=timeout_s)

    @property
    def user_id(self) -> str:
        """The account."""
        return str(self._nio.user_id)

    @property
    def device_id(self) -> str:
        """The device; set once there is a session."""
        return str(self._nio.device_id)

    @property
    def access_token(self) -> str:
        """The secret of the session. Never log it."""
        return str(self._nio.access_token)

    async def log_in(self, password: str, *, device_id: str | None, device_name: str) -> None:
        """Log in with a password (m.login.password), as `device_id` where given, and use the session.

        Raises Rejected (M_FORBIDDEN) for a wrong password.
        """
        body: Json = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self.user_id},
            "password": password,
            "initial_device_display_name": device_name,
        }
        if device_id:
            body["device_id"] = device_id
        self._nio.access_token = ""  # a token that counts no more must not spoil the login
        answer = await self.request("POST", f"{_CLIENT}/login", body)
        self.use_session(str(answer["user_id"]), str(answer["device_id"]), str(answer["access_token"]))

    def use_session(self, user_id: str, device_id: str, access_token: str) -> None:
        """Use a session that exists; with encryption this opens the key store of the device.

        Raises KeysUnusable where that is damaged.
        """
        self._nio.restore_login(user_id, device_id, access_token)
        if self.crypto is not None:
            self.crypto.close()
            self.crypto = None
        if self._store is not None:
            self.crypto = Crypto.opened(
                self._store,
                user_id=user_id,
                device_id=device_id,
                request=self.request,
                policy=self._devices,
            )

    async def whoami(self, access_token: str) -> tuple[str, str | None]:
        """The account and device an access token belongs to. Raises SessionEnded where it counts no more."""
        self._nio.access_token = access_token
        answer = await self.request("GET", f"{_CLIENT}/account/whoami")
        return str(answer["user_id"]), answer.get("device_id")

    async def log_out(self, access_token: str) -> None:
        """End another session of this account, and with it its device (POST /logout)."""
        headers = {"Authorization": f"Bearer {access_token}"}
        await self.request("POST", f"{_CLIENT}/logout", {}, headers=headers)

    async def sync(self, since: str | None, *, timeout_ms: int, sync_filter: Json) -> Json:
        """One raw sync response (client-server API, GET /sync); waits up to `timeout_ms` for something to happen."""
        query = {"timeout": str(timeout_ms), "filter": orjson.dumps(sync_filter).decode(), "set_presence": "offline"}
        if since:
            query["since"] = since
        return await self.request(
            "GET", f"{_CLIENT}/sync?{urlencode(query)}", timeout_s=timeout_ms / 1000 + self._timeout_s
        )

    async def messages(self, room_id: str, *, start: str, end: str | None, limit: int) -> Json:
        """Earlier events of a room, newest first, from `start` back to `end` (GET /rooms/{roomId}/messages)."""
        query = {"dir": "b", "from": start, "limit": str(limit)}
        if end:
            query["to"] = end
        return await self.request("GET", f"{_CLIENT}/rooms/{quote(room_id)}/messages?{urlencode(query)}")

    async def send(self, room_id: str, event_type: str, content: Json, *, txn_id: str) -> str:
        """Send an event under a transaction ID, encrypted where the room is; return its event ID.

        The transaction ID is written into the event too, outside of what is encrypted: our echo names it to any device.

        Repeating it with the same transaction ID and device gives the first event's ID and changes nothing.
        """
        if event_type != "m.reaction" and await self.is_encrypted(room_id):
            if self.crypto is None:
                raise Rejected(403, "AG4_ENCRYPTION_IS_OFF", "the room is encrypted, [encryption] enabled is false")
            await self._settle_in(room_id)
            event_type, content = await self.crypto.encrypt(room_id, event_type, content)
        path = f"{_CLIENT}/rooms/{quote(room_id)}/send/{quote(event_type)}/{quote(txn_id)}"
        return await self._put_event(path, {**content, events.MARK: txn_id})

    async def redact(self, room_id: str, event_id: str, *, txn_id: str) -> str:
        """Remove what an event says, under a transaction ID as `send`; return the redaction's event ID."""
        path = f"{_CLIENT}/rooms/{quote(room_id)}/redact/{quote(event_id, safe='')}/{quote(txn_id)}"
        return await self._put_event(path, {events.MARK: txn_id})

    async def _put_event(self, path: str, body: Json) -> str:
        answer = await self.request("PUT", path, body)
        if not isinstance(answer.get("event_id"), str):
            raise Unreachable("no event ID in the answer")
        return str(answer["event_id"])

    async def state(self, room_id: str, event_type: str) -> Json:
        """The content of a state event with an empty state key, {} where it was never set. Never encrypted."""
        try:
            return await self.request("GET", _state_path(room_id, event_type))
        except Rejected as error:
            if error.status != _NOT_FOUND:
                raise
            return {}

    async def put_state(self, room_id: str, event_type: str, content: Json) -> None:
        """Set a state event with an empty state key (client-server API, PUT /rooms/{roomId}/state), in the clear.

        Repeating it changes nothing; it bears no mark of its transaction, because the same content must stay the same.
        Raises Rejected (M_FORBIDDEN) where the bot's power level does not suffice.
        """
        await self._put_event(_state_path(room_id, event_type), content)

    async def is_encrypted(self, room_id: str) -> bool:
        """Whether what is said in a room has to be encrypted; a room never becomes unencrypted again.

        In a room just joined, which no sync has told us of, the homeserver is asked. Raises MatrixError.
        """
        if room_id in self.encrypted_rooms:
            return True
        if room_id not in self.seen_rooms:
            try:
                await self.request("GET", _state_path(room_id, "m.room.encryption"))
            except Rejected as error:
                if error.status != _NOT_FOUND:
                    raise
            else:
                self.encrypted_rooms.add(room_id)
        return room_id in self.encrypted_rooms

    async def join(self, room_id: str, *, via: Sequence[str] = ()) -> None:
        """Join a room, through one of the servers `via` where ours is not in it; joined already is as good."""
        servers = urlencode([(name, server) for server in via for name in ("via", "server_name")])
        await self.request("POST", f"{_CLIENT}/join/{quote(room_id)}" + (f"?{servers}" if servers else ""), {})
        self._entered[room_id] = asyncio.get_running_loop().time()

    async def _settle_in(self, room_id: str) -> None:
        """Wait with the first word in an encrypted room until the others have looked who came in.

        matrix-js-sdk hides what it gets from a device it has not asked for yet, and does not show it later.
        """
        entered = self._entered.pop(room_id, None)
        if entered is not None:
            await asyncio.sleep(max(0.0, entered + SETTLE_S - asyncio.get_running_loop().time()))

    async def leave(self, room_id: str) -> None:
        """Leave a room, or decline its invitation."""
        await self.request("POST", f"{_CLIENT}/rooms/{quote(room_id)}/leave", {})

    async def resolve(self, alias: str) -> str:
        """The room ID behind an alias. Raises Rejected (M_NOT_FOUND) where there is none."""
        return str((await self.request("GET", f"{_CLIENT}/directory/room/{quote(alias)}"))["room_id"])

    async def sender_of(self, room_id: str, event_id: str) -> str:
        """Who sent an event. Raises Rejected (M_NOT_FOUND) where there is none, or none we may see."""
        event = await self.request("GET", f"{_CLIENT}/rooms/{quote(room_id)}/event/{quote(event_id)}")
        return str(event.get("sender", ""))

    async def set_display_name(self, name: str) -> None:
        """Set the account's display name, if it is another."""
        path = f"{_CLIENT}/profile/{quote(self.user_id)}/displayname"
        try:
            current = await self.request("GET", path)
        except Rejected:
            current = {}
        if current.get("displayname") != name:
            await self.request("PUT", path, {"displayname": name})

    async def request(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        timeout_s: float | None = None,
    ) -> Json:
        """One request, one answer. Raises a MatrixError for everything but a 2xx with a JSON object."""
        authorization = {"Authorization": f"Bearer {self._nio.access_token}"} if self._nio.access_token else {}
        headers = {"Content-Type": "application/json", **authorization, **headers}
        data = None if body is None else orjson.dumps(body)
        return await self._answer(method, path, data, headers, timeout_s or self._timeout_s)

    async def post_bytes(self, path: str, data: bytes, *, content_type: str) -> Json:
        """POST what is no JSON, such as a file. Raises as `request`; a large body gets more time."""
        authorization = {"Authorization": f"Bearer {self._nio.access_token}"}
        headers = {"Content-Type": content_type, **authorization}
        timeout_s = self._timeout_s + len(data) / _SLOWEST_BYTES_PER_S
        return await self._answer("POST", path, BytesIO(data), headers, timeout_s)

    async def _answer(
        self, method: str, path: str, data: bytes | BytesIO | None, headers: Mapping[str, str], timeout_s: float
    ) -> Json:
        try:
            response = await self._nio.send(method, path, data, headers, timeout=timeout_s)
            async with response:
                raw = await response.read()
        except _ServerError as error:
            raise ServerFailing(str(error)) from error
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise Unreachable(type(error).__name__) from error
        try:
            answer = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            if response.status == _TOO_LARGE:  # a proxy's page; nginx takes 1 MB unless told otherwise
                raise Rejected(_TOO_LARGE, "M_TOO_LARGE") from error
            raise ServerFailing(f"HTTP {response.status} without JSON") from error
        if not isinstance(answer, dict):
            raise ServerFailing(f"HTTP {response.status} without a JSON object")
        if response.ok:
            return answer
        raise meaning(response.status, answer, response.headers.get("Retry-After"))

    async def close(self) -> None:
        """Close the connections; the session stays valid."""
        if self.crypto is not None:
            self.crypto.close()
        await self._nio.close()


def _state_path(room_id: str, event_type: str) -> str:
    return f"{_CLIENT}/rooms/{quote(room_id)}/state/{quote(event_type)}/"
