"""About plenaries and the other dates: what is shown, announced, corrected, reminded of, refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from commands.dates.wording import countdown, long_day, plain_day, short_day, span_text
from commands.markup import Markdown, fill, join, shorten
from storage.tables import ChangeKind

_LONGEST_IN_A_LIST = 70
_LONGEST_ECHO = 60
_MOST_CHANGES = 6
_CHANGES = {
    ChangeKind.CREATED: "angelegt",
    ChangeKind.MOVED: "verschoben",
    ChangeKind.CHANGED: "geändert",
    ChangeKind.CANCELLED: "abgesagt",
    ChangeKind.REINSTATED: "findet doch statt",
    ChangeKind.RECALLED: "letzte Änderung zurückgenommen",
}
_ROOM = re.compile(r"@(?=room)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A date as people see it: "Plenum 4", how it is named to the bot, its motto, when (naive Berlin times), where.

    `series` is the number of the series it belongs to ("R3"), or "".
    """

    name: str
    code: str
    title: str | None
    start: datetime
    end: datetime | None = None
    whole_day: bool = False
    place: str | None = None
    link: str | None = None
    agenda: str | None = None
    seats: int | None = None
    series: str = ""

    @property
    def command(self) -> str:
        """The command that shows it: "plenum 4", "termin T12"."""
        return self.code if self.code.startswith("plenum") else f"termin {self.code}"

    @property
    def theme(self) -> str:
        """What its title is called."""
        return "Motto" if self.code.startswith("plenum") else "Thema"


# What is coming


def coming(
    dates: Sequence[tuple[Shown, bool, str | None]], *, more: int, chosen: bool, now: datetime, prefix: str
) -> Markdown:
    """The list of `!termine`: (date, is cancelled, what whoever asks answered) each; `more` did not fit.

    `chosen`: dates of one kind were asked for.
    """
    further = "Alle bekommen Sie als Kalenderdatei: `{prefix}kalender alle`"
    if not chosen:
        further = "Eine Auswahl zeigt zum Beispiel `{prefix}termine plenum`."
    lines = [Markdown("**Die nächsten Termine:**\n"), *(_listed(*each, now) for each in dates)]
    if more:
        lines.append(fill(f"\nWeitere Termine: {{more}}. {further}", more=more, prefix=code(prefix)))
    return join(lines)


def nothing_coming(what: str | None, *, prefix: str) -> Markdown:
    """There is nothing to list; `what` was chosen ("AG 3"), or None for everything."""
    if what is None:
        return fill(
            "Zurzeit ist kein Termin eingetragen. Was bisher war, zeigt zum Beispiel `{prefix}plenum 1`.",
            prefix=code(prefix),
        )
    return fill(
        "Zurzeit ist kein Termin eingetragen für: {what}. Alle Termine zeigt `{prefix}termine`.",
        what=what,
        prefix=code(prefix),
    )


def no_such_choice(text: str) -> Markdown:
    """`!termine` with a word it does not know."""
    return fill(
        "Für „{text}“ kenne ich keine Termine. Möglich sind: plenum, sprechstunde, vortrag oder eine AG wie AG3.",
        text=shorten(text, _LONGEST_ECHO),
    )


def no_such_group(number: int, known: Sequence[int]) -> Markdown:
    """`!termine` with a group that does not exist."""
    return fill(
        "Eine AG {number} gibt es nicht. Es gibt: {known}.",
        number=number,
        known=", ".join(f"AG {each}" for each in known),
    )


def _listed(shown: Shown, cancelled: bool, own: str | None, now: datetime) -> Markdown:
    when = short_day(shown.start) if shown.whole_day else span_text(shown.start, shown.end)
    state = "abgesagt" if cancelled else countdown(now, shown.start, shown.end)
    title = None if shown.title is None else shorten(shown.title, _LONGEST_IN_A_LIST)
    lines = [
        fill("- **{when}** ({state})", when=when, state=state),
        fill("  {name}{number}", name=full_name(shown.name, title), number=_number(shown)),
    ]
    where = [
        *([fill("{place}", place=shorten(shown.place, _LONGEST_IN_A_LIST))] if shown.place else []),
        *([link_text(shown.link)] if shown.link else []),
    ]
    if where and not cancelled:
        lines.append(fill("  {where}", where=join(where, ", ")))
    if own and not cancelled:
        lines.append(fill("  Ihre Antwort: {own}", own=own))
    return join(lines)


# One plenary


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of a date's history: on which day (Berlin) what was done, and how the date was before and after."""

    day: date
    what: ChangeKind
    now: Shown
    before: Shown
    reason: str | None


