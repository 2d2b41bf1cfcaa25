"""The composition root: every object is built once, here; sync, dispatch, send and clock run side by side."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Self

import structlog

from bot.addressing import Address
from bot.clock import Clock
from bot.config import Config
from bot.config_secret import Secret
from bot.dispatcher import Dispatcher
from bot.feed import Feed, from_database
from bot.intake import Intake
from bot.invitations import Invitations
from bot.login import Bindings, connect
from bot.matrix.client import Client
from bot.matrix.encryption.trust import Trust
from bot.matrix.errors import SessionEnded
from bot.outgoing import Writer
from bot.sender import Sender
from bot.surroundings import Surroundings
from bot.upkeep import Upkeep
from commands.dates.wall_clock import wall
from commands.questions import similar
from commands.registry import Registry
from commands.settings import Settings
from storage import office_hours, roles, rooms, seed_data
from storage import sync as position
from storage.database import Database

_log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    """The time, as jobs and handlers get it."""
    return datetime.now(UTC)


def settings_from(config: Config, *, started_at: datetime) -> Settings:
    """What features may know of the configuration."""
    return Settings(
        bot_id=config.homeserver.user,
        version=version("ag4-bot"),
        started_at=started_at,
        prefix=config.chat.prefix,
        announce=config.rooms.announce,
        reminders=config.dates.reminders,
        meeting_reminders=config.dates.meeting_reminders,
        quiet=config.dates.quiet,
        next_date=config.rooms.next_date,
        confirm_within_minutes=config.dates.confirm_within_minutes,
        take_within_working_days=config.questions.take_within_working_days,
        answer_within_working_days=config.questions.answer_within_working_days,
        confirm_within_working_days=config.questions.confirm_within_working_days,
        digest_weekday=config.digest.weekday_number,
        digest_time=config.digest.time,
        digest_rooms=config.digest.rooms,
        contact_email=config.contact.email,
        website=config.contact.website,
        data_protection=config.contact.data_protection,
        operator=config.contact.operator,
        office_hours_registration=config.office_hours.registration,
        office_hours_slides=config.office_hours.slides,
        newsletter=config.links.newsletter,
        guide=config.links.guide,
        focus_services=config.links.focus_services,
        encryption=config.encryption.enabled,
    )


def trust_of(config: Config, client: Client, secret: Secret, recovery_key: Secret | None) -> Trust | None:
    """What vouches for the client's device, None where encryption is off."""
    if client.crypto is None:
        return None
    return Trust(
        client.request,
        client.crypto.own,
        mode=config.encryption.identity,
        directory=config.data.directory,
        password=secret.reveal() if secret.method == "password" else None,
        recovery_key=recovery_key.reveal() if recovery_key is not None else None,
    )


