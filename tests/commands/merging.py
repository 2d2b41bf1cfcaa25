"""What conversations about merged questions share."""

from typing import Any

from sqlalchemy import select

from storage.tables import Question, table_of
from tests.dialog import Answer, Dialog

FIRST = "!frage AG3 Wer zahlt nach der Anschubfinanzierung?"
SECOND = "!frage AG3 Welche Register werden zuerst angeschlossen?"
THIRD = "!frage AG2 Gibt es Vorlagen für Leistungsbeschreibungen?"
ANSWER = "!antwort AG3-001 Bis 2027 das Land."
MERGE = "!zusammenführen AG3-002 AG3-001"


async def ask_both(dialog: Dialog, *, first: str = "anna", second: str = "ben", room: str = "plenum") -> None:
    """AG3-001 in the plenary, AG3-002 in `room`."""
    await dialog.hear(first, "plenum", FIRST)
    await dialog.hear(second, room, SECOND)


async def row(dialog: Dialog, ref: str) -> dict[str, Any]:
    group, number = ref.removeprefix("AG").split("-")
    async with dialog.database.reading() as session:
        statement = select(table_of(Question)).where(
            Question.group_number == int(group), Question.number == int(number)
        )
        return dict((await session.execute(statement)).mappings().one())


async def votes_of(dialog: Dialog, ref: str) -> int:
    return int((await row(dialog, ref))["votes"])


def mentioned(answers: list[Answer], person: str) -> list[str]:
    """The rooms in which a person is mentioned, each as often as they are."""
    return [each.room for each in answers if f"@{person}:test" in each.mentions]
