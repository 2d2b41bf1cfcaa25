"""Der Kalender: dates are shown, planned, changed, taken back, reminded of."""

from commands.calendar import exporting, meetings, plenary, showing, subscribing, undoing
from commands.calendar.operator_changes import tell
from commands.calendar.recurring import fill
from commands.calendar.reminders import remind

COMMANDS = (
    *showing.COMMANDS,
    *plenary.COMMANDS,
    *meetings.COMMANDS,
    *undoing.COMMANDS,
    *exporting.COMMANDS,
    *subscribing.COMMANDS,
)
ACTIONS = (*plenary.ACTIONS, *meetings.ACTIONS)
JOBS = (fill, tell, remind)

__all__ = ["ACTIONS", "COMMANDS", "JOBS"]
