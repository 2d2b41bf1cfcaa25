"""What a text must not hold to be stored, and what in it would give away who asked in confidence."""

from commands.questions.sensitive.giveaway import gives_away
from commands.questions.sensitive.never import Reason, never_collected

__all__ = ["Reason", "gives_away", "never_collected"]
