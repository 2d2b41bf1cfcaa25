"""What was said on the homeserver, as it was said: redactions take nothing away here."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.dialog import BOT
from tests.homeserver import FakeHomeserver


@dataclass(frozen=True, kw_only=True)
class Said:
    """One event of the bot with the content it was sent with."""

    position: int
    event_id: str
    room_id: str
    type: str
    content: dict[str, Any]

    @property
    def body(self) -> str:
        """The plain text, empty for what is no message."""
        return str(self.content.get("body", ""))

    @property
    def mentions(self) -> list[str]:
        """The names ("anna") of those who are mentioned."""
        found = self.content.get("m.mentions", {}).get("user_ids", [])
        return [user_id.removeprefix("@").removesuffix(":test") for user_id in found]

    @property
    def quiet(self) -> bool:
        """Whether it notifies nobody."""
        return self.content.get("msgtype") == "m.notice"

    @property
    def edits(self) -> str | None:
        """The event that this one edits."""
        relation = self.content.get("m.relates_to", {})
        return str(relation["event_id"]) if relation.get("rel_type") == "m.replace" else None


@dataclass
class Chronicle:
    """Follows a homeserver from now on."""

    hs: FakeHomeserver
    said: dict[str, Said] = field(default_factory=dict)
    """Everything of the bot, by event ID, oldest first."""
    replies: defaultdict[str, list[Said]] = field(default_factory=lambda: defaultdict(list))
    """The bot's quiet answers, by the event that they reply to."""
    _position: int = 0

    def __post_init__(self) -> None:
        wake_up = self.hs.world.changed

        def changed() -> None:
            self.look()
            wake_up()

        self.hs.world.changed = changed  # called after each event, before a redaction is applied
        self.look()

    def look(self) -> None:
        """Note what is new."""
        for said in reversed(list(self._news())):
            self.said[said.event_id] = said
            target = said.content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id")
            if target is not None and said.quiet:
                self.replies[target].append(said)

    def _news(self) -> Iterator[Said]:
        seen, self._position = self._position, self.hs.position
        for each in reversed(self.hs.world.events.values()):
            if each.position <= seen:
                return
            if each.sender == BOT and each.state_key is None:
                yield Said(
                    position=each.position,
                    event_id=each.event_id,
                    room_id=each.room_id,
                    type=each.type,
                    content=each.content,
                )

    def of_type(self, event_type: str) -> list[Said]:
        """The bot's events of a type, oldest first."""
        return [each for each in self.said.values() if each.type == event_type]

    def first(self, room_id: str, *words: str) -> Said | None:
        """The bot's first message in a room that holds all these words, or None."""
        found = (
            each for each in self.said.values() if each.room_id == room_id and all(one in each.body for one in words)
        )
        return next(found, None)

    def answered(self, target: str, cause: str) -> bool:
        """Whether the bot has replied to `target` since `cause` (the same, or an edit, deletion or reaction)."""
        since = self.hs.world.events[cause].position
        return any(each.position > since for each in self.replies[target])
