"""A person's answers to the questions of one ask while they are being given: picked, written, missing.

Pure and immutable; each change is a new form. It must never send anything, nor take an answer that was not given."""

from dataclasses import replace
from typing import Self

from cockpit.model.asks import Answers, Ask, Question
from cockpit.model.immutable import immutable


@immutable
class Reply:
    """To one question: the picked options by place, and the person's own words."""

    picked: frozenset[int] = frozenset()
    own: str = ""


@immutable
class Form:
    """`step` is the question in view; `row` the cursor: an option, then the line for own words, then the way on."""

    ask: Ask
    replies: tuple[Reply, ...]
    step: int = 0
    row: int = 0

    @classmethod
    def of(cls, ask: Ask) -> Self:
        return cls(ask, tuple(Reply() for _ in ask.questions))

    @property
    def question(self) -> Question:
        return self.ask.questions[self.step]

    @property
    def reply(self) -> Reply:
        return self.replies[self.step]

    @property
    def own_row(self) -> int:
        return len(self.question.options)

    @property
    def go_row(self) -> int:
        return self.own_row + 1

    @property
    def on_own(self) -> bool:
        return self.row == self.own_row

    @property
    def on_go(self) -> bool:
        return self.row == self.go_row

    def answered(self, step: int) -> bool:
        reply = self.replies[step]
        return bool(reply.picked or reply.own.strip())

    @property
    def missing(self) -> tuple[int, ...]:
        """The steps that are not answered yet."""
        return tuple(step for step in range(len(self.replies)) if not self.answered(step))

    @property
    def complete(self) -> bool:
        return bool(self.replies) and not self.missing

    @property
    def ready(self) -> bool:
        """Whether the next step is to send."""
        return self.complete and self.on_go

    def move(self, rows: int) -> Self:
        return replace(self, row=min(max(self.row + rows, 0), self.go_row))

    def go(self, step: int) -> Self:
        """Look at that question; the cursor is on what was picked, or at the top."""
        step = min(max(step, 0), len(self.replies) - 1)
        picked = self.replies[step].picked
        row = min(picked) if picked else 0
        return replace(self, step=step, row=row)

    def onward(self) -> Self:
        """The next question without an answer, counted from this one round; this one if there is none."""
        count = len(self.replies)
        later = (step % count for step in range(self.step + 1, self.step + count))
        return self.go(next((step for step in later if not self.answered(step)), self.step))

    def pick(self, row: int) -> Self:
        """Pick that option, or take the pick back where several may be picked. A single pick replaces own words and
        moves the cursor to the way on."""
        if not 0 <= row < self.own_row:
            return self
        if self.question.multi:
            return replace(self._with(replace(self.reply, picked=self.reply.picked ^ {row})), row=row)
        return replace(self._with(Reply(frozenset({row}))), row=self.go_row)

    def write(self, own: str) -> Self:
        """Take the person's own words; for a single answer they replace the pick."""
        picked = self.reply.picked if self.question.multi or not own.strip() else frozenset()
        return self._with(Reply(picked, own))

    def answers(self) -> Answers:
        """As a source wants them: a label, a tuple of labels (own words last), or own words."""
        return {
            question.id: _value(question, reply)
            for question, reply in zip(self.ask.questions, self.replies, strict=True)
        }

    def _with(self, reply: Reply) -> Self:
        return replace(self, replies=(*self.replies[: self.step], reply, *self.replies[self.step + 1 :]))


def _value(question: Question, reply: Reply) -> str | tuple[str, ...]:
    labels = tuple(question.options[place].label for place in sorted(reply.picked))
    own = reply.own.strip()
    if question.multi:
        return (*labels, own) if own else labels
    return own or (labels[0] if labels else "")
