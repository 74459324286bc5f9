"""The card of what waits for a person. Approvals and plans are answered by the app's own keys; questions in the card.

It must never send an answer that was not complete, nor by a key that was down before there was one to send."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.errors import NoWidget
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from cockpit.core.commands import Answer
from cockpit.core.why_not import why_not
from cockpit.model.asks import Ask, AskKind
from cockpit.ui.actions import BY_ID
from cockpit.ui.clock import now_of
from cockpit.ui.held import SEEN, Held
from cockpit.ui.messages import Act, Do, Told
from cockpit.ui.present.answer_form import Form
from cockpit.ui.present.ask_lines import GO, Card, body_lines, chips_of, foot_lines, head_lines
from cockpit.ui.present.keys_table import key_name, key_names
from cockpit.ui.widgets.ask_parts import AskBody, AskFoot, AskHead, OwnWords
from cockpit.ui.widgets.border_words import entitle
from cockpit.ui.widgets.ink import pen_of

_FORMS = 50


class AskCard(Widget):
    """Shows one ask; `look` gives it. `since` is when the same ask began to be wholly on the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("left_square_bracket", "question(-1)", show=False),
        Binding("right_square_bracket", "question(1)", show=False),
        Binding("enter", "enter", show=False),
        Binding("space", "pick", show=False),
        *(Binding(str(digit), f"digit({digit})", show=False) for digit in range(1, 10)),
    ]
    DEFAULT_CSS = """
    AskCard {
        height: auto; max-height: 65%; padding: 0 1; margin: 0 1;
        border: round $needs; background: $ground; color: $text;
        border-subtitle-color: $text-dim;
        &.-sending { border: round $border-dim; }
    }
    AskCard OwnWords { display: none; }
    AskCard.-asks OwnWords { display: block; }
    """

    class Seen(Message):
        """From now on the whole card is on the screen: its keys work."""

    def __init__(self, *, clock: Callable[[], float] = monotonic, id: str | None = None) -> None:
        """`clock` gives monotonic seconds."""
        super().__init__(id=id)
        self._clock = clock
        self._held = Held()
        self._card: Card | None = None
        self._forms: dict[str, Form] = {}
        self._since: float | None = None
        self._spent: float | None = None
        self._words_of: tuple[str, int] | None = None
        self.display = False

    def compose(self) -> ComposeResult:
        yield AskHead()
        yield AskBody()
        yield OwnWords(placeholder="or in your own words…")
        yield AskFoot()

    # What it shows

    @property
    def ask(self) -> Ask | None:
        return self._card.ask if self._card else None

    @property
    def since(self) -> float | None:
        """Monotonic time since when this very ask has been wholly on the screen; None while it is not."""
        if self._since is not None and not self._in_sight():
            self._since = None
        return self._since

    def look(self, card: Card | None) -> None:
        """Show that, or nothing."""
        before, self._card = self._card, card
        if card is None:
            self.display = False
            self._since = None
            return
        if before is None or before.ask != card.ask or not self.display:
            self._since = None
        self.display = True
        self._redraw()
        self.rearm()

    def rearm(self) -> None:
        """Begin to count from when the card is painted next, unless it counts already."""
        if self._since is None and self._card is not None:
            self.call_after_refresh(self._painted, self._card.ask)

    def _painted(self, ask: Ask) -> None:
        if self._since is None and self.ask == ask and self._in_sight():
            self._since = self._clock()
            self.call_next(self._tell_seen)

    def _tell_seen(self) -> None:
        # From a turn of its own: a message that is made while the parent is at work stops at the parent.
        self.post_message(self.Seen())

    def _in_sight(self) -> bool:
        if not (self.is_attached and self.display and self.screen is self.app.screen and self.region.area):
            return False
        try:
            place = self.screen.find_widget(self)
        except NoWidget:
            return False
        return place.visible_region == place.region

    def on_hide(self) -> None:
        self._since = None

    def on_show(self) -> None:
        self.rearm()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._redraw())
        self.app.screen_change_signal.subscribe(self, lambda _: self._covered())

    def _covered(self) -> None:
        """Another screen came or went: what was under it is new to the eye."""
        self._since = None
        self.rearm()

    # Drawing

    def _redraw(self) -> None:
        card = self._full()
        head, body, foot = self.query_one(AskHead), self.query_one(AskBody), self.query_one(AskFoot)
        head.card = body.card = foot.card = card
        if card is None:
            return
        self.set_class(card.sending, "-sending")
        self.set_class(bool(card.form) and card.answering and not card.sending, "-asks")
        foot.chips = chips_of(card, self._keys())
        if card.form and self._words_of != (card.ask.id, card.form.step):
            # Only then: while the person writes, the field is ahead of the form.
            self._words_of = (card.ask.id, card.form.step)
            self.query_one(OwnWords).value = card.form.reply.own
        if self.query_one(OwnWords).has_focus and not self.has_class("-asks"):
            body.focus()
        self._fit()
        head.redraw()
        body.redraw()
        foot.redraw()

    def _full(self) -> Card | None:
        """The card with its form as it stands."""
        card = self._card
        if card is None or card.ask.kind is not AskKind.QUESTION or not card.ask.questions:
            return card
        form = self._forms.get(card.ask.id)
        if form is None or form.ask != card.ask:
            form = self._forms[card.ask.id] = Form.of(card.ask)
            while len(self._forms) > _FORMS:
                del self._forms[next(iter(self._forms))]
        return replace(card, form=form, answering=self.answering)

    def _keys(self) -> Mapping[str, str]:
        """The first key of each action as it is bound for this person."""
        keys = {name: names[0] for name, action in BY_ID.items() if (names := key_names(action.keys))}
        bound: dict[str, str] = {}
        for key, active in self.screen.active_bindings.items():
            if active.binding.id in BY_ID:
                bound.setdefault(active.binding.id, key_name(key))
        return keys | bound

    def _fit(self) -> None:
        """As high as all of it. The panel bounds that, and then the body scrolls; `height: auto` would fill the panel,
        since the body takes what is left."""
        card = self._full()
        if card is None or not isinstance(self.parent, Widget) or not self.parent.size.width:
            return
        gutter, margin = self.styles.gutter, self.styles.margin
        width = max(self.parent.size.width - gutter.width - margin.width, 1)
        pen = pen_of(self)
        head = head_lines(card, now_of(self), width, pen)
        body, _ = body_lines(card, width - 1, pen)
        foot = foot_lines(card, chips_of(card, self._keys()), width, pen)
        self.styles.height = gutter.height + len(head) + len(body) + len(foot) + self.has_class("-asks")

    def on_resize(self) -> None:
        self._fit()

    @on(AskBody.Scrolled)
    def _tell_rest(self, event: AskBody.Scrolled) -> None:
        event.stop()
        below = self.query_one(AskBody).below
        entitle(self, below=f"↓ {below} more lines" if below > 1 else "↓ 1 more line" if below else "")

    def on_descendant_focus(self) -> None:
        form = self.form
        if form and self.query_one(OwnWords).has_focus:
            self._forms[form.ask.id] = replace(form, row=form.own_row)
        self._redraw()

    def on_descendant_blur(self) -> None:
        self._redraw()

    # Answering

    @property
    def form(self) -> Form | None:
        """The answers so far, if this is a question."""
        card = self._full()
        return card.form if card else None

    @property
    def answering(self) -> bool:
        """Whether the keys go to the card."""
        return self.query_one(AskBody).has_focus or self.query_one(OwnWords).has_focus

    @property
    def writing(self) -> str:
        """The words that are being written; empty while nobody writes."""
        own = self.query_one(OwnWords)
        return own.value if own.has_focus else ""

    def focus_form(self) -> None:
        """Give the form the keys: its options, or the line for own words where the cursor is there."""
        on_own = self.form is not None and self.form.on_own
        self.query_one(OwnWords if on_own else AskBody).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        form = self.form
        if action in ("digit", "pick", "enter"):
            return form is not None
        if action == "question":
            return form is not None and len(form.replies) > 1
        return True

    def action_move(self, count: int) -> None:
        form = self.form
        if form is None:
            self.query_one(AskBody).step(count)
        else:
            self._take(form.move(count))

    def action_page(self, count: int) -> None:
        body = self.query_one(AskBody)
        body.step(count * max(body.size.height - 1, 1))

    def action_question(self, count: int) -> None:
        if form := self.form:
            self._take(form.go(form.step + count))

    def action_digit(self, digit: int) -> None:
        if form := self.form:
            self._take(form.pick(digit - 1))

    def action_pick(self) -> None:
        if form := self.form:
            self._take(form.pick(form.row))

    def action_enter(self) -> None:
        form = self.form
        if form is None:
            return
        began = self._held.press("enter", self._clock())
        if form.ready:
            self._send(form, began)
            return
        # What this press began, the same press may not end: a key that stays down picks, and then does nothing.
        self._spent = began
        if not form.on_go:
            self._take(form.pick(form.row))
        elif form.answered(form.step):
            self._take(form.onward())

    def _take(self, form: Form) -> None:
        self._forms[form.ask.id] = form
        self._redraw()
        if form.on_own:
            self.query_one(OwnWords).focus()
        elif self.query_one(OwnWords).has_focus:
            self.query_one(AskBody).focus()

    def _send(self, form: Form, began: float) -> None:
        """Send the answers, if the press that began then did nothing else and the card could be read before."""
        since = self.since
        if since is None or began - since < SEEN or began == self._spent:
            self.post_message(Told("Let go of Enter, then press it once more to send the answer."))
            return
        card = self._card
        if card is None:
            return
        command = Answer(form.ask.thread, form.ask.id, form.answers())
        if reason := why_not(command, card.fleet):
            self.post_message(Told(f"Not sent: {reason}.", "warning"))
        else:
            self.post_message(Act(command))

    @on(Input.Changed)
    def _wrote(self, event: Input.Changed) -> None:
        event.stop()
        if (form := self.form) and form.reply.own != event.value:
            self._take(form.write(event.value))

    @on(Input.Submitted)
    def _said(self, event: Input.Submitted) -> None:
        event.stop()
        self._spent = self._held.press("enter", self._clock())
        if form := self.form:
            self._take(form.write(event.value).move(1))

    @on(AskBody.Clicked)
    def _option_clicked(self, event: AskBody.Clicked) -> None:
        event.stop()
        if form := self.form:
            self._take(form.pick(event.row))

    @on(OwnWords.Left)
    def _left(self, event: OwnWords.Left) -> None:
        event.stop()
        self.action_move(event.rows)

    @on(AskFoot.Pressed)
    def _clicked(self, event: AskFoot.Pressed) -> None:
        event.stop()
        if event.chip != GO:
            self.post_message(Do(event.chip))
        elif form := self.form:
            if form.complete:
                self._send(form, self._clock())
            elif form.answered(form.step):
                self._take(form.onward())
