"""Häufige Fragen (FAQ): curated answers to free questions, and honesty where there is none."""

from commands.faq import answering, learning
from commands.faq.answering import answer_freely

COMMANDS = (*answering.COMMANDS, *learning.COMMANDS)
REACTIONS = (*answering.REACTIONS, *learning.REACTIONS)
JOBS = learning.JOBS

__all__ = ["COMMANDS", "JOBS", "REACTIONS", "answer_freely"]
