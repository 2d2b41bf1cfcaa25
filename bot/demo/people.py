"""People who talk: real Matrix clients, without encryption, for the demo and for the tests."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
import nio

PATIENCE_SECONDS = 20.0
"""How long a person waits to hear something: a guard against waiting for ever, not a measure of speed."""

_LOGGED_OUT = {"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"}
_LONG_POLL_MS = 30_000
_RETRY_SECONDS = 0.2
_FILTER = {
    "presence": {"types": []},
    "room": {
        "timeline": {"limit": 100},
        "ephemeral": {"types": []},
        "state": {"lazy_load_members": True},
    },
}


class MatrixError(RuntimeError):
    """The homeserver refused what a person wanted to do; the message holds its code and its words."""


@dataclass(frozen=True)
class Heard:
    """One event as it reached a person: a message, an edit, a reaction, a redaction, an invitation, ..."""

    room: str
    event_id: str
    """Empty for an invitation, which comes without."""
    sender: str
    type: str
    """The event type of the specification, such as m.room.message."""
    content: Mapping[str, Any]
    raw: Mapping[str, Any]
    """The event as the server sent it, with state_key, unsigned, ..."""

    @property
    def text(self) -> str:
        """What a client shows: the body, of an edit the new one; empty for what is no message."""
        new: Mapping[str, Any] = self.content.get("m.new_content") or self.content
        return str(new.get("body", ""))

    @property
    def relation(self) -> Mapping[str, Any]:
        """What the event says it belongs to (m.relates_to): an edit, a reaction, a reply, a thread."""
        relation: Mapping[str, Any] = self.content.get("m.relates_to") or {}
        return relation

    @property
    def mentions(self) -> tuple[str, ...]:
        """The user IDs that the sender explicitly mentioned (m.mentions)."""
        return tuple((self.content.get("m.mentions") or {}).get("user_ids", ()))


class Person:
    """A user with a client of their own, who listens all the time. Made by `register`.

    `async with await Person.register(...) as anna:` closes the client at the end. Whatever the homeserver
    refuses raises MatrixError. Rate limits (429) are waited out as told; a server that is away is waited for.
    """

    def __init__(self, client: Any, name: str, password: str) -> None:
        self._client = client
        self._heard: list[Heard] = []
        self._handed_out: set[int] = set()
        self._news = asyncio.Condition()
        self._deaf_because: BaseException | None = None
        self._listener = asyncio.create_task(self._listen(), name=f"{name} listens")
        self.name = name
        self.password = password

    @classmethod
    async def register(
        cls,
        homeserver_url: str,
        name: str,
        display_name: str = "",
        *,
        password: str | None = None,
    ) -> Self:
        """Create the user @name:server with a password (without one given: a random one) and start to listen.

        Raises MatrixError, for example when the name is taken (M_USER_IN_USE).
        """
        password = password or secrets.token_urlsafe(16)
        client = nio.AsyncClient(
            homeserver_url,
            config=nio.AsyncClientConfig(encryption_enabled=False),
        )
        try:
            _unwrap(await client.register(name, password, "demo"))
            _unwrap(await client.set_displayname(display_name or name))
        except BaseException:  # a Ctrl-C, too, must not leave a connection open
            await client.close()
            raise
        return cls(client, display_name or name, password)

    async def __aenter__(self) -> Self:
        """Return the person, who listens already."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        await self.close()

    async def close(self) -> None:
        """Stop listening and hang up. Closing twice does no harm."""
        self._listener.cancel()
        await asyncio.gather(self._listener, return_exceptions=True)
        await self._client.close()

    @property
    def user_id(self) -> str:
        """The full Matrix ID, such as @anna:localhost."""
        return str(self._client.user_id)

    @property
    def access_token(self) -> str:
        """The token of this person's session."""
        return str(self._client.access_token)

    @property
    def device_id(self) -> str:
        """The device of this person's session."""
        return str(self._client.device_id)

    # Speaking

    async def say(
        self,
        room: str,
        text: str,
        *,
        mentions: Collection[str] = (),
        reply_to: str | None = None,
        thread: str | None = None,
        msgtype: str = "m.text",
    ) -> str:
        """Send a message and return its event ID; `thread` is the event ID of the thread's first message."""
        relation: dict[str, Any] = {}
        if thread is not None:
            relation |= {"rel_type": "m.thread", "event_id": thread}
        if reply_to is not None:
            relation |= {"m.in_reply_to": {"event_id": reply_to}}
        content = _text(text, mentions, msgtype) | ({"m.relates_to": relation} if relation else {})
        return await self.send(room, "m.room.message", content)

    async def edit(self, room: str, event_id: str, text: str, *, mentions: Collection[str] = ()) -> str:
        """Replace the text of an own message (m.replace); returns the event ID of the edit."""
        content = {
            **_text(f"* {text}", mentions),
            "m.new_content": _text(text, mentions),
            "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
        }
        return await self.send(room, "m.room.message", content)

    async def react(self, room: str, event_id: str, key: str) -> str:
        """React to an event with an emoji (m.annotation); returns the event ID of the reaction."""
        relation = {"rel_type": "m.annotation", "event_id": event_id, "key": key}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def redact(self, room: str, event_id: str, reason: str | None = None) -> str:
        """Delete an event, as far as Matrix can; returns the event ID of the redaction."""
        return str(_unwrap(await self._client.room_redact(room, event_id, reason)).event_id)

    async def send(self, room: str, event_type: str, content: Mapping[str, Any]) -> str:
        """Send any event and return its ID."""
        return str(_unwrap(await self._client.room_send(room, event_type, dict(content))).event_id)

    # Coming and going

    async def join(self, room: str) -> None:
        """Enter a room: a public one, or one this person was invited to."""
        _unwrap(await self._client.join(room))

    async def leave(self, room: str) -> None:
        """Leave a room, or decline the invitation to it."""
        _unwrap(await self._client.room_leave(room))

    async def invite(self, room: str, user_id: str) -> None:
        """Invite somebody to a room."""
        _unwrap(await self._client.room_invite(room, user_id))

    async def kick(self, room: str, user_id: str, reason: str | None = None) -> None:
        """Remove somebody from a room."""
        _unwrap(await self._client.room_kick(room, user_id, reason))

    async def create_room(
        self,
        name: str,
        *,
        topic: str | None = None,
        invite: Collection[str] = (),
        space: bool = False,
        state: Collection[Mapping[str, Any]] = (),
    ) -> str:
        """Create a private room (or a space), invite people, and return its ID.

        `state` holds initial state events: type, state_key, content.
        """
        response = await self._client.room_create(
            name=name,
            topic=topic,
            invite=list(invite),
            space=space,
            initial_state=[dict(event) for event in state],
        )
        return str(_unwrap(response).room_id)

    async def create_direct(self, user_id: str) -> str:
        """Start a direct chat with somebody, who is invited to it; returns the room's ID."""
        response = await self._client.room_create(
            is_direct=True,
            preset=nio.RoomPreset.trusted_private_chat,
            invite=[user_id],
        )
        return str(_unwrap(response).room_id)

    async def put_state(self, room: str, event_type: str, content: Mapping[str, Any], state_key: str = "") -> str:
        """Set one piece of a room's state; returns the event ID."""
        response = await self._client.room_put_state(room, event_type, dict(content), state_key)
        return str(_unwrap(response).event_id)

    async def members(self, room: str) -> frozenset[str]:
        """Ask the server who is in a room."""
        return frozenset(member.user_id for member in _unwrap(await self._client.joined_members(room)).members)

    # Listening

    def heard(self, room: str | None = None) -> tuple[Heard, ...]:
        """Everything that has reached this person so far, their own included, in the server's order."""
        return tuple(one for one in self._heard if room in {None, one.room})

    async def hears(
        self,
        room: str | None,
        what: str | Callable[[Heard], bool] = "",
        *,
        timeout: float = PATIENCE_SECONDS,  # noqa: ASYNC109 - a test reads better with it
    ) -> Heard:
        """Wait for the first event of somebody else that fits, and hand it out; each event is handed out once.

        `room` None means any room. `what` is a part of the text, or a function that says whether an event is
        the one; events that do not fit stay to be heard later. `timeout` is in seconds.

        Raises TimeoutError, with what was heard instead, and MatrixError when listening itself has failed.
        """
        fits = what if callable(what) else lambda one: one.type == "m.room.message" and what in one.text
        try:
            async with asyncio.timeout(timeout), self._news:
                while True:
                    for number, one in enumerate(self._heard):
                        if self._is_news(number, one, room) and fits(one):
                            self._handed_out.add(number)
                            return one
                    if self._deaf_because is not None:
                        raise MatrixError(f"{self.name} does not listen any more.") from self._deaf_because
                    await self._news.wait()
        except TimeoutError:
            lines = [f"  {one.sender} {one.type}: {one.text!r}" for one in self.heard(room)] or ["  nothing"]
            raise TimeoutError(
                "\n".join([f"{self.name} did not hear {what!r} within {timeout} s, but:", *lines])
            ) from None

    async def hears_invitation(
        self,
        room: str | None = None,
        *,
        timeout: float = PATIENCE_SECONDS,  # noqa: ASYNC109 - as above
    ) -> Heard:
        """Wait for an invitation (to a certain room, or to any) and hand it out; errors as for `hears`."""
        return await self.hears(room, self._is_invitation, timeout=timeout)

    def _is_invitation(self, one: Heard) -> bool:
        return (
            one.type == "m.room.member"
            and one.raw.get("state_key") == self.user_id
            and one.content.get("membership") == "invite"
        )

    def _is_news(self, number: int, one: Heard, room: str | None) -> bool:
        return number not in self._handed_out and room in {None, one.room} and one.sender != self.user_id

    async def _listen(self) -> None:
        since: str | None = None
        try:
            while True:
                response = await self._sync(since)
                if response is None:
                    await asyncio.sleep(_RETRY_SECONDS)  # the server is away: no event tells of its return
                    continue
                news = await self._news_in(response, since)
                since = response.next_batch
                async with self._news:
                    self._heard += news
                    self._news.notify_all()
        except BaseException as error:  # whoever waits for news learns that there will be none
            async with self._news:
                self._deaf_because = error
                self._news.notify_all()
            raise

    async def _sync(self, since: str | None) -> Any:
        """One long poll; None when the server is away for the moment."""
        try:
            response = await self._client.sync(
                _LONG_POLL_MS if since else 0, sync_filter=_FILTER, since=since, full_state=since is None
            )
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError):
            return None
        if isinstance(response, nio.SyncError) and response.status_code not in _LOGGED_OUT:
            return None
        return _unwrap(response)

    async def _news_in(self, response: Any, since: str | None) -> list[Heard]:
        news: list[Heard] = []
        for room, info in response.rooms.invite.items():
            news += [_heard(room, event) for event in info.invite_state]
        for room, info in [*response.rooms.join.items(), *response.rooms.leave.items()]:
            if info.timeline.limited and since is not None:
                news += await self._missed(room, info.timeline.prev_batch, since)
            news += [_heard(room, event) for event in info.timeline.events]
        return news

    async def _missed(self, room: str, start: str | None, end: str) -> list[Heard]:
        """What fell into the gap of a timeline that the server cut short, in the server's order."""
        newest_first: list[Heard] = []
        while start is not None:
            page = _unwrap(
                await self._client.room_messages(
                    room, start=start, end=end, direction=nio.MessageDirection.back, limit=100
                )
            )
            newest_first += [_heard(room, event) for event in page.chunk]
            start = page.end if page.chunk else None
        return newest_first[::-1]


