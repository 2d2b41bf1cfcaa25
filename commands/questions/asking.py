"""Fragen an eine Arbeitsgruppe (AG) stellen: checked, noted, shown beside what is similar, passed on to the group."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.dates.wall_clock import wall
from commands.dates.working_days import add_working_days
from commands.errors import NotPossible
from commands.group_names import take_ref
from commands.markup import clean
from commands.questions import confidence, life, similar
from commands.questions.receipt import AGREE, first_state, receipt
from commands.questions.showing import show
from commands.questions.words import group_and_text, question_numbered, refuse_what_is_never_collected, subject
from commands.texts import question_errors as errors
from commands.texts import question_never
from storage import questions
from storage.tables import QuestionState, RoomKind

_AGAIN = timedelta(minutes=1)


@command("frage", "<AG> <Ihre Frage>", example="!frage AG3 Wer zahlt nach der Anschubfinanzierung?")
async def ask_or_show(call: Call, session: AsyncSession) -> Reply:
    """Stellt einer AG eine Frage.

    Im Raum einer AG können Sie die Nummer der AG weglassen. Sie bekommen eine Nummer wie AG3-017 und eine Nachricht,
    sobald die Antwort da ist. Im direkten Chat fragen Sie vertraulich. Solange die Frage offen ist, ändern Sie sie
    durch Bearbeiten Ihrer Nachricht; Löschen zieht sie zurück. Mit der Nummer statt der Frage sehen Sie den Stand,
    zum Beispiel: !frage AG3-017
    """
    ref = take_ref(clean(call.text))
    if ref is None:
        return await _ask(call, session)
    group_number, number, rest = ref
    if rest:
        asked_for = f"AG{group_number}-{number:03d}"
        raise NotPossible(errors.number_and_text(asked_for, group_number, prefix=call.settings.prefix))
    return await show(call, session, await question_numbered(call, session, group_number, number))


async def _ask(call: Call, session: AsyncSession) -> Reply:
    group, text = await group_and_text(call, session)
    refuse_what_is_never_collected(text, question_never.QUESTION, prefix=call.settings.prefix)
    confidential = call.room_kind is RoomKind.DIRECT
    before = await questions.same(
        session,
        group=group.number,
        asked_by=call.sender,
        room_id=call.room_id,
        confidential=confidential,
        text=text,
        since=call.at - _AGAIN,
    )
    if before is not None:
        raise NotPossible(errors.asked_before(before, prefix=call.settings.prefix))
    warning = await confidence.warning(session, group, text) if confidential else None
    today = wall(call.at).date()
    question = await questions.add(
        session,
        group=group.number,
        text=text,
        asked_by=call.sender,
        asked_at=call.at,
        due_since=today,
        due_on=add_working_days(today, call.settings.answer_within_working_days),
        room_id=call.room_id,
        source_event_id=call.event_id,
        thread_id=call.thread_id,
        state=QuestionState.SUBMITTED if warning else first_state(group),
        confidential=confidential,
    )
    await life.begin(call, session, question)
    await similar.index(session, question)
    if warning:
        return Reply(
            text=warning.text(question, group, prefix=call.settings.prefix),
            subject=subject(question),
            reactions=(AGREE,),
        )
    return await receipt(call, session, question, group)


COMMANDS = (ask_or_show,)
