"""FAQ: finding the right entry for a text, or saying that there is none."""

from commands.faq.answering import COMMANDS, answer_freely

__all__ = ["COMMANDS", "answer_freely"]
