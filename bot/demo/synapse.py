"""A real homeserver to throw away: Synapse on 127.0.0.1, in a process and a directory of its own.

Used by the demo and by the tests. Nothing here is fit for a server that other people can reach: registration is
open, passwords are hashed cheaply, and (unless asked for) no rate limit holds.
"""

import asyncio
import contextlib
import importlib.util
import json
import secrets
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

SERVER_NAME = "localhost"
"""The part of user IDs after the colon, as in @anna:localhost."""

BOOT_SECONDS = 60.0
"""A boot takes 2 to 4 seconds; on a loaded machine more than 8 were seen."""

_POLL_SECONDS = 0.05
_STOP_SECONDS = 10.0
_LOG_LINES = 20
_PORT_TAKEN = "Address already in use"
_UNLIMITED = {"per_second": 1e6, "burst_count": 10**6}


class HomeserverError(RuntimeError):
    """The homeserver cannot be started, or ended by itself; the message holds the last lines of its log."""


@dataclass
class Homeserver:
    """A throw-away Synapse: where it lives, and the process while it runs. Made by `start` or `running`."""

    directory: Path
    port: int
    rate_limits: bool = False
    _secret: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address for clients, such as http://127.0.0.1:40123."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """The file that holds everything the server prints; it grows over restarts."""
        return self.directory / "homeserver.log"

    @property
    def pid(self) -> int | None:
        """The process ID, or None while the server does not run."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    async def restart(self) -> None:
        """Stop the server and start it again: same directory, same port, same users and rooms.

        Raises HomeserverError when it does not come up again.
        """
        await self.stop()
        await self._boot()

    async def stop(self) -> None:
        """End the process: SIGTERM, then SIGKILL if it is still there 10 seconds later.

        Stopping twice does no harm.
        """
        process, self._process = self._process, None
        if process is not None:
            await _end(process)

    async def kill(self) -> None:
        """End the process with SIGKILL, as a power cut would; `restart` brings it back."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await _end(process)

    async def _boot(self) -> None:
        if _taken(self.port):  # asked first: whoever sits there would answer in our server's place
            raise HomeserverError(f"{_PORT_TAKEN}: 127.0.0.1:{self.port}")
        process = _spawn(self.directory, self.log, _config(self))
        try:
            await self._until_it_answers(process)
        except BaseException:  # a Ctrl-C, too, must not leave a process behind
            await _end(process)
            raise
        self._process = process

    async def _until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        try:
            async with asyncio.timeout(BOOT_SECONDS), aiohttp.ClientSession() as session:
                answered = False
                while not answered:
                    # Another process boots: there is nothing to wait on but its port and its end.
                    await asyncio.sleep(_POLL_SECONDS)
                    answered = await _answers(session, self.url)
                    if process.poll() is not None:
                        raise self._error(f"Synapse ended with code {process.returncode}.")
        except TimeoutError:
            raise self._error(f"Synapse gave no answer for {BOOT_SECONDS:.0f} s.") from None

    def _error(self, what: str) -> HomeserverError:
        lines = self.log.read_text("utf-8", errors="replace").splitlines()
        return HomeserverError("\n".join([what, f"The last lines of {self.log}:", *lines[-_LOG_LINES:]]))


async def start(directory: Path, *, port: int | None = None, rate_limits: bool = False) -> Homeserver:
    """Start a throw-away Synapse that keeps everything in `directory`, and return when it answers.

    Without `port` a free one is taken. `rate_limits` leaves Synapse's default limits on for messages, joins,
    invitations and all else, except for registration and login: a test can still make its people. The caller
    must `stop` it; prefer `running`.

    Raises HomeserverError when Synapse is not installed, dies, or gives no answer for 60 seconds.
    """
    if importlib.util.find_spec("synapse") is None:
        raise HomeserverError("Synapse is not installed here. To install it: pip install 'ag4-bot[demo]'")
    homeserver = Homeserver(_made(directory), port or _free_port(), rate_limits)
    for last in (False, False, True):
        try:
            await homeserver._boot()  # noqa: SLF001 - the constructor of this class, in all but name
        except HomeserverError as error:
            if port or last or _PORT_TAKEN not in str(error):
                raise
            homeserver.port = _free_port()  # somebody was quicker
        else:
            break
    return homeserver


@contextlib.asynccontextmanager
async def running(directory: Path, *, port: int | None = None, rate_limits: bool = False) -> AsyncIterator[Homeserver]:
    """Keep a throw-away Synapse running while the block lasts; arguments and errors as for `start`."""
    homeserver = await start(directory, port=port, rate_limits=rate_limits)
    try:
        yield homeserver
    finally:
        await homeserver.stop()


def _made(directory: Path) -> Path:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return directory.resolve()


def _spawn(directory: Path, log: Path, config: dict[str, Any]) -> subprocess.Popen[bytes]:
    (directory / "homeserver.yaml").write_text(json.dumps(config, indent=1), "utf-8")  # JSON is YAML
    (directory / "log.yaml").write_text(json.dumps(_LOGGING, indent=1), "utf-8")
    command = ("bot.demo.guarded", "synapse.app.homeserver", "-c", "homeserver.yaml")
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own interpreter, our own arguments
            [sys.executable, "-m", *command],
            cwd=directory,
            stdin=subprocess.PIPE,  # closes when we end: see bot.demo.guarded
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in a terminal is for us; we stop the server
        )


async def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, _STOP_SECONDS)
    finally:  # reached when cancelled, too
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(f"{url}/_matrix/client/versions") as response:
            return response.status == 200  # noqa: PLR2004 - HTTP's own number
    except aiohttp.ClientError:
        return False


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of yesterday do not count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"level": "WARNING", "handlers": ["console"]},
}


def _config(homeserver: Homeserver) -> dict[str, Any]:
    secret = homeserver._secret  # noqa: SLF001 - kept out of repr, not out of this module
    listener = {
        "port": homeserver.port,
        "type": "http",
        "tls": False,
        "bind_addresses": ["127.0.0.1"],
        "resources": [{"names": ["client"], "compress": False}],
    }
    return {
        "server_name": SERVER_NAME,
        "report_stats": False,
        "pid_file": "homeserver.pid",
        "listeners": [listener],
        "database": {"name": "sqlite3", "args": {"database": str(homeserver.directory / "homeserver.db")}},
        "media_store_path": "media",
        "log_config": "log.yaml",
        "signing_key_path": "signing.key",
        # No other server is ever asked for anything.
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "federation_domain_whitelist": [],
        "registration_shared_secret": secret,
        "macaroon_secret_key": secret,
        "form_secret": secret,
        "enable_registration": True,
        "enable_registration_without_verification": True,
        "bcrypt_rounds": 4,
        "presence": {"enabled": False},
        # Else a second client of the same user sees the snapshot that the first one got, for two minutes.
        "caches": {"sync_response_cache_duration": "0s"},
        "rc_registration": _UNLIMITED,
        "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), _UNLIMITED),
        **({} if homeserver.rate_limits else _NO_LIMITS),
    }


_NO_LIMITS: dict[str, Any] = {
    "rc_message": _UNLIMITED,
    "rc_admin_redaction": _UNLIMITED,
    "rc_room_creation": _UNLIMITED,
    "rc_key_requests": _UNLIMITED,
    "rc_media_create": _UNLIMITED,
    "rc_joins_per_room": _UNLIMITED,
    "rc_joins": dict.fromkeys(("local", "remote"), _UNLIMITED),
    "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), _UNLIMITED),
}
