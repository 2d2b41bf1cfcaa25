"""About planning plenaries: previews, what was done, and what is refused."""

from collections.abc import Sequence
from datetime import date, datetime

from commands.dates.wording import plain_day, span_text, weekday
from commands.markup import Markdown, fill, join, shorten
from commands.texts.calendar import Shown, code, link_text, reason_line, short_when, when_text

_LONGEST_IN_A_LIST = 70
_LONGEST_ECHO = 60
_EXAMPLES = ("plenum neu 14.09. 10:00-12:00 Themenarbeit", "termin neu AG3 14.09. 10:00-11:00 Basisdienste")


def is_plenary(shown: Shown) -> bool:
    """Whether a date is planned with `!plenum …`."""
    return shown.code.startswith("plenum")


def example_of(shown: Shown) -> str:
    """A command that enters another date like this one."""
    return _EXAMPLES[not is_plenary(shown)]


def planning_command(shown: Shown, verb: str) -> str:
    """The command that does something with a date: "plenum verschieben 4", "termin absagen T12"."""
    if is_plenary(shown):
        return f"plenum {verb} {shown.code.removeprefix('plenum ')}"
    return f"termin {verb} {shown.code}"


# Planning: previews


def preview_of_new(shown: Shown, *, warnings: Sequence[str], rooms: Sequence[str], people: int | None) -> Markdown:
    """What will be created and who will be told."""
    return join(
        [
            fill("**Vorschau: {name} anlegen**", name=shown.name),
            fill("Termin: {when}", when=when_text(shown)),
            fill("{theme}: {title}", theme=shown.theme, title=f"„{shown.title}“" if shown.title else "keine Angabe"),
            fill("Ort: {place}", place=shown.place or "keine Angabe"),
            fill("Link: {link}", link=link_text(shown.link) if shown.link else "keine Angabe"),
            *([fill("Tagesordnung: {agenda}", agenda=shown.agenda)] if shown.agenda else []),
            *([fill("Plätze: {seats}", seats=shown.seats)] if shown.seats else []),
            *warning_lines(warnings),
            audience_line("Ankündigung geht", rooms, people),
        ]
    )


def preview_of_move(
    shown: Shown,
    old: Shown,
    *,
    reason: str | None,
    warnings: Sequence[str],
    rooms: Sequence[str],
    people: int | None,
) -> Markdown:
    """What will be moved, and who will get the correction."""
    return join(
        [
            fill("**Vorschau: {name} verschieben**", name=shown.name),
            fill("Neu: {when}", when=when_text(shown)),
            fill("Bisher: {when}", when=when_text(old)),
            reason_line(reason) or Markdown("Grund: keine Angabe"),
            *warning_lines(warnings),
            audience_line("Korrektur geht", rooms, people),
        ]
    )


def preview_of_cancellation(shown: Shown, *, reason: str | None, rooms: Sequence[str], people: int | None) -> Markdown:
    """What will be cancelled, and who will be told."""
    return join(
        [
            fill("**Vorschau: {name} absagen**", name=shown.name),
            fill("Entfällt: {when}", when=when_text(shown)),
            reason_line(reason) or Markdown("Grund: keine Angabe"),
            audience_line("Absage geht", rooms, people),
        ]
    )


def weekend(day: date) -> str:
    """A warning."""
    return f"Der {plain_day(day)} ist ein {weekday(day)}."


def holiday(day: date, name: str) -> str:
    """A warning."""
    return f"Der {plain_day(day)} ist in Sachsen-Anhalt ein Feiertag ({name})."


def same_day(other: Shown, *, clash: bool, dated: bool) -> str:
    """A warning; `clash`: it also runs at the same time; `dated`: the day is to be named."""
    title = f" „{shorten(other.title, _LONGEST_IN_A_LIST)}“" if other.title else ""
    when = "" if other.whole_day else f", {other.start:%H:%M} Uhr"
    time = "Zur selben Zeit" if clash else "Am selben Tag"
    day = f", {plain_day(other.start)}" if dated else ""
    return f"{time} ist schon ein Termin: {other.name}{title}{day}{when}."


def bot_not_in(room: str) -> str:
    """A warning."""
    return f"Der Bot ist noch nicht im Raum „{room}“; dort kommt nichts an."