class App:
    """The bot on one account. Build it with `await App.start(...)`, run it with `run(stop)`, then `close()`."""

    def __init__(
        self,
        config: Config,
        client: Client,
        database: Database,
        upkeep: Upkeep,
        *,
        now: Callable[[], datetime],
        registry: Registry | None = None,
        calendar_secret: Secret | None = None,
    ) -> None:
        registry = registry or Registry()
        settings = settings_from(config, started_at=now())
        writer = Writer(client.device_id)
        address = Address(config.homeserver.user, config.homeserver.display_name, config.chat.prefix)
        self._config = config
        self._client = client
        self.database = database
        self._now = now
        self.surroundings = Surroundings()
        self.upkeep = upkeep
        self.sender = Sender(database, client, now=now)
        invitations = Invitations(
            servers=frozenset(config.homeserver.allowed_servers),
            people=frozenset(config.homeserver.allowed_people),
            settings=settings,
            writer=writer,
            now=now,
        )
        self.dispatcher = Dispatcher(
            database,
            registry,
            settings,
            writer,
            invitations=invitations,
            surroundings=self.surroundings,
            now=now,
            on_queued=self.sender.offer,
        )
        self.clock = Clock(database, registry.jobs, settings, writer, now=now, on_queued=self.sender.offer)
        self.feed = None
        if calendar_secret is not None:
            build = from_database(config.data.database, settings)
            host, port = config.calendar_feed.host, config.calendar_feed.port
            self.feed = Feed(database, build, calendar_secret, host=host, port=port, now=now)
        self.intake = Intake(
            database,
            client,
            address,
            now=now,
            sender=self.sender,
            upkeep=upkeep,
            surroundings=self.surroundings,
            on_arrivals=self.dispatcher.offer,
        )

    @classmethod
    async def start(
        cls,
        config: Config,
        secret: Secret,
        *,
        recovery_key: Secret | None = None,
        calendar_secret: Secret | None = None,
        now: Callable[[], datetime] = utc_now,
        stop: asyncio.Event | None = None,
        registry: Registry | None = None,
    ) -> Self:
        """Open the database, log in, and make the rooms and roles what the configuration says.

        With `calendar_secret` the bot also serves its calendar over HTTP (`Config.calendar_secret`).
        A homeserver that is down is waited for (until `stop`). Raises DatabaseUnusable, LoginRefused, TrustRefused or
        Stopped.
        """
        database = await Database.open(config.data.database)
        store = config.data.keys if config.encryption.enabled else None
        if store is not None:
            store.mkdir(mode=0o700, exist_ok=True)
        client = Client.to(
            config.homeserver.url,
            config.homeserver.user,
            store=store,
            devices=config.encryption.devices,
            timeout_s=config.homeserver.request_timeout_s,
        )
        try:
            bindings = await connect(config, secret, client, stop=stop)
            upkeep = Upkeep(database, client, trust_of(config, client, secret, recovery_key), now=now)
            await upkeep.begin()
            await cls._prepare(config, client, database, bindings, at=now())
            return cls(config, client, database, upkeep, now=now, registry=registry, calendar_secret=calendar_secret)
        except BaseException:  # cancelled, too, it must not leave the session and the database open
            await client.close()
            await database.close()
            raise

    @classmethod
    async def _prepare(
        cls, config: Config, client: Client, database: Database, bindings: Bindings, *, at: datetime
    ) -> None:
        async with database.transaction() as session:
            await position.begin(session, user_id=client.user_id, device_id=client.device_id, at=at)
            await seed_data.load(session, at=at)
            await similar.index_missing(session)
            await rooms.bind(session, bindings)
            await roles.replace(session, coordinators=config.people.coordinators, leads=config.people.leads)
            await office_hours.replace(
                session,
                [
                    office_hours.OfficeHour(each.start, each.end, each.topic or None, each.link or None)
                    for each in config.office_hours.dates
                ],
                at=at,
                after=wall(at),
            )

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set; then end what is under way.

        Raises SessionEnded when the session is over, and FeedUnusable, before anything is done, when the calendar feed
        cannot listen.

        The sender begins after the first sync: by then our own echo has told what an earlier run already sent.
        """
        await self.intake.load()
        await self.dispatcher.load()
        if self.feed is not None:
            await self.feed.open()
        _log.info("started", user=self._client.user_id, device=self._client.device_id)
        errors: list[Exception] = []
        async with asyncio.TaskGroup() as tasks:
            parts = [self.intake.run(stop), self._send(stop), self.dispatcher.run(stop), self.clock.run(stop)]
            if self.feed is not None:
                parts.append(self.feed.run(stop))
            for part in parts:
                tasks.create_task(self._watched(part, stop, errors))
        for error in sorted(errors, key=lambda each: not isinstance(each, SessionEnded))[:1]:
            raise error
        _log.info("stopped")

    async def _send(self, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self.intake.caught_up.wait())]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for each in waits:
            each.cancel()
        if not stop.is_set():
            await self.sender.load()
            await self.sender.run(stop)

    @staticmethod
    async def _watched(part: Coroutine[Any, Any, None], stop: asyncio.Event, errors: list[Exception]) -> None:
        """Run one part; when it fails, the others are stopped in order instead of being cut off."""
        try:
            await part
        except Exception as error:  # noqa: BLE001 (raised by `run` once the others have ended)
            errors.append(error)
        finally:
            stop.set()

    async def close(self) -> None:
        """Close connections and database."""
        await self._client.close()
        await self.database.close()
