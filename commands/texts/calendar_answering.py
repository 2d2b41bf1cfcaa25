"""About answers to invitations: asking for them, what was noted, who comes, what is refused."""

from collections.abc import Sequence
from dataclasses import dataclass

from commands.markup import Markdown, fill, join, shorten
from commands.texts.calendar import Shown, code, short_when
from commands.texts.calendar_planning import planning_command
from storage.tables import ParticipationStatus

_MOST_NAMES = 30
_LONGEST_ECHO = 60
_NOTED = {
    ParticipationStatus.ACCEPTED: "Zusage notiert",
    ParticipationStatus.TENTATIVE: "Vielleicht notiert",
    ParticipationStatus.DECLINED: "Absage notiert",
}
_OWN = {
    ParticipationStatus.ACCEPTED: "Sie kommen",
    ParticipationStatus.TENTATIVE: "vielleicht",
    ParticipationStatus.DECLINED: "Sie kommen nicht",
}


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Who comes: how many accepted and have a seat (of them so many as deputies), and so on; `old`: to an older date.

    `names` (those with a seat, those who wait, those who may come, those who do not) are for the coordination only.
    """

    accepted: int
    deputies: int
    tentative: int
    declined: int
    waiting: int
    old: int
    seats: int | None
    names: Sequence[Sequence[str]] | None = None


# Asked


def ask_line(*, prefix: str, again: bool) -> Markdown:
    """Under an announcement: who comes? `again`: the date was moved, earlier answers stay."""
    how = fill(
        "✅ ja, ❔ vielleicht, ❌ nein (oder `{prefix}zusage`, `{prefix}vielleicht`, `{prefix}absage`)",
        prefix=code(prefix),
    )
    if again:
        return fill("Ihre bisherige Antwort bleibt. Passt es noch? {how}", how=how)
    return fill("Kommen Sie? {how}", how=how)


# Noted


def noted(
    shown: Shown,
    status: ParticipationStatus,
    *,
    deputy: str | None,
    told: bool,
    stands_in_for: str | None,
    waiting: int | None,
    plans: bool,
    prefix: str,
) -> Markdown:
    """An answer was noted; `waiting`: the place on the list; `plans`: whoever answers may cancel the date itself.

    `told`: the deputy was told; `stands_in_for`: who named whoever answers as their deputy.
    """
    if waiting is not None:
        lines = [
            fill("**Warteliste, Platz {place}**: {date}", place=waiting, date=_date(shown)),
            fill("Alle {seats} Plätze sind vergeben. Wird einer frei, sage ich Ihnen Bescheid.", seats=shown.seats),
        ]
    else:
        lines = [fill("**{what}**: {date}", what=_NOTED[status], date=_date(shown))]
    if deputy is not None:
        lines.append(fill("Für Sie kommt: {deputy}", deputy=deputy))
        if not told:
            lines.append(Markdown("Bitte geben Sie der Person selbst Bescheid."))
    if stands_in_for is not None:
        lines.append(fill("Sie sind als Vertretung gemeldet. Bitte sagen Sie {by} Bescheid.", by=stands_in_for))
    others = [
        f"{prefix}{verb} {shown.code}"
        for verb, meant in (
            ("zusage", ParticipationStatus.ACCEPTED),
            ("vielleicht", ParticipationStatus.TENTATIVE),
            ("absage", ParticipationStatus.DECLINED),
        )
        if meant is not status
    ]
    lines.append(fill("Anders? `{one}` oder `{other}`", one=code(others[0]), other=code(others[1])))
    if plans:
        lines.append(
            fill(
                "Der Termin selbst bleibt. Für alle sagen Sie ihn so ab: `{prefix}{command}`",
                prefix=code(prefix),
                command=code(planning_command(shown, "absagen")),
            )
        )
    return join(lines)


def nothing() -> Markdown:
    """No answer where it was asked."""
    return Markdown("")


def on_waiting_list(shown: Shown, person: str, *, place: int, prefix: str) -> Markdown:
    """To somebody who reacted with a yes when all seats were taken."""
    return fill(
        "{person}: **Warteliste, Platz {place}** für {date}. Alle {seats} Plätze sind vergeben; wird einer frei,"
        " sage ich Ihnen Bescheid.\nDoch nicht? `{prefix}absage {code}`",
        person=person,
        place=place,
        date=_date(shown),
        seats=shown.seats,
        prefix=code(prefix),
        code=code(shown.code),
    )


def moved_up(shown: Shown, person: str, *, prefix: str) -> Markdown:
    """To somebody who waited and has a seat now."""
    return fill(
        "{person}: **Sie haben jetzt einen Platz**: {date}.\nKönnen Sie nicht mehr? `{prefix}absage {code}`",
        person=person,
        date=_date(shown),
        prefix=code(prefix),
        code=code(shown.code),
    )


def named_as_deputy(shown: Shown, person: str, *, by: str, prefix: str) -> Markdown:
    """To somebody who was named as a deputy."""
    return fill(
        "{person}: {by} hat Sie als Vertretung genannt: {date}.\nAlle Angaben: `{prefix}{command}`",
        person=person,
        by=by,
        date=_date(shown),
        prefix=code(prefix),
        command=code(shown.command),
    )


def tell_whom_you_stand_in_for(person: str, by: str) -> Markdown:
    """To a deputy who reacted with something else than a yes."""
    return fill("{person}: Sie sind als Vertretung gemeldet. Bitte sagen Sie {by} Bescheid.", person=person, by=by)


# Shown


def answer_lines(answers: Answers) -> list[Markdown]:
    """Who comes, as far as whoever asks may know it."""
    comes = f"{answers.accepted} (davon {answers.deputies} in Vertretung)" if answers.deputies else answers.accepted
    lines = []
    if any((answers.accepted, answers.tentative, answers.declined, answers.waiting)):
        lines.append(
            fill(
                "Zusagen: {comes}, vielleicht: {tentative}, Absagen: {declined}",
                comes=comes,
                tentative=answers.tentative,
                declined=answers.declined,
            )
        )
    if answers.old:
        lines.append(fill("Antworten noch zum alten Termin: {old}", old=answers.old))
    if answers.seats is not None:
        free = max(0, answers.seats - answers.accepted)
        lines.append(fill("Freie Plätze: {free}, Warteliste: {waiting}", free=free, waiting=answers.waiting))
    titles = ("Zusagen", "Warteliste", "Vielleicht", "Absagen")
    for title, names in zip(titles, answers.names or (), strict=False):
        if names:
            lines.append(fill("{title}: {names}", title=f"{title}, Namen", names=_some(names)))
    return lines


def own_answer(status: ParticipationStatus, *, waiting: bool) -> str:
    """What whoever asks answered to a date."""
    return "Sie stehen auf der Warteliste" if waiting else _OWN[status]


# Refused


def nothing_to_answer(*, prefix: str) -> Markdown:
    """There is no date to answer to."""
    return fill(
        "Zurzeit steht kein Termin an, zu dem Sie antworten können. Alle Termine zeigt `{prefix}termine`.",
        prefix=code(prefix),
    )


def left_over(text: str) -> Markdown:
    """Words that belong to nothing."""
    return fill(
        "Das kann ich nicht zuordnen: „{text}“. Den Termin nennen Sie so: plenum 4 oder T12.",
        text=shorten(text, _LONGEST_ECHO),
    )


def no_deputy_here(*, prefix: str) -> Markdown:
    """A deputy in an answer that is no yes."""
    return fill("Wer für Sie kommt, gehört zu einer Zusage: `{prefix}zusage Vertretung: @person`", prefix=code(prefix))


def one_deputy() -> Markdown:
    """Several deputies."""
    return Markdown("Bitte nennen Sie genau eine Person als Vertretung.")


def deputy_missing() -> Markdown:
    """`Vertretung:` and nobody behind it."""
    return Markdown("Es fehlt, wer für Sie kommt, zum Beispiel: Vertretung: @person")


def deputy_too_long(most: int) -> Markdown:
    """A name that is none."""
    return fill("Der Name der Vertretung ist zu lang. Bitte kürzen Sie ihn auf höchstens {most} Zeichen.", most=most)


def not_oneself() -> Markdown:
    """Somebody named themselves as their deputy."""
    return Markdown("Sich selbst brauchen Sie nicht als Vertretung zu nennen; die Zusage allein genügt.")


def not_me() -> Markdown:
    """The bot was named as a deputy."""
    return Markdown("Ich kann Sie leider nicht vertreten. Bitte nennen Sie eine Person.")


def deputy_comes_already(deputy: str) -> Markdown:
    """The deputy comes anyway."""
    return fill(
        "{deputy} kommt schon selbst oder für jemand anderen. Bitte nennen Sie eine andere Person.", deputy=deputy
    )


def deputy_already(shown: Shown, *, prefix: str) -> Markdown:
    """Somebody who was named as a deputy accepts on their own."""
    return fill(
        "Sie sind für {date} schon als Vertretung gemeldet und damit dabei.\nAlle Angaben: `{prefix}{command}`",
        date=_date(shown),
        prefix=code(prefix),
        command=code(shown.command),
    )


def everybody_may_come(shown: Shown) -> Markdown:
    """An office hour: nobody needs to answer."""
    return fill("Zur {name} kommen Sie bitte ohne Anmeldung; eine Antwort ist nicht nötig.", name=shown.name)


def is_cancelled(shown: Shown, *, prefix: str) -> Markdown:
    """The date is cancelled."""
    return fill(
        "{name} ist abgesagt; eine Antwort ist nicht nötig.\nAlle Angaben: `{prefix}{command}`",
        name=shown.name,
        prefix=code(prefix),
        command=code(shown.command),
    )


def has_begun(shown: Shown, *, prefix: str) -> Markdown:
    """The date has begun or is over."""
    return fill(
        "{date} hat schon begonnen oder ist vorbei; antworten können Sie darauf nicht mehr.\nWas kommt, zeigt"
        " `{prefix}termine`.",
        date=_date(shown),
        prefix=code(prefix),
    )


# Pieces


def _date(shown: Shown) -> Markdown:
    return fill("{name}, {when}", name=shown.name, when=short_when(shown))


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" und {more} weitere" if more > 0 else "")