# Planning: what a preview is about, in one line


def what_is_new(shown: Shown) -> str:
    """A plenary that is to be created."""
    title = f" „{shorten(shown.title, _LONGEST_IN_A_LIST)}“" if shown.title else ""
    return f"{shown.name}{title} anlegen, {short_when(shown)}"


def what_is_moved(shown: Shown) -> str:
    """A plenary that is to be moved, as it will be then."""
    return f"{shown.name} verschieben auf {short_when(shown)}"


def what_is_cancelled(shown: Shown) -> str:
    """A plenary that is to be cancelled."""
    return f"{shown.name} absagen, {short_when(shown)}"


# Planning: done


def created(shown: Shown, *, rooms: Sequence[str], people: int | None) -> Markdown:
    """A plenary was created."""
    return join(
        [
            fill("**{name} ist angelegt**: {when}", name=shown.name, when=short_when(shown)),
            audience_line("Die Ankündigung geht", rooms, people),
        ]
    )


def moved(shown: Shown, *, rooms: Sequence[str], people: int | None) -> Markdown:
    """A plenary was moved."""
    return join(
        [
            fill("**{name} ist verschoben**, neuer Termin: {when}", name=shown.name, when=short_when(shown)),
            audience_line("Die Korrektur geht", rooms, people),
        ]
    )


def cancelled(shown: Shown, *, rooms: Sequence[str], people: int | None) -> Markdown:
    """A plenary was cancelled."""
    return join(
        [
            fill("**{name} ist abgesagt** ({when}).", name=shown.name, when=short_when(shown)),
            audience_line("Die Absage geht", rooms, people),
        ]
    )


# Refused


def in_the_past(when: datetime, *, again: str, prefix: str) -> Markdown:
    """A new date lies in the past; `again` is the command with a date that does not."""
    return fill(
        "{when} ist schon vorbei.\nBitte nennen Sie einen Termin in der Zukunft, mit Jahr, zum Beispiel:"
        " `{prefix}{example}`",
        when=span_text(when),
        prefix=code(prefix),
        example=code(again),
    )


def over(shown: Shown, *, prefix: str) -> Markdown:
    """A date that has begun or is over can no longer be changed."""
    return fill(
        "{name} ({when}) hat schon begonnen oder ist vorbei und lässt sich nicht mehr ändern.\n{again}"
        " legen Sie so an: `{prefix}{example}`",
        name=shown.name,
        when=short_when(shown),
        again="Ein weiteres Plenum" if is_plenary(shown) else "Einen weiteren Termin",
        prefix=code(prefix),
        example=code(example_of(shown)),
    )


def cancelled_already(shown: Shown, *, prefix: str) -> Markdown:
    """A cancelled date can be neither moved nor cancelled again."""
    return fill(
        "{name} ist schon abgesagt.\nFindet der Termin doch statt? `{prefix}{command}`",
        name=shown.name,
        prefix=code(prefix),
        command=code(planning_command(shown, "wiederherstellen")),
    )


def not_cancelled(shown: Shown, *, prefix: str) -> Markdown:
    """Only a cancelled date can be reinstated."""
    return fill(
        "{name} ({when}) ist nicht abgesagt; es wurde nichts geändert.\nAlle Angaben: `{prefix}{command}`",
        name=shown.name,
        when=short_when(shown),
        prefix=code(prefix),
        command=code(shown.command),
    )


def same_date(shown: Shown, *, prefix: str) -> Markdown:
    """The new date is the old one."""
    return fill(
        "{name} ist schon für {when} geplant.\nNennen Sie den neuen Termin zum Beispiel so:"
        " `{prefix}{command} 14.09. 13:00`",
        name=shown.name,
        when=short_when(shown),
        prefix=code(prefix),
        command=code(planning_command(shown, "verschieben")),
    )


def nothing_new(shown: Shown, *, prefix: str) -> Markdown:
    """What was to be changed is like that already."""
    return fill(
        "Das steht bei {name} schon so; es wurde nichts geändert.\nAlle Angaben: `{prefix}{command}`",
        name=shown.name,
        prefix=code(prefix),
        command=code(shown.command),
    )


