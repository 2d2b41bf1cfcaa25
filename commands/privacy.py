"""Datenschutz."""

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.texts import privacy as texts


@command("datenschutz", example="!datenschutz")
async def show(call: Call, session: AsyncSession) -> Reply:  # noqa: ARG001 (a handler's signature)
    """Zeigt, was der Bot speichert und wie Sie es löschen."""
    settings = call.settings
    return Reply(
        text=texts.privacy(responsible=settings.data_protection, email=settings.contact_email, prefix=settings.prefix)
    )


COMMANDS = (show,)
