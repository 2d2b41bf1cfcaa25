"""Termine und Plenum: showing, planning, reminding."""

from commands.calendar import planning, showing
from commands.calendar.reminders import remind

COMMANDS = (*showing.COMMANDS, *planning.COMMANDS)
ACTIONS = planning.ACTIONS

__all__ = ["ACTIONS", "COMMANDS", "remind"]
