"""Is a message for the bot, and what does it say without the address (contract C11)."""

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Addressed:
    """What was said to the bot. `explicit`: with the prefix, so it is a command and nothing else.

    `at_all` is false where only an earlier version of the message was addressed to it.
    """

    text: str
    explicit: bool
    at_all: bool = True


@dataclass(frozen=True)
class Address:
    """How the bot can be addressed: by prefix, by mention (MSC3952, m.mentions), by name in front, in a direct chat."""

    user_id: str
    display_name: str
    prefix: str

    @cached_property
    def _name(self) -> str:
        """The user ID, or a name with or without "@" (but not "@name:server", which is somebody else's user ID)."""
        localpart = self.user_id[1:].split(":")[0]
        names = "|".join(re.escape(name) for name in (self.display_name, localpart) if name)
        return rf"(?:{re.escape(self.user_id)}|@(?:{names})(?!:\S)|(?:{names}))"

    @cached_property
    def _in_front(self) -> re.Pattern[str]:
        return re.compile(rf"^\s*{self._name}(?:\s*[:,]\s*|\s+|$)", re.IGNORECASE)

    @cached_property
    def _called_in_front(self) -> re.Pattern[str]:
        return re.compile(rf"^\s*{self._name}\s*[:,]", re.IGNORECASE)

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        return re.compile(rf"\s*{self._name}(?![\w-])", re.IGNORECASE)

    def read(self, body: str, *, mentions: tuple[str, ...], direct: bool, reply_to_bot: bool) -> Addressed | None:
        """What `body` says to the bot, or None where it is not addressed."""
        called = self.user_id in mentions or direct or reply_to_bot or self._called_in_front.match(body) is not None
        text = body.strip()
        if called:
            text = self._in_front.sub("", text, count=1).strip()
        command = self._command(text)
        if command is not None:
            return Addressed(text=command, explicit=True)
        if not called:
            return None
        text = text.removeprefix(self.prefix).strip()  # "! frage", as phones like to write it
        if self.user_id in mentions:
            text = self._anywhere.sub("", text, count=1).strip()
        return Addressed(text=text, explicit=False)

    def _command(self, text: str) -> str | None:
        """The text behind the prefix, where a word follows it at once (`!frage`, but not `!!!` or `! Achtung`)."""
        if not text.startswith(self.prefix):
            return None
        command = text[len(self.prefix) :]
        return command if command[:1].isalpha() else None