def changed_meanwhile(shown: Shown, *, prefix: str) -> Markdown:
    """Somebody else was faster; the preview no longer holds."""
    return fill(
        "Die Planung hat sich inzwischen geändert, Ihre Vorschau gilt nicht mehr; es wurde nichts geändert.\nDen"
        " jetzigen Stand zeigt `{prefix}{command}`; bitte planen Sie danach neu.",
        prefix=code(prefix),
        command=code(shown.command),
    )


def number_taken(*, number: int, prefix: str) -> Markdown:
    """The number of a preview belongs to another plenary by now; the preview no longer holds."""
    return fill(
        "Die Nummer {number} ist inzwischen vergeben, die Vorschau gilt nicht mehr; es wurde nichts geändert.\nBitte"
        " planen Sie neu: Schicken Sie `{prefix}plenum neu` mit denselben Angaben noch einmal.",
        number=number,
        prefix=code(prefix),
    )


def number_missing() -> Markdown:
    """A command without the number of a plenary."""
    return Markdown("Es fehlt die Nummer des Plenums.")


def number_in_words(word: str, number: int) -> Markdown:
    """A number written as a word, "vier"."""
    return fill(
        "Bitte schreiben Sie die Nummer des Plenums in Ziffern: {number} statt „{word}“.", number=number, word=word
    )


def open_quote() -> Markdown:
    """A quotation begins and does not end."""
    return Markdown("Das schließende Anführungszeichen fehlt.")


def far_too_long() -> Markdown:
    """Nobody plans in that many words."""
    return Markdown("Das ist zu lang. Bitte schreiben Sie nur Termin, Thema, Ort und Link.")


def too_long(name: str, length: int, most: int) -> Markdown:
    """One of the values is too long for a message on a phone."""
    return fill(
        "{name}: {length} Zeichen sind zu lang. Bitte kürzen Sie auf höchstens {most}.",
        name=name,
        length=length,
        most=most,
    )


def nothing_to_change() -> Markdown:
    """`!plenum ändern` without anything to change."""
    return Markdown(
        'Es fehlt, was sich ändern soll: thema="…", ort="…", link=https://…, tagesordnung="…" oder plätze=40.'
    )


def named_twice(key: str) -> Markdown:
    """A value stands there twice."""
    return fill("Hier stehen zwei Angaben für {key}. Bitte lassen Sie eine weg.", key=key.capitalize())


def left_over(text: str) -> Markdown:
    """Words that belong to nothing."""
    return fill(
        "Das kann ich nicht zuordnen: „{text}“. Mehrere Wörter setzen Sie bitte in Anführungszeichen,"
        ' zum Beispiel ort="Magdeburg, Altes Rathaus".',
        text=shorten(text, _LONGEST_ECHO),
    )


def no_link(text: str) -> Markdown:
    """A link that is none."""
    return fill(
        "„{text}“ ist kein Link. Ein Link beginnt mit https:// und hat keine Leerzeichen.",
        text=shorten(text, _LONGEST_ECHO),
    )


def no_seats(text: str, most: int) -> Markdown:
    """A number of seats that is none."""
    return fill(
        "„{text}“ ist keine Zahl von Plätzen. Bitte schreiben Sie eine Zahl von 1 bis {most}, zum Beispiel plätze=40.",
        text=shorten(text, _LONGEST_ECHO),
        most=most,
    )


# Pieces


def warning_lines(warnings: Sequence[str]) -> list[Markdown]:
    """What is perhaps not meant, a line each."""
    return [fill("**Achtung:** {warning}", warning=warning) for warning in warnings]


def audience_line(what: str, rooms: Sequence[str], people: int | None) -> Markdown:
    """Where a message goes and how many people read it there."""
    if not rooms:
        return fill("{what} an niemanden: Dafür ist kein Raum vorgesehen.", what=what)
    if people is None:
        count = "Zahl der Personen unbekannt"
    else:
        persons = "1 Person" if people == 1 else f"{people} Personen"
        count = persons if len(rooms) == 1 else f"zusammen höchstens {persons}"
    return fill("{what} an: {rooms} ({count})", what=what, rooms=", ".join(rooms), count=count)
