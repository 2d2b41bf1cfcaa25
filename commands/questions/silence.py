"""Schweigen: what becomes of a question whose asker says nothing.

Its answer counts as confirmed, which they are told beforehand; what they never agree to show lapses.
"""

from datetime import date, datetime, time
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Message
from commands.dates.reminder_times import begun_before, is_late, working_day_at
from commands.dates.wall_clock import instant, wall
from commands.dates.working_days import add_working_days
from commands.questions import life
from commands.questions.telling import asker_of
from commands.settings import Settings
from commands.texts import question_reminders as texts
from commands.texts.question_words import Step
from storage import question_times, questions
from storage.tables import Outcome

ANNOUNCED_BEFORE: Final = 2
"""Working days between telling the asker and taking their silence for a yes."""
LAPSES_AFTER: Final = 10
"""Working days that an asker has to agree to their question's being shown."""


async def announce_confirmation(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
    """Tell each asker once, beforehand, from which day on their silence counts as a yes. `now` is UTC.

    If that comes late, the day moves: nobody is taken at their silence without having been told.
    """
    today = working_day_at(now)
    if today is None:
        return []
    after = settings.confirm_within_working_days - ANNOUNCED_BEFORE
    messages = []
    for question, answer in await question_times.to_announce(session, answered_before=_before(today, after)):
        await questions.change(session, question, told_confirmation=True)
        place = await asker_of(session, question)
        if place is None:
            continue
        told_on = add_working_days(wall(answer.answered_at).date(), after)
        step = await life.note(session, question, texts.ANNOUNCED, at=now, bot_id=settings.bot_id)
        text = texts.soon_confirmed(
            question, add_working_days(today, ANNOUNCED_BEFORE), late=is_late(told_on, now), prefix=settings.prefix
        )
        messages.append(place.message(question, f"soon-confirmed:{question.id}:{step.id}", text))
    return messages


async def confirm_silently(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
    """Take for confirmed what was answered long ago, and announced, without a word since. `now` is UTC."""
    today = working_day_at(now)
    if today is None:
        return []
    found = await question_times.to_confirm(
        session,
        answered_before=_before(today, settings.confirm_within_working_days),
        announced_before=_before(today, ANNOUNCED_BEFORE),
        announcement=texts.ANNOUNCED,
    )
    for question, _ in found:
        await life.take_itself(session, question, Step.CONFIRM_SILENTLY, at=now, bot_id=settings.bot_id)
    return []


async def lapse(session: AsyncSession, now: datetime, settings: Settings) -> list[Message]:
    """Drop what its asker has not agreed to show for ten working days, with its text. `now` is UTC."""
    today = working_day_at(now)
    if today is None:
        return []
    messages = []
    for question in await question_times.submitted(session, before=begun_before(today, LAPSES_AFTER)):
        place = await asker_of(session, question)
        await life.take_itself(session, question, Step.LAPSE, at=now, bot_id=settings.bot_id, outcome=Outcome.WITHDRAWN)
        await questions.remove_text(session, question)
        if place is not None:
            text = texts.lapsed(question.ref, question.group_number, prefix=settings.prefix)
            messages.append(place.message(question, f"lapsed:{question.id}", text))
    return messages


def _before(today: date, count: int) -> datetime:
    """What happened before this instant happened at least so many working days ago."""
    return instant(datetime.combine(begun_before(today, count), time.min))


JOBS = (announce_confirmation, confirm_silently, lapse)
