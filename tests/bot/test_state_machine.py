"""Contracts C1, C2, C3 and C6 in any order of events: what is asked, lost, repeated and killed (hypothesis)."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from bot import backoff
from storage.database import Database
from tests.crash.encrypted_bot import EncryptedBot
from tests.crash.rounds import receipts_of
from tests.dialog import BOT, Dialog
from tests.encrypted_kit import encrypted, person
from tests.encrypting import EncryptedPerson
from tests.homeserver import FakeHomeserver
from tests.homeserver.signed import chain_fault
from tests.kit import CrashingBot, query, small

PEOPLE = st.sampled_from(["anna", "ben", "lukas"])
ROOMS = st.sampled_from(["#plenum:test", "#ag3:test"])


class Delivery(RuleBasedStateMachine):
    """One bot, one homeserver; in the end everything heard must have been answered once and in order."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.directory = Path(tempfile.mkdtemp(prefix="ag4-bot-"))
        (self.directory / "data").mkdir()
        shutil.copy(self.template, self.directory / "data" / "ag4-bot.sqlite")
        self.asked: list[str] = []
        self.unasked: list[str] = []
        self.hs = FakeHomeserver()
        self.do(self.hs.start())
        Dialog.furnish(self.hs)
        self.bot = self.furnished()
        self.do(self._begin())

    def furnished(self) -> CrashingBot:
        """The bot, not started yet; its rooms are as it will find them."""
        return CrashingBot(hs=self.hs, directory=self.directory / "data", registry=small())

    def say(self, person: str, room: str, text: str) -> str:
        return self.hs.user(person).say(room, text)

    def do(self, what: Coroutine[Any, Any, None]) -> None:
        self.loop.run_until_complete(what)

    async def _begin(self) -> None:
        await self.bot.start()
        await self.bot.settle()

    async def _let_run(self, steps: int) -> None:
        for _ in range(steps):
            await asyncio.sleep(0)  # one turn of the loop; hypothesis chooses how many

    @rule(person=PEOPLE, room=ROOMS, times=st.integers(1, 6))
    def hear(self, person: str, room: str, times: int) -> None:
        for _ in range(times):
            self.asked.append(self.say(person, room, f"!echo {len(self.asked)}"))

    @rule(person=PEOPLE, room=ROOMS)
    def overhear(self, person: str, room: str) -> None:
        self.unasked.append(self.say(person, room, "Gespräch unter Menschen"))

    @rule(times=st.integers(1, 3))
    def hear_twice(self, times: int) -> None:
        self.hs.deliver_twice(times)

    @rule(steps=st.integers(1, 60))
    def work_a_little(self, steps: int) -> None:
        self.do(self._let_run(steps))

    @precondition(lambda self: self.bot.running)
    @rule()
    def settle(self) -> None:
        self.do(self.bot.settle())

    @rule(times=st.integers(1, 4), person=PEOPLE, room=ROOMS, steps=st.integers(0, 120))
    def lose_the_answer(self, times: int, person: str, room: str, steps: int) -> None:
        self.hs.lose_answer("PUT */send/*", times=times)
        self.hear(person=person, room=room, times=2)
        self.do(self._let_run(steps))

    @rule(times=st.integers(1, 3), what=st.sampled_from(["PUT */send/*", "GET /sync", "GET */messages"]))
    def fail(self, times: int, what: str) -> None:
        self.hs.fail(what, 503, times=times)

    @rule()
    def limit_rate(self) -> None:
        self.hs.fail("PUT */send/*", 429, retry_after_ms=5)

    @rule(limit=st.sampled_from([1, 3, None]))
    def limit_timelines(self, limit: int | None) -> None:
        self.hs.limit_timelines(limit)

    @precondition(lambda self: self.bot.running)
    @rule()
    def crash(self) -> None:
        self.do(self.bot.crash())

    @precondition(lambda self: self.bot.running)
    @rule()
    def stop(self) -> None:
        self.do(self.bot.stop())

    @precondition(lambda self: not self.bot.running)
    @rule()
    def start(self) -> None:
        self.do(self.bot.start())

    @precondition(lambda self: not self.bot.running)
    @rule()
    def homeserver_forgets_transactions(self) -> None:
        for device in self.hs.user(BOT).account.devices.values():
            device.transactions.clear()

    def teardown(self) -> None:
        try:
            self.do(self._end())
        finally:
            self.loop.close()
            shutil.rmtree(self.directory)

    async def _end(self) -> None:
        try:
            if not self.bot.running:
                await self.bot.start()
            await self.bot.settle()
            self._everything_once_and_in_order()
        finally:
            await self.bot.crash()
            await self.hs.stop()
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def in_order(self) -> list[str]:
        """The questions whose answers must not overtake each other."""
        return self.asked

    def _everything_once_and_in_order(self) -> None:
        assert [len(receipts_of(self.hs, event_id)) for event_id in self.asked] == [1] * len(self.asked)
        assert [len(receipts_of(self.hs, event_id)) for event_id in self.unasked] == [0] * len(self.unasked)
        position = {event_id: receipts_of(self.hs, event_id)[0].position for event_id in self.asked}
        lanes: dict[tuple[str, str], list[int]] = {}
        for event_id in self.in_order():
            event = self.hs.world.events[event_id]
            lanes.setdefault((event.room_id, event.sender), []).append(position[event_id])
        assert all(lane == sorted(lane) for lane in lanes.values()), "C6: answers of one person overtook each other"
        rows = query(
            self.directory / "data" / "ag4-bot.sqlite", "SELECT event_id, state FROM inbox WHERE kind='message'"
        )
        assert sorted(rows) == sorted((event_id, "handled") for event_id in self.asked)


