"""Die OZG-Sprechstunde: the next one and how to take part."""

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.dates.wall_clock import wall
from commands.dates.wording import countdown
from commands.event_text import when
from commands.texts import office_hours as texts
from storage import calendar, notices

_LATER = 3


@command("sprechstunde", example="!sprechstunde")
async def show(call: Call, session: AsyncSession) -> Reply:
    """Zeigt die nächste OZG-Sprechstunde und wie Sie teilnehmen.

    Termine, Thema, Zugang und Folien stammen vom Betreiber dieses Bots. Was nicht hinterlegt ist, sagt die Antwort.
    """
    found = await calendar.upcoming(session, after=wall(call.at), kind=calendar.OFFICE_HOUR)
    if not found:
        return Reply(text=texts.none_known(call.settings))
    first, later = found[0], found[1 : 1 + _LATER]
    await notices.shown(session, [first, *later], call.room_id, at=call.at)
    return Reply(
        text=texts.next_one(
            when=when(first),
            countdown=countdown(call.at, first.starts, first.ends),
            title=first.title,
            link=first.link,
            later=[when(each) for each in later],
            settings=call.settings,
        )
    )


COMMANDS = (show,)
