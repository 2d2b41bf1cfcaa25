"""The seam to aiohttp: reading a request's address, and breaking its connection."""

import asyncio
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from .model import MatrixError


def query_and_token(request: web.BaseRequest) -> tuple[str, dict[str, str], str | None]:
    """Give the raw path, the query and the access token, from the header or the query."""
    raw_path, _, raw_query = request.raw_path.partition("?")
    query = dict(parse_qsl(raw_query)) if raw_query else {}
    header = request.headers.get("Authorization", "")
    return raw_path, query, header[7:] if header.startswith("Bearer ") else query.get("access_token")


def steps(raw_path: str) -> list[str]:
    """The path below its prefix: /_matrix/client/v3, v1 and r0, or /_matrix/media/v3."""
    steps = raw_path.split("/")[1:]
    if steps[:2] == ["_matrix", "client"] and steps[2:3] == ["versions"]:
        return ["versions"]
    if (
        steps[:1] != ["_matrix"]
        or steps[1:2] not in (["client"], ["media"])
        or steps[2:3] not in (["v3"], ["v1"], ["r0"])
    ):
        raise MatrixError(404, "M_UNRECOGNIZED", "Unrecognized request")
    return [unquote(step) if "%" in step else step for step in steps[3:]]


def abort(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=499)  # goes nowhere: the connection is gone


def truncate(request: web.BaseRequest, body: bytes) -> web.Response:
    transport = request.transport
    assert isinstance(transport, asyncio.Transport)
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    transport.write(head.encode() + body[: len(body) // 2])
    transport.close()
    return web.Response(status=499)  # goes nowhere: the connection is gone
