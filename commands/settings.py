"""What the operator decided and a feature may need to know; made from config.toml, handed in, never global."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The part of the configuration that features read. Times are Berlin wall-clock times.

    `announce` names rooms as the configuration does: "plenary", "coordination", "group 3".
    `digest_weekday` counts from Monday = 0. `reminders` of plenaries and `meeting_reminders` of all other dates are
    distances such as "3d" or "1h"; with `quiet` they are held back at night, on weekends and on holidays, except on
    the day itself. `next_date` is where a room shows its next date. `newsletter`, `guide` and `focus_services` say
    where these are: texts or links.
    """

    bot_id: str
    version: str
    started_at: datetime
    prefix: str = "!"
    announce: tuple[str, ...] = ("plenary",)
    reminders: tuple[str, ...] = ("14d", "3d", "1d", "1h")
    meeting_reminders: tuple[str, ...] = ("1d", "1h")
    quiet: bool = True
    next_date: Literal["off", "topic", "pinned"] = "off"
    confirm_within_minutes: int = 10
    answer_within_working_days: int = 10
    take_within_working_days: int = 2
    confirm_within_working_days: int = 10
    digest_weekday: int = 0
    digest_time: time = time(8, 0)
    digest_rooms: tuple[str, ...] = ("coordination",)
    contact_email: str = "ozg@sachsen-anhalt.de"
    website: str = "https://ozg.sachsen-anhalt.de/"
    data_protection: str = ""
    operator: str = ""
    office_hours_registration: str = ""
    office_hours_slides: str = ""
    newsletter: str = ""
    guide: str = ""
    focus_services: str = ""
    encryption: bool = True
