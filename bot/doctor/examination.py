"""The whole examination, in the order in which an operator would look."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from bot.config import Config
from bot.doctor import account, machine, memory
from bot.doctor.finding import Finding, Level, ok, problem
from bot.onlooker import client_for


async def examine(path: Path, environ: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Look at everything and change nothing, whether the bot runs or not; each finding as soon as there is one."""
    try:
        config, findings = machine.configuration(path, environ)
        for each in findings:
            yield each
        if config is None:
            return
        yield machine.process(config.data.directory)
        yield machine.disk(config.data.directory)
        for each in machine.files(config):
            yield each
        async for each in _live(config, environ):
            yield each
        for each in await memory.examine(config.data.database, encryption=config.encryption.enabled):
            yield each
    except OSError as error:
        yield problem("files", f"{error.filename} cannot be read: {error.strerror}. Run this as the bot's user.")


async def _live(config: Config, environ: Mapping[str, str]) -> AsyncIterator[Finding]:
    if not config.encryption.enabled:
        yield ok("encryption", "switched off: the bot neither reads nor writes in encrypted rooms.")
    async with client_for(config) as client:
        reachable = await account.homeserver(config, client)
        yield reachable
        if reachable.level is Level.PROBLEM:
            return
        session, finding = await account.session(config, client, environ)
        yield finding
        if session is not None and config.encryption.enabled:
            for each in await account.encryption(config, client, session, environ):
                yield each
