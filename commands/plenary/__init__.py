"""Termine und Plenum: showing, planning, reminding."""

from commands.plenary import planning, showing
from commands.plenary.reminders import remind

COMMANDS = (*showing.COMMANDS, *planning.COMMANDS)
ACTIONS = planning.ACTIONS

__all__ = ["ACTIONS", "COMMANDS", "remind"]
