"""What conversations about questions share."""

from storage import faq_learning
from storage.tables import Base
from tests.dialog import Answer, Dialog

ASK = "!frage AG3 Wer zahlt nach der Anschubfinanzierung?"


async def texts_in_database(dialog: Dialog) -> str:
    """All that the database holds, but for what the bot knew from the start."""
    async with dialog.database.reading() as session:
        rows = await session.connection()
        tables = [table for table in Base.metadata.sorted_tables if table.name not in {"faq_entries", "groups"}]
        found = [row for table in tables for row in await rows.execute(table.select())]
        return "\n".join(str(tuple(row)) for row in found)


async def gaps(dialog: Dialog) -> list[str]:
    """What the FAQ could not answer, as editors see it."""
    async with dialog.database.reading() as session:
        return [gap.text for gap in await faq_learning.gaps(session)]


def told(answers: list[Answer], room: str) -> Answer:
    """The one message in a room."""
    [only] = [each for each in answers if each.room == room]
    return only
