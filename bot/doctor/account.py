"""The homeserver's side: whether it answers, the session counts, the device is trusted, its keys last."""

from collections.abc import Mapping
from typing import Any

from bot.config import Config, ConfigError
from bot.doctor.finding import Finding, ok, problem, warning
from bot.errors import KeysUnusable, TrustRefused
from bot.matrix.client import Client
from bot.matrix.encryption.kept_device import KeptDevice
from bot.matrix.encryption.trust import Problem, State
from bot.matrix.errors import MatrixError, SessionEnded
from bot.onlooker import NoSession, device_of, take_up_session, trust_of
from bot.session_file import Session

_ONE_TIME = "signed_curve25519"
_FEW_KEYS = 10
_GROUP = 4

_RESTART = "Restart the bot: it mends what is its own."
_REMEDIES = {
    Problem.NO_IDENTITY: "the account has no cross-signing identity. Restart the bot: it uploads its own.",
    Problem.FOREIGN_IDENTITY: "the account's cross-signing identity is not the one in identity.json. Put the right file"
    ' back from the backup; or, if somebody made the identity with Element, set [encryption] identity = "recovery-key";'
    " or replace it on purpose: ag4-bot trust --reset.",
    Problem.DEVICE_MISSING: f"its keys are not on the homeserver. {_RESTART}",
    Problem.DEVICE_DIFFERS: "the homeserver knows it by other keys: those here are lost or an old copy. Restart the"
    " bot: it goes on as a new device (with an access token: log in anew, and give it the new token).",
    Problem.CHAIN_BROKEN: "the signatures of the account's identity do not fit together. Restart the bot; if this"
    " stays: ag4-bot trust --reset.",
    Problem.DEVICE_NOT_SIGNED: f"the account's identity has not signed it. {_RESTART}",
}


def grouped(key: str) -> str:
    """A key in groups of four characters, as Element shows it."""
    return " ".join(key[start : start + _GROUP] for start in range(0, len(key), _GROUP))


def signing_steps(state: State, user_id: str) -> tuple[str, ...]:
    """How an administrator signs the device by hand, for the mode "print"."""
    return (
        f"Device ID:   {state.device_id}",
        f"Fingerprint: {grouped(state.fingerprint)}",
        f"1. Log in to Element (Web or Desktop) as {user_id}, and confirm that login with the recovery key. If the",
        "   account has none yet, set up the recovery there: that makes the identity.",
        "2. In any room, write the following (Element asks back and shows the fingerprint: compare it):",
        f"   /verify {state.device_id} {state.fingerprint}",
        "3. Run ag4-bot doctor again.",
    )


async def homeserver(config: Config, client: Client) -> Finding:
    """Whether it answers (client-server API, GET /versions)."""
    url = config.homeserver.url
    try:
        await client.request("GET", "/_matrix/client/versions")
    except MatrixError as error:
        remedy = "Check [homeserver] url, the network, the certificate, and whether it runs"
        return problem("homeserver", f"{url} does not answer ({error}). {remedy}; the bot keeps trying.")
    return ok("homeserver", f"{url} answers.")


async def session(config: Config, client: Client, environ: Mapping[str, str]) -> tuple[Session | None, Finding]:
    """Whether the kept session counts; nobody is logged in."""
    try:
        found = await take_up_session(config, client, environ)
    except NoSession as error:
        return None, warning("session", str(error))
    except SessionEnded as error:
        if config.login.method == "password":
            return None, warning("session", f"it has ended ({error}). Start the bot again: it logs in anew.")
        return None, problem("session", f"the access token counts no more ({error}). Replace it.")
    except MatrixError as error:
        return None, problem("session", f"not checked, the homeserver did not answer ({error}). Try again.")
    return found, ok("session", f"the homeserver knows it: {found.user_id}, device {found.device_id}.")


async def encryption(config: Config, client: Client, kept: Session, environ: Mapping[str, str]) -> list[Finding]:
    """Whether the device is trusted, and how many one-time keys are left."""
    try:
        device = device_of(config, kept)
    except KeysUnusable as error:
        return [problem("encryption", str(error))]
    if device is None:
        text = f"there are no keys of device {kept.device_id}"
        return [problem("encryption", f"{text}. Restart the bot: it makes them, or goes on as a new device.")]
    try:
        return [await _trust(config, client, device, environ), await _one_time_keys(client)]
    except TrustRefused as error:
        return [problem("encryption", str(error))]
    except MatrixError as error:
        return [problem("encryption", f"not checked, the homeserver did not answer ({error}). Try again.")]


async def _trust(config: Config, client: Client, device: KeptDevice, environ: Mapping[str, str]) -> Finding:
    mode = config.encryption.identity
    unseen = ""
    try:
        trust = trust_of(config, client, device, mode=mode, environ=environ, password=None)
    except ConfigError:
        trust = trust_of(config, client, device, mode="print", environ=environ, password=None)
        unseen = " Whether the recovery key fits was not checked: it cannot be seen from here."
    state = await trust.look()
    if state.signed:
        text = f"device {state.device_id} is signed, the chain holds; fingerprint {grouped(state.fingerprint)}."
        return ok("encryption", text + unseen)
    if mode == "print" and state.problem is not Problem.DEVICE_DIFFERS:
        steps = signing_steps(state, device.user_id)
        return problem("encryption", f"device {state.device_id} is not signed ({state.problem}). Sign it:", *steps)
    return problem("encryption", f"device {state.device_id}: {remedy(state)}")


def remedy(state: State) -> str:
    """What is wrong with the trust in the device, and what to do."""
    return _REMEDIES[state.problem]


async def _one_time_keys(client: Client) -> Finding:
    """How many are left: an upload of nothing changes nothing (client-server API, POST /keys/upload)."""
    answer: dict[str, Any] = await client.request("POST", "/_matrix/client/v3/keys/upload", {})
    counts = answer.get("one_time_key_counts")
    left = counts.get(_ONE_TIME, 0) if isinstance(counts, dict) else 0
    if left < _FEW_KEYS:
        text = f"{left} one-time keys are left on the homeserver; the bot uploads new ones while it runs."
        return warning("keys", f"{text} If it runs and this stays, look for keys_not_maintained in its log.")
    return ok("keys", f"{left} one-time keys are left on the homeserver.")
