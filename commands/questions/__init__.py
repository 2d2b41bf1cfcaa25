"""Fragen an eine Arbeitsgruppe: asking, following, answering, and what an edit or deletion does to them."""

from commands.questions.asking import COMMANDS
from commands.questions.edits import FOLLOWER

__all__ = ["COMMANDS", "FOLLOWER"]
