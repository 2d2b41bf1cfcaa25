"""Files -> the homeserver's content repository (client-server API, Content repository), encrypted where the room is."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from nio.crypto import attachments

from bot.matrix.client import Client
from bot.matrix.errors import Rejected, ServerFailing, Unreachable

Json = dict[str, Any]

_CONFIG = ("/_matrix/client/v1/media/config", "/_matrix/media/v3/config")
"""Since Matrix 1.11, and before."""
_UPLOAD = "/_matrix/media/v3/upload"
_UNKNOWN_TYPE = "application/octet-stream"
_TOO_LARGE = 413


@dataclass(frozen=True)
class _Placed:
    """A file at the homeserver, and what its event says of it."""

    is_encrypted: bool
    reference: Json


class Uploads:
    """The files of messages that are being sent. Each is uploaded once, however often its event has to be repeated.

    That is remembered for this run only: after a crash a file is uploaded again and the first upload stays unused;
    the event stays one, by its transaction ID.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._placed: dict[int, _Placed] = {}

    async def place(self, number: int, room_id: str, data: bytes, *, content_type: str, filename: str) -> Json:
        """Upload the file of message `number`: what its event is to say, "url", or "file" in an encrypted room.

        Of a file for an encrypted room the homeserver learns neither name nor type. A room that has become encrypted
        since an upload gets another one. What is returned fits the room until the caller next awaits something else.

        Raises MatrixError; Rejected (M_TOO_LARGE) where the file is more than the homeserver takes.
        """
        while True:
            encrypting = await self._client.is_encrypted(room_id)
            if encrypting and self._client.crypto is None:
                raise Rejected(403, "AG4_ENCRYPTION_IS_OFF", "the room is encrypted, [encryption] enabled is false")
            placed = self._placed.get(number)
            if placed is not None and placed.is_encrypted == encrypting:
                return placed.reference
            if encrypting:
                ciphertext, file = await asyncio.to_thread(encrypted, data)
                uri = await upload(self._client, ciphertext)
                reference: Json = {"file": {**file, "url": uri}}
            else:
                reference = {"url": await upload(self._client, data, content_type=content_type, filename=filename)}
            self._placed[number] = _Placed(encrypting, reference)

    def forget(self, number: int) -> None:
        """The message is sent, or never will be."""
        self._placed.pop(number, None)


def encrypted(data: bytes) -> tuple[bytes, Json]:
    """A file as (ciphertext, EncryptedFile without "url") (client-server API, Sending encrypted attachments)."""
    ciphertext, file = attachments.encrypt_attachment(data)
    return ciphertext, file


async def upload(client: Client, data: bytes, *, content_type: str = _UNKNOWN_TYPE, filename: str | None = None) -> str:
    """Store bytes at the homeserver; their mxc:// URI. Repeating it stores them once more.

    Raises MatrixError; Rejected (M_TOO_LARGE) for too many bytes, without sending them: Synapse would only cut the
    connection. A lost connection is a ServerFailing: what stops a file need not stop other messages.
    """
    query = f"?{urlencode({'filename': filename})}" if filename else ""
    try:
        most = await _most_bytes(client)
        if most is not None and len(data) > most:
            raise Rejected(_TOO_LARGE, "M_TOO_LARGE", f"{len(data)} bytes, the homeserver takes {most}")
        answer = await client.post_bytes(_UPLOAD + query, data, content_type=content_type)
    except Unreachable as error:
        raise ServerFailing(f"upload: {error}") from error
    uri = answer.get("content_uri")
    if not isinstance(uri, str) or not uri.startswith("mxc://"):
        raise ServerFailing("no content URI in the answer")
    return uri


async def _most_bytes(client: Client) -> int | None:
    """How many bytes the homeserver takes, or None where it does not say (it may)."""
    for path in _CONFIG:
        try:
            most = (await client.request("GET", path)).get("m.upload.size")
        except Rejected:
            continue  # an older homeserver, or one that keeps it to itself
        return most if isinstance(most, int) else None
    return None
