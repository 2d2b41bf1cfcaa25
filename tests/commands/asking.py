"""What conversations about questions share."""

from tests.dialog import Answer, Dialog

ASK = "!frage AG3 Wer zahlt nach der Anschubfinanzierung?"


async def texts_in_database(dialog: Dialog) -> str:
    """All that the database holds of what people wrote about questions, and of what is still to be sent."""
    async with dialog.database.reading() as session:
        rows = await session.connection()
        found = await rows.exec_driver_sql(
            "SELECT text FROM questions UNION ALL SELECT text FROM answers UNION ALL SELECT content FROM outbox"
        )
        return "\n".join(str(text) for (text,) in found)


def told(answers: list[Answer], room: str) -> Answer:
    """The one message in a room."""
    [only] = [each for each in answers if each.room == room]
    return only