def one(
    shown: Shown,
    *,
    cancelled: bool,
    answers: Sequence[Markdown],
    material: Sequence[Markdown],
    changes: Sequence[Change],
    now: datetime,
) -> Markdown:
    """One date, who comes, what came of it, and what was done to it, oldest first."""
    state = countdown(now, shown.start, shown.end)
    if cancelled:
        lines = [
            fill("**Abgesagt: {name}**", name=full_name(shown.name, shown.title)),
            fill("Vorgesehen war: {when}", when=when_text(shown)),
        ]
    elif state == "vorbei":
        unknown = Markdown(" (Uhrzeit nicht bekannt)" if shown.whole_day else "")
        lines = [
            fill("**{name}**", name=full_name(shown.name, shown.title)),
            fill("Hat stattgefunden: {when}{unknown}", when=when_text(shown), unknown=unknown),
            *_where(shown),
        ]
    else:
        lines = [
            fill("**{name}**", name=full_name(shown.name, shown.title)),
            fill("{when} ({state})", when=when_text(shown), state=state),
            *_where(shown),
            *([fill("Einer von mehreren Terminen: Reihe {series}", series=shown.series)] if shown.series else []),
        ]
    if not cancelled:
        lines += [*answers, *material]
    if changes:
        lines.append(Markdown("\nÄnderungen:\n"))
        if len(changes) > _MOST_CHANGES:
            lines.append(fill("- {count} frühere Änderungen", count=len(changes) - _MOST_CHANGES))
        lines += [_change(each) for each in changes[-_MOST_CHANGES:]]
    return join(lines)


def _change(change: Change) -> Markdown:
    what = _CHANGES[change.what]
    if short_when(change.now) != short_when(change.before):
        what = f"{what}: {short_when(change.before)} → {short_when(change.now)}"
    details = [
        name
        for name, field in (
            (change.now.theme, "title"),
            ("Ort", "place"),
            ("Link", "link"),
            ("Tagesordnung", "agenda"),
            ("Plätze", "seats"),
        )
        if getattr(change.now, field) != getattr(change.before, field)
    ]
    return fill(
        "- {day}: {what}{details}{reason}",
        day=plain_day(change.day),
        what=what,
        details=Markdown(f" ({', '.join(details)})" if details else ""),
        reason=fill(", Grund: {reason}", reason=change.reason) if change.reason else Markdown(""),
    )


def none_planned(*, last: Shown | None, cancelled: Shown | None, prefix: str) -> Markdown:
    """No plenary is coming; the last one held and the next one cancelled, where there are such."""
    lines = [Markdown("Zurzeit ist kein Plenum geplant.")]
    if cancelled is not None:
        lines.append(fill("{name} ({when}) ist abgesagt.", name=cancelled.name, when=short_when(cancelled)))
    if last is not None:
        lines.append(
            fill(
                "Zuletzt war {name} ({when}). Mehr dazu: `{prefix}{command}`",
                name=last.name,
                when=short_when(last),
                prefix=code(prefix),
                command=code(last.command),
            )
        )
    return join(lines)


def unknown_number(number: int, known: Sequence[int], *, prefix: str) -> Markdown:
    """There is no plenary with this number."""
    if not known:
        return fill(
            "Ein Plenum {number} gibt es nicht. Es ist noch keines eingetragen; anlegen kann es die Koordination mit"
            " `{prefix}plenum neu`.",
            number=number,
            prefix=code(prefix),
        )
    return fill(
        "Ein Plenum {number} gibt es nicht.\nEs gibt die Nummern {known}, zum Beispiel: `{prefix}plenum {last}`",
        number=number,
        known=_numbers(known),
        prefix=code(prefix),
        last=known[-1],
    )


def another_command(verb: str, command: str, *, prefix: str) -> Markdown:
    """`!plenum löschen 4`: the command for it has another name."""
    return fill(
        "„{verb}“ gibt es hier nicht. Die Koordination schreibt dafür: `{prefix}{command}`",
        verb=shorten(verb, _LONGEST_ECHO),
        prefix=code(prefix),
        command=code(command),
    )


def no_number(text: str) -> Markdown:
    """`!plenum` with something that is no number."""
    return fill("„{text}“ ist keine Nummer eines Plenums.", text=shorten(text, _LONGEST_ECHO))


# Told by itself


def announcement(shown: Shown, *, ask: Markdown | None, prefix: str, changed: bool = False) -> Markdown:
    """Everybody is told of a new date and asked who comes (`ask`); `changed`: the message reads so later."""
    what = "Geänderter Termin" if changed else "Neuer Termin"
    return join(
        [
            fill("**{what}: {name}**", what=what, name=full_name(shown.name, shown.title)),
            fill("{when}", when=when_text(shown)),
            *_where(shown),
            *filter(None, [ask]),
            more_line(shown, prefix),
        ]
    )