async def create_account(homeserver_url: str, name: str, *, password: str) -> str:
    """Create the user @name:server for somebody else, such as the bot, who logs in later; returns the user ID.

    No session and no device is left behind. Raises MatrixError.
    """
    client = nio.AsyncClient(homeserver_url, config=nio.AsyncClientConfig(encryption_enabled=False))
    try:
        user_id = str(_unwrap(await client.register(name, password)).user_id)
        _unwrap(await client.logout())
    finally:
        await client.close()
    return user_id


def _heard(room: str, event: Any) -> Heard:
    raw: dict[str, Any] = event.source  # of a member event, nio has moved the content out
    return Heard(
        room=room,
        event_id=raw.get("event_id", ""),
        sender=raw.get("sender", ""),
        type=raw.get("type", ""),
        content=raw.get("content", getattr(event, "content", {})),
        raw=raw,
    )


def _text(text: str, mentions: Collection[str], msgtype: str = "m.text") -> dict[str, Any]:
    user_ids = {"user_ids": list(mentions)} if mentions else {}
    return {"msgtype": msgtype, "body": text, "m.mentions": user_ids}


def _unwrap(response: Any) -> Any:
    """Raise for the errors that nio returns as values."""
    if isinstance(response, nio.ErrorResponse):
        raise MatrixError(f"{response.status_code or 'unknown error'}: {response.message}")
    return response
