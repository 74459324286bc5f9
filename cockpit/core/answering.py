"""Turns what a person typed into the answers of a question ask. Pure; it never fills in an answer by itself."""

from collections.abc import Sequence

from cockpit.model.asks import Answers, Ask, Question
from cockpit.model.errors import Refused


def answers_from(ask: Ask, values: Sequence[str], named: Sequence[str] = (), *, verbatim: bool = False) -> Answers:
    """`values` answer the questions in order (all of them the only question, if it takes several); `named` are
    `QUESTION=ANSWER` with a question's number, header or id. Raises Refused when that does not fit."""
    given: dict[str, list[str]] = {}
    questions = ask.questions
    if len(questions) == 1 and questions[0].multi and values:
        given[questions[0].id] = list(values)
    elif len(values) > len(questions):
        raise Refused(
            f"{len(values)} answers for {len(questions)} questions.", fix="Put answers with spaces in quotes."
        )
    else:
        for question, value in zip(questions, values, strict=False):
            given[question.id] = [value]
    for each in named:
        name, sign, value = each.partition("=")
        if not sign:
            raise Refused(f"{each!r} is not of the form QUESTION=ANSWER.")
        given.setdefault(_question(ask, name.strip()).id, []).append(value.strip())
    answers: Answers = {}
    for question in questions:
        if question.id not in given:
            continue
        texts = [text if verbatim else _label(question, text) for text in given[question.id]]
        if len(texts) > 1 and not question.multi:
            raise Refused(f"“{question.header or question.text}” takes one answer, not {len(texts)}.")
        answers[question.id] = tuple(texts) if question.multi else texts[0]
    return answers


def _question(ask: Ask, name: str) -> Question:
    if name.isdecimal() and 0 < int(name) <= len(ask.questions):
        return ask.questions[int(name) - 1]
    for question in ask.questions:
        if name.casefold() in (question.id.casefold(), question.header.casefold(), question.text.casefold()):
            return question
    known = ", ".join(question.header or question.text for question in ask.questions)
    raise Refused(f"There is no question {name!r}.", fix=f"There are: {known}.")


def _label(question: Question, text: str) -> str:
    """An option by its label in any case or its number; anything else is free text."""
    for option in question.options:
        if option.label.casefold() == text.casefold():
            return option.label
    if text.isdecimal() and 0 < int(text) <= len(question.options):
        return question.options[int(text) - 1].label
    return text
