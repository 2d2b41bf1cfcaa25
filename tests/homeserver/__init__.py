"""A fake Matrix homeserver for tests and benchmarks: fast, exact where it matters, and breakable on demand."""

from .faults import Fault, Hold, Request
from .model import Event, MatrixError, Room
from .people import User
from .server import FakeHomeserver

__all__ = ["Event", "FakeHomeserver", "Fault", "Hold", "MatrixError", "Request", "Room", "User"]
