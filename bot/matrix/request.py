"""How the parts of encryption ask the homeserver: one request, one answer, errors as exceptions."""

from typing import Any, Protocol

Json = dict[str, Any]


class Request(Protocol):
    """`Client.request` is one. Raises a MatrixError for everything but a 2xx with a JSON object."""

    async def __call__(self, method: str, path: str, body: Json | None = None) -> Json:
        """Ask once."""
        ...
