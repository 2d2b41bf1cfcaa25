"""The bot's account on the fake homeserver with a device whose keys are uploaded: what the tests of trust start from."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from vodozemac import Account

from bot import identity_file
from bot.errors import TrustRefused
from bot.identity_file import Identity
from bot.matrix.client import Client
from bot.matrix.encryption.signing import SigningKey, canonical, public_key_of, verifies
from bot.matrix.encryption.trust import Mode, Problem, State, Trust, chain, signed_by_owner
from tests.bot.element_vectors import USER
from tests.homeserver import FakeHomeserver, Request

BOT = USER
PASSWORD = "bot-password"
KEYS = "/_matrix/client/v3/keys"
UPLOADS = ("device_signing/upload", "signatures/upload")


@dataclass(frozen=True)
class BotDevice:
    """A device of the bot, on plain vodozemac."""

    device_id: str
    user_id: str = BOT
    account: Account = field(default_factory=Account)

    @property
    def ed25519(self) -> str:
        return self.account.ed25519_key.to_base64()

    @property
    def curve25519(self) -> str:
        return self.account.curve25519_key.to_base64()

    def sign(self, obj: dict[str, Any]) -> str:
        return self.account.sign(canonical(obj)).to_base64()

    @property
    def keys(self) -> dict[str, Any]:
        keys = {
            "user_id": self.user_id,
            "device_id": self.device_id,
            "algorithms": ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
            "keys": {f"ed25519:{self.device_id}": self.ed25519, f"curve25519:{self.device_id}": self.curve25519},
        }
        return {**keys, "signatures": {self.user_id: {f"ed25519:{self.device_id}": self.sign(keys)}}}


@dataclass
class Bench:
    """The bot's account on the fake homeserver, with one device whose keys are uploaded."""

    hs: FakeHomeserver
    directory: Path
    device: BotDevice
    client: Client

    @classmethod
    async def open(cls, hs: FakeHomeserver, directory: Path, device_id: str = "DEVICE") -> "Bench":
        bench = cls(hs, directory, BotDevice(device_id), Client.to(hs.url, BOT, store=None))
        bench.client.use_session(BOT, device_id, hs.user(BOT, password=PASSWORD).token(device_id))
        await bench.client.request("POST", f"{KEYS}/upload", {"device_keys": bench.device.keys})
        return bench

    def trust(self, mode: Mode = "own", *, password: str | None = PASSWORD, recovery_key: str | None = None) -> Trust:
        """As at a new start: nothing is remembered but what is on the disk."""
        return Trust(
            self.client.request,
            self.device,
            mode=mode,
            directory=self.directory,
            password=password,
            recovery_key=recovery_key,
        )

    async def start(self, mode: Mode = "own", **secrets: str | None) -> State:
        return await self.trust(mode, **secrets).establish()

    async def refused(self, mode: Mode = "own", **secrets: str | None) -> str:
        """Start; that is refused, and neither the homeserver nor the disk are changed by it."""
        before = self.on_disk(), self.on_server()
        with pytest.raises(TrustRefused) as caught:
            await self.start(mode, **secrets)
        assert (self.on_disk(), self.on_server()) == before
        assert PASSWORD not in str(caught.value)
        return str(caught.value)

    @property
    def kept(self) -> Identity | None:
        return identity_file.read(self.directory, BOT)

    @property
    def account(self) -> Any:
        return self.hs.user(BOT).account

    def on_disk(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.directory.iterdir()}

    def on_server(self) -> str:
        return json.dumps([self.account.cross_signing, [[str(k), v] for k, v in self.account.signatures.items()]])

    def uploads(self) -> list[str]:
        """What was uploaded since the last call."""
        found = [request.path for request in self.hs.requests if request.path.endswith(UPLOADS)]
        self.hs.requests.clear()
        return [path.removeprefix(f"{KEYS}/").removesuffix("/upload") for path in found]

    async def seen(self) -> tuple[str | None, bool, bool]:
        """What another person's client finds: the master key, and whether the device is signed.

        And what our other clients find: whether the device signed the master key (shown to its owner only).
        """
        anna = Client.to(self.hs.url, "@anna:test", store=None)
        anna.use_session("@anna:test", "ANNA", self.hs.user("anna").token("ANNA"))
        answer = await anna.request("POST", f"{KEYS}/query", {"device_keys": {BOT: []}})
        await anna.close()
        master, device = answer["master_keys"].get(BOT), answer["device_keys"][BOT].get(self.device.device_id)
        self_signing = chain(BOT, master, answer["self_signing_keys"].get(BOT))
        answer = await self.client.request("POST", f"{KEYS}/query", {"device_keys": {BOT: []}})
        key_id, own = f"ed25519:{self.device.device_id}", answer["master_keys"].get(BOT)
        by_device = verifies(own, user_id=BOT, key_id=key_id, public_key=self.device.ed25519)
        return public_key_of(master), bool(self_signing) and signed_by_owner(device, BOT, str(self_signing)), by_device

    async def good(self, state: State) -> Identity:
        """The one good end: one identity, the kept one, and everybody sees the whole chain."""
        kept = self.kept
        assert kept is not None
        assert (state.problem, state.signed) == (Problem.NONE, True)
        assert (state.master, state.device_id) == (kept.master.public, self.device.device_id)
        assert state.fingerprint == self.device.ed25519
        assert await self.seen() == (kept.master.public, True, True)
        return kept


def on_nth(nth: int, path: str) -> Callable[[Request], bool]:
    """The n-th request for this path from now on, and all after it."""
    asked = 0

    def matches(request: Request) -> bool:
        nonlocal asked
        hit = request.path == f"{KEYS}/{path}"
        asked += hit
        return hit and asked >= nth

    return matches


async def upload_identity(bench: Bench, identity: Identity) -> None:
    """As another client of the bot's account does it."""

    def key(pair: SigningKey, usage: str) -> dict[str, Any]:
        shown = {"user_id": BOT, "usage": [usage], "keys": {pair.key_id: pair.public}}
        return identity.master.sign(shown, BOT)

    body: dict[str, Any] = {
        "master_key": key(identity.master, "master"),
        "self_signing_key": key(identity.self_signing, "self_signing"),
        "user_signing_key": key(identity.user_signing, "user_signing"),
    }
    user = {"type": "m.id.user", "user": BOT}
    auth = {"type": "m.login.password", "identifier": user, "password": PASSWORD}
    await bench.client.request("POST", f"{KEYS}/device_signing/upload", {**body, "auth": auth})


def lost(bench: Bench, kind: str) -> None:
    del bench.account.cross_signing[kind]


def foreign(bench: Bench, kind: str) -> None:
    other = SigningKey.generate()
    usage = kind.removesuffix("_key")
    shown = {"user_id": BOT, "usage": [usage], "keys": {other.key_id: other.public}}
    bench.account.cross_signing[kind] = other.sign(shown, BOT)


def stripped(bench: Bench, kind: str) -> None:
    bench.account.cross_signing[kind]["signatures"] = {}
