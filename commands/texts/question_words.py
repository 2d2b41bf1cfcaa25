"""The German words for where a question stands, how it ended, what was done to it and who may do it."""

from enum import StrEnum
from typing import Final

from commands.dates.wall_clock import wall
from commands.dates.wording import plain_day
from storage.tables import Outcome, Question, QuestionState


class Step(StrEnum):
    """What was done to a question, as the history stores it and `!frage AG3-017` shows it."""

    ASK = "gestellt"
    AGREE = "vom Fragenden freigegeben"
    LAPSE = "ohne Freigabe verfallen"
    RELEASE = "freigegeben"
    TAKE = "übernommen"
    ASSIGN = "zugewiesen"
    HAND_BACK = "abgegeben"
    FORWARD = "weitergeleitet"
    EXTEND = "Ziel verschoben"
    DEFER = "für das Plenum vorgemerkt"
    UNDEFER = "Vormerkung aufgehoben"
    CARRY_OVER = "vertagt"
    ANSWER = "beantwortet"
    ANSWER_PARTLY = "teilweise beantwortet"
    REFER = "mit einem Verweis beantwortet"
    ANSWER_ORALLY = "mündlich beantwortet"
    WRITE_UP = "Antwort schriftlich nachgereicht"
    CORRECT = "Antwort berichtigt"
    DELETE_ANSWER = "Antwort gelöscht"
    CONFIRM = "bestätigt"
    CONFIRM_SILENTLY = "ohne Rückmeldung bestätigt"
    REOPEN = "wieder geöffnet"
    DECLINE = "abgelehnt"
    NOT_RESPONSIBLE = "nicht zuständig"
    WITHDRAW = "zurückgezogen"
    MERGE = "zusammengeführt"
    SPLIT = "wieder getrennt"
    REWORD = "Text geändert"
    DELETE_TEXT = "Text gelöscht"


class Actor(StrEnum):
    """As whom somebody acts on a question; one person may be several of them."""

    ASKER = "wer gefragt hat"
    OWNER = "wer die Frage übernommen hat"
    LEAD = "die Leitung der AG"
    COORDINATION = "die Koordination"
    BOT = "der Bot"


STATES: Final = {
    QuestionState.SUBMITTED: "eingereicht",
    QuestionState.IN_REVIEW: "in Prüfung",
    QuestionState.OPEN: "offen",
    QuestionState.ASSIGNED: "zugewiesen",
    QuestionState.IN_PROGRESS: "in Arbeit",
    QuestionState.ANSWERED: "beantwortet",
    QuestionState.CONFIRMED: "bestätigt",
    QuestionState.DEFERRED: "zurückgestellt",
    QuestionState.CLOSED: "geschlossen",
}

OUTCOMES: Final = {
    Outcome.ANSWERED: "beantwortet",
    Outcome.PARTLY: "teilweise beantwortet",
    Outcome.REFERRED: "mit einem Verweis beantwortet",
    Outcome.MERGED: "zusammengeführt",
    Outcome.NOT_RESPONSIBLE: "geschlossen, weil die AG nicht zuständig ist",
    Outcome.WITHDRAWN: "zurückgezogen",
    Outcome.DECLINED: "abgelehnt",
}

COMMANDS: Final = {
    Step.AGREE: "freigeben {ref}",
    Step.RELEASE: "freigeben {ref}",
    Step.CONFIRM: "hilft {ref}",
    Step.REOPEN: "offen {ref} Grund",
    Step.ANSWER: "antwort {ref} Ihre Antwort",
    Step.CORRECT: "berichtigen {ref} Ihre Antwort",
    Step.TAKE: "übernehmen {ref}",
    Step.SPLIT: "trennen {ref}",
    Step.MERGE: "zusammenführen {ref} AG3-001",
    Step.WITHDRAW: "zurückziehen {ref}",
    Step.FORWARD: "weiterleiten {ref} AG5 Grund",
    Step.ASSIGN: "zuweisen {ref} Person",
    Step.HAND_BACK: "abgeben {ref}",
    Step.EXTEND: "verlängern {ref} Datum Grund",
    Step.DEFER: "vormerken {ref}",
    Step.UNDEFER: "vormerken {ref} aufheben",
    Step.DECLINE: "ablehnen {ref} Grund",
    Step.NOT_RESPONSIBLE: "unzuständig {ref} Grund",
    Step.ANSWER_PARTLY: "teilantwort {ref} Ihre Antwort",
    Step.REFER: "verweis {ref} wohin",
    Step.ANSWER_ORALLY: "mündlich {ref} Stichwort",
}
"""How each step is typed, what people look for most in front; `{ref}` is the number of the question."""


def standing(question: Question) -> str:
    """Where a question stands, to follow "AG3-017 ist": "seit 24.11.2026 beantwortet", "in Arbeit"."""
    since = "" if question.closed_at is None else f"seit {plain_day(wall(question.closed_at))} "
    match question.state:
        case QuestionState.CLOSED:
            return since + (OUTCOMES[question.outcome] if question.outcome else STATES[question.state])
        case QuestionState.ANSWERED | QuestionState.CONFIRMED:
            how = OUTCOMES[question.outcome] if question.outcome else "beantwortet"
            return since + how + (" und bestätigt" if question.state is QuestionState.CONFIRMED else "")
        case QuestionState.DEFERRED:
            return f"zurückgestellt bis zum Plenum {question.plenary_number}"
        case QuestionState.SUBMITTED:
            return "noch nicht eingereicht: Es fehlt die Freigabe von der Person, die gefragt hat"
        case state:
            return STATES[state]
