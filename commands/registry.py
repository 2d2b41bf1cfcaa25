"""The whole bot on one screen: everything it answers to, and everything it does by itself."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncSession

from commands import (
    calendar,
    confirming,
    digest,
    faq,
    groups,
    handing_over,
    links,
    office_hours,
    privacy,
    questions,
    status,
    unreadable,
)
from commands.command import Call, Command, Follower, Job, Reaction, Reply
from commands.dates.days import fold
from commands.help import help_for

DIGEST = digest.Digest(to_decide=(handing_over.in_digest, faq.to_review), new=(faq.in_digest,))
CONFIRMING = confirming.Confirming((*calendar.ACTIONS, *faq.ACTIONS))

COMMANDS: tuple[Command, ...] = (
    help_for(lambda: COMMANDS),
    *calendar.COMMANDS,
    *office_hours.COMMANDS,
    *CONFIRMING.commands,
    *questions.COMMANDS,
    *faq.COMMANDS,
    *handing_over.COMMANDS,
    *groups.COMMANDS,
    *links.COMMANDS,
    *DIGEST.commands,
    *privacy.COMMANDS,
    *status.COMMANDS,
)
REACTIONS: tuple[Reaction, ...] = (*CONFIRMING.reactions, *calendar.REACTIONS, *questions.REACTIONS, *faq.REACTIONS)
FOLLOWERS: tuple[Follower, ...] = (
    questions.FOLLOWER,
    *calendar.FOLLOWERS,
    faq.FOLLOWER,
    handing_over.FOLLOWER,
    CONFIRMING.follower,
)
JOBS: tuple[Job, ...] = (
    confirming.expire,
    *calendar.JOBS,
    *questions.JOBS,
    *faq.JOBS,
    *DIGEST.jobs,
    *handing_over.JOBS,
    *unreadable.JOBS,
)


async def answer_freely(call: Call, session: AsyncSession) -> Reply:
    """Answer what is no command: nothing where a person takes care, a person to who wants one, else the FAQ."""
    if reply := await handing_over.meant(call, session):
        return reply
    return await faq.answer_freely(call, session, take=questions.ASK.handler)


@dataclass(frozen=True)
class Registry:
    """What the dispatcher and the clock are given. `free_text` answers what is addressed to the bot and no command."""

    commands: Sequence[Command] = COMMANDS
    reactions: Sequence[Reaction] = REACTIONS
    followers: Sequence[Follower] = FOLLOWERS
    jobs: Sequence[Job] = JOBS
    free_text: Callable[[Call, AsyncSession], Awaitable[Reply]] = answer_freely

    @cached_property
    def _by_name(self) -> dict[str, Command]:
        return {fold(command.name): command for command in self.commands}

    def find(self, text: str) -> tuple[Command, str] | None:
        """The command a text begins with and what follows it; the longer name wins ("plenum neu" before "plenum").

        Case does not count, and ae/oe/ue/ss stand for umlauts.
        """
        words = text.split(None, 2)
        for count in (2, 1):
            name = fold(" ".join(words[:count]).rstrip("?!"))
            if len(words) >= count and name in self._by_name:
                rest = text.split(None, count)
                return self._by_name[name], rest[count].strip() if len(rest) > count else ""
        return None
