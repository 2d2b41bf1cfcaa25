"""Häufige Fragen (FAQ): curated answers to free questions, and honesty where there is none."""

from commands.faq import answering, choosing, editing, learning, waiting, wording
from commands.faq.answering import answer_freely

COMMANDS = (*answering.COMMANDS, *editing.COMMANDS, *learning.COMMANDS, *wording.COMMANDS)
REACTIONS = (*answering.REACTIONS, *learning.REACTIONS)
ACTIONS = editing.ACTIONS
FOLLOWER = choosing.FOLLOWER
JOBS = (*learning.JOBS, *waiting.JOBS)
in_digest, to_review = learning.in_digest, learning.to_review

__all__ = ["ACTIONS", "COMMANDS", "FOLLOWER", "JOBS", "REACTIONS", "answer_freely", "in_digest", "to_review"]
