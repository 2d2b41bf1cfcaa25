"""The OZG office hours: when, what about, how to take part, where the slides are."""

from collections.abc import Sequence

from commands.markup import Markdown, fill, join
from commands.settings import Settings
from commands.texts.contact import elsewhere


def next_one(
    *, when: str, countdown: str, title: str | None, link: str | None, later: Sequence[str], settings: Settings
) -> Markdown:
    """The next office hour, and when the ones after it are."""
    lines = [fill("**Nächste OZG-Sprechstunde: {when}** ({countdown})", when=when, countdown=countdown)]
    if title:
        lines.append(fill("Thema: {title}", title=title))
    if link:
        lines.append(fill("Zugang: {link}", link=link))
    lines += _how(settings, missing=_missing(settings, link=link))
    if later:
        lines.append(fill("Danach: {later}", later="; ".join(later)))
    return join(lines)


def none_known(settings: Settings) -> Markdown:
    """No office hour is in the calendar."""
    return join(
        [
            Markdown("**Hier ist zurzeit keine kommende OZG-Sprechstunde eingetragen.**"),
            *_how(settings, missing=["wann die nächste ist", *_missing(settings, link=None)]),
        ]
    )


def _missing(settings: Settings, *, link: str | None) -> list[str]:
    return [
        *(
            []
            if settings.office_hours_registration
            else ["ob eine Anmeldung nötig ist" if link else "wie Sie teilnehmen"]
        ),
        *([] if settings.office_hours_slides else ["wo die Folien liegen"]),
    ]


def _how(settings: Settings, *, missing: Sequence[str]) -> list[Markdown]:
    """How to take part and where the slides are, as far as the operator entered it, and who knows the rest."""
    lines = []
    if settings.office_hours_registration:
        lines.append(fill("Teilnahme: {text}", text=settings.office_hours_registration))
    if settings.office_hours_slides:
        lines.append(fill("Folien: {text}", text=settings.office_hours_slides))
    if missing:
        *others, last = missing
        what = f"{', '.join(others)} und {last}" if others else last
        lines.append(
            fill("Hier nicht hinterlegt: {what}. Das erfahren Sie {more}.", what=what, more=elsewhere(settings))
        )
    return lines
