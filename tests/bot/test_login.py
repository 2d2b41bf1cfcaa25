"""Getting a session: the same device at every start, a clear end where there is none to be had (C2, C4, C18)."""

import asyncio
import stat
from pathlib import Path

import pytest

from bot import session_file
from bot.app import App
from bot.config import Config
from bot.login import LoginRefused, Stopped
from tests.dialog import BOT, PASSWORD, Dialog, config_for
from tests.homeserver import FakeHomeserver
from tests.kit import CrashingBot, output_of, query, start_process, write_config


def devices(homeserver: FakeHomeserver) -> list[str]:
    return list(homeserver.user(BOT).account.devices)


async def test_every_start_is_the_same_device(dialog: Dialog, homeserver: FakeHomeserver) -> None:
    """C2: transaction IDs count per device; the session is kept, readable by the owner only."""
    [device] = devices(homeserver)
    logins = [request for request in homeserver.requests if request.path.endswith("/login")]
    await dialog.restart()
    assert devices(homeserver) == [device]
    assert [request for request in homeserver.requests if request.path.endswith("/login")] == logins
    kept = dialog.config.data.directory / session_file.NAME
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize("spoiled", ["token", "device", "file"])
async def test_a_session_that_counts_no_more_is_replaced(
    dialog: Dialog, homeserver: FakeHomeserver, spoiled: str
) -> None:
    """C4: the bot logs in anew by itself, as the same device where the old one is still known."""
    [device] = devices(homeserver)
    await dialog.stop()
    if spoiled == "token":
        for token in homeserver.user(BOT).account.devices[device].tokens:
            del homeserver.world.tokens[token]
    elif spoiled == "device":
        homeserver.world.log_out(homeserver.user(BOT).account.devices[device])
    else:
        (dialog.config.data.directory / session_file.NAME).write_text('{"half')
    await dialog.start()
    assert await dialog.say("anna", "plenum", "!echo eins") == "Echo: eins"
    assert device in devices(homeserver)
    assert len(devices(homeserver)) == (2 if spoiled == "file" else 1)
    now = session_file.read(dialog.config.data.directory)
    assert now is not None
    assert query(dialog.config.data.database, "SELECT device_id FROM sync") == [(now.device_id,)]


async def start(config: Config, environ: dict[str, str], stop: asyncio.Event | None = None) -> App:
    config.data.directory.mkdir(exist_ok=True)
    return await App.start(config, config.secret(environ), stop=stop)


@pytest.mark.parametrize("case", ["unknown", "of somebody else", "right"])
async def test_an_access_token_must_be_the_bots_own(homeserver: FakeHomeserver, tmp_path: Path, case: str) -> None:
    """C18: each wrong token has its sentence; a right one is used as it is."""
    Dialog.furnish(homeserver)
    config = config_for(homeserver, tmp_path / "data", login={"method": "access_token"})
    tokens = {"unknown": "syt_nothing", "of somebody else": homeserver.user("anna").token()}
    environ = {"AG4_BOT_ACCESS_TOKEN": tokens.get(case) or homeserver.user(BOT).token("HAND")}
    if case == "right":
        app = await start(config, environ)
        await app.close()
        assert devices(homeserver) == ["HAND"]
        return
    with pytest.raises(LoginRefused) as refused:
        await start(config, environ)
    assert environ["AG4_BOT_ACCESS_TOKEN"] not in str(refused.value)
    assert {"unknown": "does not know", "of somebody else": "@anna:test"}[case] in str(refused.value)


async def test_a_wrong_password_is_a_sentence_and_exit_code_3(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    """C18, C19: it names account and remedy, not the password."""
    Dialog.furnish(homeserver)
    process = await start_process(write_config(homeserver.url, tmp_path), password="wrong-horse")
    said = await output_of(process)
    assert process.returncode == 3
    assert f"refuses the password of {BOT}" in said
    assert "AG4_BOT_PASSWORD" in said
    assert "wrong-horse" not in said
    assert "Traceback" not in said


async def test_a_homeserver_that_is_down_at_the_start_is_waited_for(
    homeserver: FakeHomeserver, crashing: CrashingBot
) -> None:
    """C4: connection refused, a proxy's page, a limit: the bot starts by itself once there is an answer."""
    await homeserver.stop()
    starting = asyncio.create_task(crashing.start())
    done, _ = await asyncio.wait({starting}, timeout=0.6)
    assert not done
    faults = [homeserver.fail("POST /login", 502, html=True), homeserver.fail("POST /login", 429, retry_after_ms=10)]
    await homeserver.start()
    await asyncio.wait_for(starting, 20)
    await crashing.settle()
    assert [fault.hits for fault in faults] == [1, 1]


async def test_the_operator_can_stop_a_bot_that_waits_for_its_homeserver(
    homeserver: FakeHomeserver, tmp_path: Path
) -> None:
    """SIGTERM does not wait for a homeserver that never comes."""
    Dialog.furnish(homeserver)
    await homeserver.stop()
    stop = asyncio.Event()
    config = config_for(homeserver, tmp_path / "data")
    starting = asyncio.create_task(start(config, {"AG4_BOT_PASSWORD": PASSWORD}, stop))
    await asyncio.wait({starting}, timeout=0.2)
    stop.set()
    with pytest.raises(Stopped):
        await asyncio.wait_for(starting, 10)


async def test_a_room_that_does_not_exist_is_left_out(homeserver: FakeHomeserver, tmp_path: Path) -> None:
    """C18: the others work; which one is missing stands in the log."""
    homeserver.user(BOT, password=PASSWORD)
    app = await start(config_for(homeserver, tmp_path / "data"), {"AG4_BOT_PASSWORD": PASSWORD})
    await app.close()
    assert query(tmp_path / "data" / "ag4-bot.sqlite", "SELECT count(*) FROM rooms") == [(0,)]
