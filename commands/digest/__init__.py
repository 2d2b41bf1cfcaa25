"""Digest: what the coordination and the leads get every week, and on demand."""

from commands.digest.sending import COMMANDS, send_digests

__all__ = ["COMMANDS", "send_digests"]
