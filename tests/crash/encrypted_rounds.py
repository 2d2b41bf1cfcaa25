"""The crash tests in encrypted rooms: people who exclude insecure devices, and keys that arrive when the bot dies."""

import asyncio
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.crash.rounds import ASKERS, ROOMS, Bots, Round, furnish, receipts_of, zygote
from tests.dialog import BOT
from tests.encrypted_kit import encrypted, person
from tests.encrypting import EncryptedPerson, Unreadable
from tests.homeserver import Event, FakeHomeserver, keyring
from tests.homeserver.signed import chain_fault
from tests.kit import SECRET, write_config

LATE = "karin"
"""Her keys arrive after her messages."""
LATE_AT_ONCE, LATE_TAKEN = "a late key, any moment", "a late key, taken, not committed"
KEY_BOUNDARIES = (
    "keys taken, not committed",
    LATE_TAKEN,
    LATE_AT_ONCE,
    "encrypted, not sent",
    "before key upload",
    "after key upload",
    "after key query",
    "before key claim",
    "after key claim",
    "before room key",
    "after room key",
)
MOST_PASSAGES = {"keys taken, not committed": 3, "encrypted, not sent": 3, "before room key": 2, "after room key": 2}
"""How often a bot passes a boundary for certain, while people go on talking; others are met once."""
KEYS_OF_A_PERSON = 3
"""Master, self-signing, user-signing: so many cross-signing keys has an account that never changed its identity."""


class EncryptedRound(Round):
    """All rooms are encrypted; each asker's answer must be readable by the device that asked."""

    def __init__(self, hs: FakeHomeserver, bots: Bots, config: Path, *, seed: int) -> None:
        super().__init__(hs, bots, config, seed=seed)
        for room in (*ROOMS, "#koordination:test"):
            encrypted(hs, room)
        self.people = {name: person(hs, name) for name in (*ASKERS, LATE)}
        self.devices = list(self.people.values())
        """Every device that people ever had."""
        self.late = 0.2
        """How many of the questions are followed by one whose key comes late."""
        self.asked_by: dict[str, EncryptedPerson] = {}

    def say(self, person: str, room: str, text: str, *, hold_keys: bool = False) -> str:
        """Somebody says something, now and then under a new key, so that keys arrive all the time."""
        device = self.people[person]
        if hold_keys or self.chance.random() < 0.5:
            device.rotate(room)
        event_id = device.say(room, text, hold_keys=hold_keys)
        self.asked_by[event_id] = device
        return event_id

    def ask_with_the_key_held(self) -> None:
        """A question that cannot be read until `release_keys`."""
        question = f"!frage AG3 Kommt der Schlüssel zu {SECRET} {len(self.asked)} noch?"
        self.asked.append(self.say(LATE, ROOMS[0], question, hold_keys=True))

    def release_keys(self) -> None:
        """The homeserver gets what was held back."""
        for device in self.devices:
            device.release_keys()

    def ask(self) -> None:
        """As ever; now and then also a question whose key comes with the next one."""
        self.release_keys()
        if self.chance.random() < self.late:
            self.ask_with_the_key_held()
        super().ask()

    async def kill(self, boundary: str, *, passage: int = 0) -> None:
        """As ever, after bringing about what leads to the boundary."""
        if boundary in {LATE_AT_ONCE, LATE_TAKEN}:
            await self._kill_as_a_key_arrives(taken=boundary == LATE_TAKEN)
            return
        if "key upload" in boundary:
            self.use_up_one_time_keys()
        if "key claim" in boundary:
            self.new_device()
        if boundary in KEY_BOUNDARIES:
            passage = self.chance.randint(1, MOST_PASSAGES.get(boundary, 1))
        await super().kill(boundary, passage=passage)
        if "key upload" in boundary:
            self.change_devices()  # they write to the bot with the one-time keys that it uploaded

    async def _kill_as_a_key_arrives(self, *, taken: bool) -> None:
        await self.settle()  # no other key is under way then
        self.ask_with_the_key_held()
        pid = await self.start("keys taken, not committed" if taken else "never", 1)
        dying = asyncio.create_task(self.bots.dead())
        await self.hs.synced(BOT)
        self.release_keys()
        if not taken:
            await asyncio.wait({dying}, timeout=self.chance.uniform(0, 0.02))
            os.kill(pid, signal.SIGKILL)
        await dying

    async def settle(self, *, asking: bool = False) -> None:
        """As ever, once every key is there."""
        self.release_keys()
        await super().settle(asking=asking)

    def use_up_one_time_keys(self) -> None:
        """Others claim all but a few of the bot's keys."""
        for device in self.hs.user(BOT).account.devices.values():
            while device.key_counts["signed_curve25519"] > 3:
                keyring.claim(device, "signed_curve25519")

    def new_device(self) -> None:
        """One of the askers gets another device and says nothing with it: the bot has to open the channel."""
        first = self.people[self.chance.choice(ASKERS)]
        self.devices.append(first.another_device(exclude_insecure=True))

    def change_devices(self) -> None:
        """The askers go on with new devices; those before stay logged in."""
        for name in ASKERS:
            self.people[name] = self.people[name].another_device(exclude_insecure=True)
            self.devices.append(self.people[name])

    def lose_key_store(self) -> None:
        """The bot's key store is gone; its database, session and identity are there."""
        shutil.rmtree(self.config.parent / "data" / "keys")

    # what must hold

    def receipts(self) -> dict[str, str]:
        """Question -> its one receipt as the device that asked can read it; fails where that is not so."""
        found = {}
        for device in self.devices:
            device.drain()
        for event_id in self.asked:
            [receipt] = receipts_of(self.hs, event_id)
            assert receipt.type == "m.room.encrypted", receipt.type
            content = self.asked_by[event_id].read(receipt)
            assert not isinstance(content, Unreadable), self._unreadable(content, receipt)
            found[event_id] = str(content["body"])
        return found

    def _unreadable(self, content: Unreadable, receipt: Event) -> str:
        before = [each for each in self.hs.world.events.values() if each.sender == BOT]
        return f"{content}: message {before.index(receipt)} of the bot's {len(before)}"

    def device_id(self) -> str:
        """The device that the bot would go on with."""
        kept = json.loads((self.config.parent / "data" / "session.json").read_text("utf-8"))
        return str(kept["device_id"])

    def assert_trusted(self) -> None:
        """The bot's device is in a whole chain, and the account never had another identity."""
        assert chain_fault(self.hs.world, BOT, self.device_id()) is None
        assert len(self.hs.user(BOT).account.key_names) == KEYS_OF_A_PERSON


@asynccontextmanager
async def an_encrypted_round(hs: FakeHomeserver, directory: Path, seed: int) -> AsyncIterator[EncryptedRound]:
    """A bot that has never run, in rooms that are encrypted."""
    furnish(hs)
    async with zygote(directory / "log") as bots:
        yield EncryptedRound(hs, bots, encrypted_config(hs, directory), seed=seed)


def encrypted_config(hs: FakeHomeserver, directory: Path) -> Path:
    """As `tests.kit.write_config`, with encryption."""
    path = write_config(hs.url, directory)
    path.write_text(path.read_text("utf-8").replace("enabled = false", "enabled = true"), "utf-8")
    return path
