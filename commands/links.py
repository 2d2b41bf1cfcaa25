"""Newsletter und Leitfaden: what the operator entered of where they are."""

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.texts import links as texts
from storage import seed_data


@command("newsletter", example="!newsletter")
async def newsletter(call: Call, session: AsyncSession) -> Reply:  # noqa: ARG001 (a handler's signature)
    """Zeigt, welche Newsletter es gibt und wie Sie sie bestellen."""
    return Reply(text=texts.newsletter(seed_data.project()["newsletters"], call.settings))


@command("leitfaden", example="!leitfaden")
async def guide(call: Call, session: AsyncSession) -> Reply:  # noqa: ARG001 (a handler's signature)
    """Zeigt, wo Sie den Leitfaden des Projekts finden."""
    return Reply(text=texts.guide(call.settings))


COMMANDS = (newsletter, guide)
