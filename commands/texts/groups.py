"""About the working groups, and how to reach people."""

from collections.abc import Sequence

from commands.markup import Markdown, fill, join


def all_groups(groups: Sequence[tuple[int, str]], *, prefix: str) -> Markdown:
    """The groups, one line each."""
    lines = [fill("- **AG {number}** {name}", number=number, name=name) for number, name in groups]
    more = fill("\nMehr zu einer Gruppe: `{prefix}ag 3`", prefix=Markdown(prefix))
    return join([Markdown("**Die Arbeitsgruppen:**\n"), *lines, more])


def one_group(
    *, number: int, name: str, topic: str, leads: Sequence[str], open_questions: int, prefix: str
) -> Markdown:
    """One group: what it is about, who leads it, how many questions are open."""
    lines = [
        fill("**AG {number} {name}**", number=number, name=name),
        fill("{topic}", topic=topic),
        fill("Leitung: {leads}", leads=", ".join(leads)) if leads else Markdown("Leitung: hier nicht hinterlegt."),
        fill(
            "Offene Fragen: {count}. Eine Frage stellen: `{prefix}frage AG{number} Ihre Frage`",
            count=open_questions,
            number=number,
            prefix=Markdown(prefix),
        ),
    ]
    return join(lines)


def unknown_group(number: int, known: Sequence[int]) -> str:
    """There is no such group."""
    listed = ", ".join(f"AG {each}" for each in known)
    return f"Eine AG {number} gibt es nicht. Es gibt {listed}."


def contact(*, email: str, website: str, operator: str, coordinators: Sequence[str]) -> Markdown:
    """How to reach people."""
    lines = [
        fill("**So erreichen Sie uns:**\n"),
        fill("- E-Mail: [{email}](mailto:{address})", email=email, address=Markdown(email)),
        fill("- Website: [{website}]({address})", website=website, address=Markdown(website)),
    ]
    if coordinators:
        lines.append(fill("- Koordination hier im Chat: {people}", people=", ".join(coordinators)))
    if operator:
        lines.append(fill("- Betrieb des Bots: {operator}", operator=operator))
    return join(lines)
