"""Häufige Fragen (FAQ): curated answers to free questions, and honesty where there is none."""

from commands.faq import answering, editing, learning
from commands.faq.answering import answer_freely

COMMANDS = (*answering.COMMANDS, *editing.COMMANDS, *learning.COMMANDS)
REACTIONS = (*answering.REACTIONS, *learning.REACTIONS)
ACTIONS = editing.ACTIONS
JOBS = learning.JOBS

__all__ = ["ACTIONS", "COMMANDS", "JOBS", "REACTIONS", "answer_freely"]
