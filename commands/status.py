"""Status: how the bot is doing, with everything that is parked."""

from sqlalchemy.ext.asyncio import AsyncSession

from commands.command import Call, Reply, command
from commands.texts import status as texts
from storage import health, own_device
from storage.tables import Role


@command("status", example="!status", role=Role.COORDINATOR)
async def show(call: Call, session: AsyncSession) -> Reply:
    """Zeigt, wie es dem Bot geht und was liegen geblieben ist."""
    return Reply(
        text=texts.status(
            await health.read(session),
            version=call.settings.version,
            running=call.at - call.settings.started_at,
            encryption=call.settings.encryption,
            device=await own_device.get(session),
        )
    )


COMMANDS = (show,)