def correction(shown: Shown, old: Shown, *, reason: str | None, ask: Markdown | None, prefix: str) -> Markdown:
    """Whoever was told the old date gets the new one, and is asked once more who comes (`ask`)."""
    return join(
        [
            fill("**Verschoben: {name}**", name=full_name(shown.name, shown.title)),
            fill("Neu: **{when}**", when=when_text(shown)),
            fill("Bisher: {when}", when=when_text(old)),
            *filter(None, [reason_line(reason)]),
            *_where(shown),
            *filter(None, [ask]),
            more_line(shown, prefix),
        ]
    )


def cancellation(shown: Shown, *, reason: str | None) -> Markdown:
    """Whoever was told the date hears that it does not take place."""
    return join(
        [
            fill("**Abgesagt: {name}**", name=full_name(shown.name, shown.title)),
            fill("Der Termin entfällt: {when}", when=when_text(shown)),
            *filter(None, [reason_line(reason)]),
        ]
    )


def reminder(shown: Shown, *, late: bool, ask: Markdown | None = None, now: datetime, prefix: str) -> Markdown:
    """A date comes nearer; `late`: the bot was not running when this was due; `ask`: who comes."""
    away = countdown(now, shown.start, shown.end)
    return join(
        [
            fill(
                "**Erinnerung{late}: {name}**",
                late=Markdown(" (nachgeholt)" if late else ""),
                name=full_name(shown.name, shown.title),
            ),
            fill("{away}: {when}", away=away[0].upper() + away[1:], when=when_text(shown)),
            *_where(shown),
            *filter(None, [ask]),
            more_line(shown, prefix),
        ]
    )


def reminder_missed(shown: Shown) -> Markdown:
    """To the coordination: it was too late to remind of a plenary."""
    return fill(
        "Eine Erinnerung an {name} ({when}) konnte nicht gesendet werden:\n"
        "Der Bot lief nicht, und der Termin hat schon begonnen.",
        name=shown.name,
        when=short_when(shown),
    )


# Pieces


def full_name(name: str, title: str | None) -> Markdown:
    """A name with its title, if it has one."""
    return fill("{name}: „{title}“", name=name, title=title) if title else fill("{name}", name=name)


def when_text(shown: Shown) -> str:
    """Day and hours, written out."""
    if shown.whole_day:
        return long_day(shown.start)
    if shown.end is not None and shown.end.date() != shown.start.date():
        return span_text(shown.start, shown.end)
    clock = f"{shown.start:%H:%M}" if shown.end is None else f"{shown.start:%H:%M}–{shown.end:%H:%M}"
    return f"{long_day(shown.start)}, {clock} Uhr"


def short_when(shown: Shown) -> str:
    """Day and hours with a short weekday, for use within a sentence."""
    return short_day(shown.start) if shown.whole_day else span_text(shown.start, shown.end)


def _where(shown: Shown) -> list[Markdown]:
    return [
        *([fill("Ort: {place}", place=shown.place)] if shown.place else []),
        *([fill("Link: {link}", link=link_text(shown.link))] if shown.link else []),
        *([fill("Tagesordnung: {agenda}", agenda=shown.agenda)] if shown.agenda else []),
        *([fill("Plätze: {seats}", seats=shown.seats)] if shown.seats else []),
    ]


def reason_line(reason: str | None) -> Markdown | None:
    """A line with the reason, if there is one."""
    return None if reason is None else fill("Grund: {reason}", reason=reason)


def more_line(shown: Shown, prefix: str) -> Markdown:
    """Where all about a date is to be read."""
    return fill("Alle Angaben: `{prefix}{command}`", prefix=code(prefix), command=code(shown.command))


def _number(shown: Shown) -> Markdown:
    numbers = [
        *([] if shown.code.startswith("plenum") else [shown.code]),
        *([f"Reihe {shown.series}"] if shown.series else []),
    ]
    return Markdown(f" ({', '.join(numbers)})" if numbers else "")


def _numbers(known: Sequence[int]) -> str:
    if list(known) == list(range(known[0], known[-1] + 1)) and len(known) > 2:  # noqa: PLR2004 ("1, 2" is shorter)
        return f"{known[0]} bis {known[-1]}"
    return ", ".join(map(str, known))


def link_text(address: str) -> Markdown:
    """An address of which a feature or the configuration has made sure that it is one (no blanks, no `<>`)."""
    return Markdown(f"<{_ROOM.sub('%40', address)}>")


def code(text: str) -> Markdown:
    """Text for a place between backticks."""
    return Markdown(text.replace("`", "'"))