class EncryptedDelivery(Delivery):
    """The same in encrypted rooms, where keys come late and requests for keys fail; everybody can read the answers."""

    def furnished(self) -> CrashingBot:
        for room in ("#plenum:test", "#ag3:test"):
            encrypted(self.hs, room)
            self.hs.user(BOT).join(room)  # else its first word there waits until the others' clients have looked
        self.people: dict[str, EncryptedPerson] = {name: person(self.hs, name) for name in ("anna", "ben", "lukas")}
        self.late: list[str] = []
        return EncryptedBot(hs=self.hs, directory=self.directory / "data", registry=small())

    def say(self, person: str, room: str, text: str) -> str:
        return self.people[person].say(room, text)

    @rule(person=PEOPLE, room=ROOMS)
    def take_a_new_key(self, person: str, room: str) -> None:
        self.people[person].rotate(room)

    @rule(person=PEOPLE, room=ROOMS)
    def hear_without_a_key(self, person: str, room: str) -> None:
        self.people[person].rotate(room)
        self.late.append(self.people[person].say(room, f"!echo {len(self.asked)}", hold_keys=True))
        self.asked.append(self.late[-1])
        self.people[person].rotate(room)

    @rule()
    def keys_come(self) -> None:
        for each in self.people.values():
            each.release_keys()

    @rule(person=PEOPLE)
    def somebody_has_a_new_device(self, person: str) -> None:
        self.people[person].another_device(exclude_insecure=True)

    @rule(
        times=st.integers(1, 3),
        what=st.sampled_from(
            ["POST */keys/*", "POST */keys/claim", "POST */keys/upload", "PUT */sendToDevice/*", "GET */members*"]
        ),
    )
    def fail_with_keys(self, times: int, what: str) -> None:
        self.hs.fail(what, 503, times=times)

    def in_order(self) -> list[str]:
        return [event_id for event_id in self.asked if event_id not in self.late]

    async def _end(self) -> None:
        self.keys_come()
        await super()._end()

    def _everything_once_and_in_order(self) -> None:
        super()._everything_once_and_in_order()
        said = {event_id: f"Echo: {number}" for number, event_id in enumerate(self.asked)}
        for each in self.people.values():
            each.drain()
            read = {event_id: each.read(receipts_of(self.hs, event_id)[0]) for event_id in self.asked}
            assert {event_id: getattr(found, "reason", None) for event_id, found in read.items()} == dict.fromkeys(
                self.asked
            )
            assert {event_id: found["body"] for event_id, found in read.items() if isinstance(found, dict)} == said
        [device_id] = self.hs.user(BOT).account.devices
        assert chain_fault(self.hs.world, BOT, device_id) is None


async def _migrated(path: Path) -> None:
    await (await Database.open(path)).close()


@pytest.mark.parametrize("rooms, examples", [(Delivery, 40), (EncryptedDelivery, 15)])
def test_whatever_happens_everything_is_answered_once_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rooms: type[Delivery], examples: int
) -> None:
    """C1, C2, C3, C6 under hear, hear twice, handle, send, lose the answer, fail, crash, restart and gaps."""
    monkeypatch.setattr(backoff, "FIRST_S", 0.002)
    Delivery.template = tmp_path / "template.sqlite"
    asyncio.run(_migrated(Delivery.template))
    run_state_machine_as_test(
        rooms,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a failing run of 25 steps reads well enough; shrinking it takes minutes
            suppress_health_check=list(HealthCheck),  # they judge speed and size; a bot is started in each run
        ),
    )
