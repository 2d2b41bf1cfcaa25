"""Der Kalender: dates are shown, planned, changed, taken back, reminded of."""

from commands.calendar import answering, closing, exporting, material, meetings, plenary, showing, subscribing, undoing
from commands.calendar.next_date import keep
from commands.calendar.operator_changes import tell
from commands.calendar.recurring import fill
from commands.calendar.reminders import remind

COMMANDS = (
    *showing.COMMANDS,
    *plenary.COMMANDS,
    *meetings.COMMANDS,
    *undoing.COMMANDS,
    *answering.COMMANDS,
    *exporting.COMMANDS,
    *subscribing.COMMANDS,
    *material.COMMANDS,
    *closing.COMMANDS,
)
ACTIONS = (*plenary.ACTIONS, *meetings.ACTIONS)
JOBS = (fill, tell, remind, closing.ask, keep)
REACTIONS = answering.REACTIONS
FOLLOWERS = (answering.FOLLOWER, material.FOLLOWER)

__all__ = ["ACTIONS", "COMMANDS", "FOLLOWERS", "JOBS", "REACTIONS"]
