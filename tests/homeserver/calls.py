"""What an endpoint gets to know, how endpoints are listed, and how the one for a request is found."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .model import Content, Device, MatrixError, NotAuthenticated
from .world import World

Endpoint = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Call:
    """What an endpoint gets to know of a request."""

    world: World
    query: dict[str, str]
    body: Content
    raw: bytes
    content_type: str
    caller: Device | None

    @property
    def device(self) -> Device:
        """The device that calls; M_MISSING_TOKEN without one."""
        if self.caller is None:
            raise MatrixError(401, "M_MISSING_TOKEN", "Missing access token")
        return self.caller

    @property
    def me(self) -> str:
        return self.device.account.user_id

    def authenticate(self) -> None:
        """Ask for the password of the account (section 5.3): 401 until `auth` in the body holds it."""
        auth = self.body.get("auth")
        session = (auth or {}).get("session")
        if session is not None and session not in self.world.auth_sessions:
            raise MatrixError(400, "M_UNKNOWN", f"Unknown session ID: {session}")
        if session is None:
            session = secrets.token_urlsafe(16)
            self.world.auth_sessions.add(session)
        if not auth or auth.get("type") != "m.login.password":
            raise NotAuthenticated(session)
        name = auth.get("identifier", {}).get("user") or auth.get("user", "")
        user_id = name if name.startswith("@") else f"@{name}:{self.world.server_name}"
        if user_id != self.me or auth.get("password") != self.device.account.password:
            raise NotAuthenticated(session, "M_FORBIDDEN", "Invalid username or password")
        self.world.auth_sessions.discard(session)


class Routes(dict[str, Endpoint]):
    """Endpoints under "METHOD path", where {} stands for one argument."""

    def __call__(self, *paths: str) -> Callable[[Endpoint], Endpoint]:
        """Note the decorated endpoint under these paths."""

        def note(endpoint: Endpoint) -> Endpoint:
            self.update(dict.fromkeys(paths, endpoint))
            return endpoint

        return note


_Node = dict[str | None, Any]


def _tree(routes: Mapping[str, Endpoint]) -> _Node:
    root: _Node = {}
    for path, endpoint in routes.items():
        method, _, rest = path.partition(" ")
        node = root
        for step in rest.split("/"):
            node = node.setdefault(step, {})
        node.setdefault(None, {})[method] = endpoint
    return root


def finder(routes: Mapping[str, Endpoint]) -> Callable[[str, list[str]], tuple[Endpoint, list[str]]]:
    """Give the function that finds the endpoint and its arguments; it raises M_UNRECOGNIZED (404, 405)."""
    root = _tree(routes)

    def look(method: str, steps: list[str]) -> tuple[Endpoint, list[str]]:
        node, arguments = root, []
        for step in steps:
            below = node.get(step)
            if below is None:
                below = node.get("{}")
                arguments.append(step)
            if below is None:
                raise MatrixError(404, "M_UNRECOGNIZED", "Unrecognized request")
            node = below
        methods = node.get(None)
        if methods is None:
            raise MatrixError(404, "M_UNRECOGNIZED", "Unrecognized request")
        if method not in methods:
            raise MatrixError(405, "M_UNRECOGNIZED", "Unrecognized request")
        return methods[method], arguments

    return look
