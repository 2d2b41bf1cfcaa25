"""Der Überblick (Digest) for coordinators and leads: what is to be decided, and what is new."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Command, Job, Message, Reply, command
from commands.digest import contents
from commands.digest.contents import Window
from commands.errors import NotFound, UsageError
from commands.group_names import take_group
from commands.markup import Markdown
from commands.settings import Settings
from commands.texts import digest as texts
from storage import digests, groups, health, rooms, sync
from storage.tables import Role

_LATE = timedelta(hours=1)


Part = Callable[[AsyncSession, Window, datetime, Settings], Awaitable[Markdown | None]]
"""What another feature has to say in the digest of the coordination: a paragraph, or nothing."""


class Digest:
    """The digest with what other features have to say of the whole: what is `to_decide`, and what is `new`."""

    def __init__(self, *, to_decide: Sequence[Part] = (), new: Sequence[Part] = ()) -> None:
        self._to_decide, self._new = to_decide, new
        self.commands: tuple[Command, ...] = (
            command("digest", "[AG]", role=Role.LEAD, example="!digest AG3")(self._show),
        )
        self.jobs: tuple[Job, ...] = (self._send,)

    async def _show(self, call: Call, session: AsyncSession) -> Reply:
        """Zeigt, was zu entscheiden ist und was es Neues gibt.

        Ohne AG sieht die Koordination alles, eine Leitung die eigene AG. Das ist ein Zwischenstand seit dem letzten
        regelmäßigen Überblick; dieser kommt trotzdem wie geplant.
        """
        group = await _group(call, session)
        names = call.settings.digest_rooms if group is None else (f"group {group}",)
        own = [room_id for name in names for room_id in await rooms.named(session, name)]
        position = await sync.get(session)
        since = (
            await digests.last_until(session, own)
            or await digests.last_until(session)
            or (position.first_started_at if position else call.settings.started_at)
        )
        covered = Window(since=min(since, call.at), until=call.at)
        text = await self._text(
            session, covered, now=call.at, group=group, interim=True, late=False, settings=call.settings
        )
        return Reply(text=text)

    async def _send(self, session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
        """Give each room its digest once its time has come; after a downtime one for the whole gap."""
        position = await sync.get(session)
        if position is None:
            return []
        messages = []
        for name in settings.digest_rooms:
            for room_id in await rooms.named(session, name):
                covered = contents.window(
                    now,
                    covered_until=await digests.last_until(session, [room_id]) or position.first_started_at,
                    weekday=settings.digest_weekday,
                    at=settings.digest_time,
                )
                if covered is None or await health.waits_from_before(session, covered.until):
                    continue  # what came in before the window's end belongs into its figures: at the next ring
                late = now - covered.until > _LATE
                text = await self._text(
                    session, covered, now=now, group=_group_of(name), interim=False, late=late, settings=settings
                )
                key = f"digest:{room_id}:{covered.until.isoformat()}"
                messages.append(Message(key=key, room_id=room_id, text=text, quiet=True))
                await digests.add_window(session, room_id, since=covered.since, until=covered.until)
        return messages

    async def _text(
        self,
        session: AsyncSession,
        covered: Window,
        *,
        now: datetime,
        group: int | None,
        interim: bool,
        late: bool,
        settings: Settings,
    ) -> Markdown:
        found = await contents.read(session, covered, now=now, group=group)
        return texts.digest(
            found,
            covered,
            now=now,
            group=group,
            interim=interim,
            late=late,
            prefix=settings.prefix,
            to_decide=[] if group is not None else await _said(self._to_decide, session, covered, now, settings),
            new=[] if group is not None else await _said(self._new, session, covered, now, settings),
        )


async def _said(
    parts: Sequence[Part], session: AsyncSession, covered: Window, now: datetime, settings: Settings
) -> list[Markdown]:
    found = [await part(session, covered, now, settings) for part in parts]
    return [text for text in found if text]


async def _group(call: Call, session: AsyncSession) -> int | None:
    """The group a digest is asked for; None for all of them. Raises NotAllowed for somebody else's group."""
    prefix, leads = call.settings.prefix, sorted(call.roles.leads)
    number, rest = take_group(call.text, call.room_group)
    if rest:
        raise UsageError(texts.only_a_group(prefix))
    if number is None and call.roles.coordinator:
        return None
    if number is None and len(leads) == 1:
        return leads[0]
    if number is None:
        raise UsageError(texts.name_one_group(leads, prefix))
    if await groups.find(session, number) is None:
        raise NotFound(texts.unknown_group(number, [each.number for each in await groups.everyone(session)], prefix))
    call.require(Role.LEAD, group=number)
    return number


def _group_of(name: str) -> int | None:
    kind, _, number = name.partition(" ")
    return int(number) if kind == "group" else None
