"""The small bot with encryption, in this process, to be dropped as if it had been killed."""

import asyncio
from dataclasses import dataclass

from bot.app import App
from tests.dialog import PASSWORD, config_for
from tests.kit import CrashingBot


@dataclass(kw_only=True)
class EncryptedBot(CrashingBot):
    """As `CrashingBot`, with keys of its own in `directory`."""

    async def start(self) -> None:
        """Start on the same directory; does not wait for anything but the login."""
        config = config_for(self.hs, self.directory, encryption={"enabled": True})
        self.directory.mkdir(exist_ok=True)
        self._stop = asyncio.Event()
        secret = config.secret({"AG4_BOT_PASSWORD": PASSWORD})
        self._app = await App.start(config, secret, now=self.now, registry=self.registry)
        self._run = asyncio.create_task(self._app.run(self._stop))
