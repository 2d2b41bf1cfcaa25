"""The digest: what is to be decided first, then what is new; made for a phone."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from commands.dates.wall_clock import wall
from commands.dates.wording import short_day, span_text
from commands.digest.contents import Contents, DateLine, OpenQuestion, Unclosed, Window
from commands.markup import Markdown, fill, join, shorten

_OVERDUE, _DUE, _CHANGES, _DATES = 4, 2, 2, 2  # how many lines each part may have
_QUESTION = 70  # characters
_MATERIAL = 40  # characters


def digest(
    contents: Contents,
    covered: Window,
    *,
    now: datetime,
    group: int | None,
    interim: bool,
    late: bool,
    prefix: str,
    to_decide: Sequence[Markdown] = (),
    new: Sequence[Markdown] = (),
) -> Markdown:
    """The whole digest. `interim`: asked for between two of them; `late`: sent later than planned.

    `to_decide` and `new` are paragraphs of other features.
    """
    title = "Zwischenstand" if interim else "Überblick"
    whose = Markdown("" if group is None else f" der AG {group}")
    head = fill(
        "**{title}{whose}: {until}**{late}",
        title=title,
        whose=whose,
        until=_moment(covered.until),
        late=Markdown(" (nachgeholt)" if late else ""),
    )
    since = _moment(covered.since)
    if not (contents.has_decisions or contents.has_news or to_decide or new):
        return join([head, _nothing(contents.open_count, since)])
    parts = [
        *_to_decide(contents, to_decide, today=wall(now).date(), group=group, prefix=prefix),
        *_news(contents, since=since, none_besides=not new),
        *new,
        *_dates(contents, prefix=prefix),
    ]
    return join([head, *parts], "\n\n")


def unknown_group(number: int, known: Sequence[int], prefix: str) -> Markdown:
    """There is no such group."""
    return fill(
        "Eine AG {number} gibt es nicht. Es gibt {known}. Zum Beispiel: `{prefix}digest AG{first}`",
        number=number,
        known=", ".join(f"AG {each}" for each in known),
        prefix=Markdown(prefix),
        first=known[0] if known else 1,
    )


def name_one_group(groups: Sequence[int], prefix: str) -> Markdown:
    """A lead of several groups, or of none, did not say which one."""
    first = groups[0] if groups else 3
    return fill(
        "Bitte nennen Sie die AG, zum Beispiel: `{prefix}digest AG{first}`", prefix=Markdown(prefix), first=first
    )


def only_a_group(prefix: str) -> Markdown:
    """There is more than a group behind the command."""
    return fill("Bitte nennen Sie nur die AG, zum Beispiel: `{prefix}digest AG3`", prefix=Markdown(prefix))


def _nothing(open_count: int, since: str) -> Markdown:
    waiting = {0: "keine Frage ist offen", 1: "1 Frage ist offen und diese Woche nicht fällig"}.get(
        open_count, f"{open_count} Fragen sind offen, diese Woche ist keine davon fällig"
    )
    return fill("Nichts zu entscheiden, nichts Neues seit {since}; {waiting}.", since=since, waiting=waiting)


def _to_decide(
    contents: Contents, others: Sequence[Markdown], *, today: date, group: int | None, prefix: str
) -> list[Markdown]:
    parts = []
    if contents.overdue:
        lines = [_overdue(each) for each in contents.overdue[:_OVERDUE]]
        more = len(contents.overdue) - _OVERDUE
        parts.append(_list(f"Zu entscheiden: {_questions(len(contents.overdue))} überfällig", lines, more=more))
    if contents.due_this_week:
        lines = [_due(each, today) for each in contents.due_this_week[:_DUE]]
        more = len(contents.due_this_week) - _DUE
        parts.append(_list(f"Diese Woche fällig: {_questions(len(contents.due_this_week))}", lines, more=more))
    if contents.in_review:
        parts.append(fill("**Auf Freigabe warten:** {questions}", questions=_questions(contents.in_review)))
    if contents.unclosed:
        parts.append(_not_closed(contents.unclosed, prefix))
    parts += others
    if contents.parked or contents.unreadable:
        parts.append(
            fill(
                "**Störungen:** {parked} zurückgestellt, {unreadable} nicht entschlüsselt. Mehr: `{prefix}status`",
                parked=_messages(contents.parked),
                unreadable=_messages(contents.unreadable),
                prefix=Markdown(prefix),
            )
        )
    if not parts:
        parts.append(Markdown("**Zu entscheiden:** nichts."))
    if contents.open_count:
        parts.append(
            fill(
                "Offen insgesamt: {questions}. Alle zeigt `{prefix}fragen{group}`",
                questions=_questions(contents.open_count),
                prefix=Markdown(prefix),
                group=Markdown("" if group is None else f" AG{group}"),
            )
        )
    return parts


def _news(contents: Contents, *, since: str, none_besides: bool) -> list[Markdown]:
    counts = contents.counts
    lines = [
        fill("- {what}: {count} ({by})", what=what, count=sum(found.values()), by=_by_group(found))
        for what, found in (
            ("Fragen gestellt", counts.asked),
            ("Fragen beantwortet", counts.answered),
            ("Fragen zurückgezogen", counts.withdrawn),
            ("Fragen abgelehnt", counts.refused),
        )
        if found
    ]
    lines += [fill("- Zuletzt gestellt: **{ref}** {text}", ref=each.ref, text=_text(each)) for each in contents.newest]
    lines += [_changed(each) for each in contents.changes[:_CHANGES]]
    if (more := len(contents.changes) - _CHANGES) > 0:
        lines.append(
            fill("- und {dates} geändert", dates="1 weiterer Termin" if more == 1 else f"{more} weitere Termine")
        )
    if contents.skipped_reminders:
        lines.append(fill("- Ausgelassene Erinnerungen: {count}", count=contents.skipped_reminders))
    if not lines:
        return [fill("**Neu seit {since}:** nichts.", since=since)] if none_besides else []
    return [_list(f"Neu seit {since}", lines)]


def _dates(contents: Contents, *, prefix: str) -> list[Markdown]:
    if not contents.next_dates:
        return []
    lines = [fill("- {when}: {name}", when=each.when, name=each.name) for each in contents.next_dates[:_DATES]]
    if (more := len(contents.next_dates) - _DATES) > 0:
        dates = "1 weiterer Termin" if more == 1 else f"{more} weitere Termine"
        lines.append(fill("- und {dates}: `{prefix}termine`", dates=dates, prefix=Markdown(prefix)))
    return [_list("Nächste Termine", lines)]


def _list(title: str, lines: Sequence[Markdown], *, more: int = 0) -> Markdown:
    rest = [fill("- und {count} weitere", count=more)] if more > 0 else []
    return join([fill("**{title}**\n", title=title), *lines, *rest])


def _overdue(question: OpenQuestion) -> Markdown:
    return fill(
        "- **{ref}**, seit {days} überfällig, {age}: {text}",
        ref=question.ref,
        days=_days(question.overdue_days),
        age=_age(question.age_days),
        text=_text(question),
    )


def _due(question: OpenQuestion, today: date) -> Markdown:
    day = "heute" if question.due_on == today else short_day(question.due_on)
    return fill("- **{ref}**, bis {day}: {text}", ref=question.ref, day=day, text=_text(question))


def _not_closed(plenaries: Sequence[Unclosed], prefix: str) -> Markdown:
    """The plenary that waits longest, in one line, and how many more there are."""
    first, more = plenaries[0], len(plenaries) - 1
    there = fill("da: {titles}. Fertig?", titles=shorten(", ".join(first.material), _MATERIAL))
    return fill(
        "**Plenum ohne Abschluss:** Plenum {number} ({day}), {state} `{prefix}plenum {command} {number}`{more}",
        number=first.number,
        day=short_day(first.day),
        state=there if first.material else "Protokoll und Material fehlen. Senden:",
        prefix=Markdown(prefix),
        command=Markdown("abschließen" if first.material else "material"),
        more=f"; {more} weitere" if more else "",
    )


def _changed(line: DateLine) -> Markdown:
    return fill("- {name}: {what}, {when}", name=line.name, what=line.what, when=line.when)


def _text(question: OpenQuestion) -> str:
    return "(Text gelöscht)" if question.text is None else shorten(question.text, _QUESTION)


def _by_group(found: Mapping[int, int]) -> str:
    return ", ".join(f"AG {group}: {count}" for group, count in found.items())


def _moment(moment: datetime) -> str:
    return span_text(wall(moment))


def _days(count: int) -> str:
    return "1 Tag" if count == 1 else f"{count} Tagen"


def _age(days: int) -> str:
    return {0: "heute gestellt", 1: "gestern gestellt"}.get(days, f"vor {days} Tagen gestellt")


def _questions(count: int) -> str:
    return "1 Frage" if count == 1 else f"{count} Fragen"


def _messages(count: int) -> str:
    return "1 Nachricht" if count == 1 else f"{count} Nachrichten"
