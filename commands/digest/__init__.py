"""Digest: what the coordination and the leads get every week, and on demand."""

from commands.digest.sending import Digest

__all__ = ["Digest"]
