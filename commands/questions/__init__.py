"""Fragen an eine Arbeitsgruppe: the whole life of a question, a module for each part of it."""

from commands.questions import (
    agenda,
    answering,
    asking,
    closing,
    confidence,
    feedback,
    lists,
    merging,
    owning,
    reminding,
    review,
    voting,
    withdrawing,
)
from commands.questions.edits import FOLLOWER
from commands.questions.reactions import REACTIONS

COMMANDS = (
    *asking.COMMANDS,
    *lists.COMMANDS,
    *voting.COMMANDS,
    *feedback.COMMANDS,
    *withdrawing.COMMANDS,
    *answering.COMMANDS,
    *owning.COMMANDS,
    *review.COMMANDS,
    *closing.COMMANDS,
    *merging.COMMANDS,
    *agenda.COMMANDS,
)
ASK = asking.ask_or_show
JOBS = (*reminding.JOBS, *agenda.JOBS, *confidence.JOBS)

__all__ = ["ASK", "COMMANDS", "FOLLOWER", "JOBS", "REACTIONS"]
