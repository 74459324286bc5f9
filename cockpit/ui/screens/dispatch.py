"""The form that starts a thread: what it should do, where, on what model, how much it may do unasked.

It loses nothing that was typed: while it is sent it waits, and when that fails the reason stands in the form."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from cockpit.core.commands import Command, CreateProject, Dispatch, Outcome
from cockpit.core.why_not import why_not
from cockpit.model.errors import CockpitError
from cockpit.model.fleet import Fleet
from cockpit.model.health import SourceState
from cockpit.model.ids import Ref
from cockpit.model.work import Project, Thread
from cockpit.ui.messages import Told
from cockpit.ui.present.branch_name import branch_name
from cockpit.ui.present.dispatch_options import (
    DEFAULT,
    begin,
    model_of,
    model_options,
    no_worktree,
    project_options,
    source_options,
)
from cockpit.ui.present.modes import INTERACTION_MODES, runtime_modes
from cockpit.ui.screens.dialogs import ChooseScreen, ConfirmScreen, PromptScreen
from cockpit.ui.screens.modal import Modal
from cockpit.ui.widgets.fields import Chip, Choice, LineField, Switch, TextField

Send = Callable[[Command], Awaitable[Outcome]]
_HERE, _WORKTREE = "here", "worktree"
_NEW, _MAKE, _OTHER = "+new", "+make", "+other"
_SEEN_TRIES, _SEEN_WAIT = 50, 0.1


class FormRow(Horizontal):
    """A word and its field."""

    def __init__(self, word: str, field: Choice | LineField | Switch, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._word = word
        self._field = field

    def compose(self) -> ComposeResult:
        yield Static(self._word, classes="word", markup=False)
        yield self._field


class DispatchScreen(Modal[Ref]):
    """Returns the new thread's ref. `fleet` gives the newest one; `send` carries out or raises CockpitError."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+d,ctrl+enter,f5", "start", show=False, priority=True),
        Binding("escape", "leave", show=False),
    ]
    DEFAULT_CSS = """
    DispatchScreen {
        align: center middle; background: $ground 60%;
        #form {
            width: 88; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
            border: round $border-focus; background: $ground; color: $text;
            border-title-color: $text; border-title-style: bold; border-subtitle-color: $text-dim;
        }
        #fields { height: auto; max-height: 100%; scrollbar-size: 0 1; }
        TextField { height: 8; min-height: 4; }
        FormRow { height: 1; }
        .word { width: 10; color: $text-dim; padding-left: 1; }
        FormRow Choice, FormRow LineField, FormRow Switch { width: 1fr; }
        #why { height: auto; color: $text-dim; padding: 0 1 0 11; }
        #told { height: auto; padding: 0 1; color: $text-dim; }
        #told.-failed { color: $failed; }
        #ways { height: 1; margin-top: 1; align-horizontal: right; }
        Chip { margin-left: 3; }
    }
    DispatchScreen.-low TextField { height: 5; }
    DispatchScreen.-low #ways { margin-top: 0; }
    DispatchScreen.-tall TextField { height: 14; }
    """

    def __init__(self, fleet: Callable[[], Fleet], thread: Thread | None, *, send: Send) -> None:
        super().__init__()
        self._fleet = fleet
        self._send = send
        self._thread = thread
        self._branch_is_own = False
        self._sending = False

    # What it shows

    def compose(self) -> ComposeResult:
        picked = begin(self._fleet(), self._thread)
        sources = source_options(self._fleet())
        projects = project_options(self._fleet(), picked.source)
        with Vertical(id="form") as form:
            form.border_title = "New thread"
            form.border_subtitle = "Tab goes on · ← → step · Enter lists"
            with VerticalScroll(id="fields", can_focus=False):
                prompt = TextField(id="prompt", placeholder="What should it do? As many lines as you like.")
                prompt.border_title = "Prompt"
                yield prompt
                if len(sources) > 1:
                    yield FormRow("source", Choice("Source", sources, picked.source, id="source"))
                project = str(picked.project) if picked.project else ""
                yield FormRow("project", Choice("Project", projects, project, id="project"))
                yield FormRow("model", Choice("Model", [(DEFAULT, "Default")], id="model"))
                yield FormRow("may do", Choice("What it may do unasked", [], id="runtime"))
                yield FormRow("begins", Choice("How it begins", list(INTERACTION_MODES), id="interaction"))
                yield FormRow("works in", Choice("Where it works", [], id="where"))
                yield Static("", id="why", markup=False)
                with Vertical(id="worktree"):
                    yield FormRow("from", LineField(placeholder="the branch that is checked out", id="base"))
                    yield FormRow("branch", LineField(placeholder="named by the server", id="branch"))
                    yield FormRow("", Switch("run the project's setup script", id="setup"))
            yield Static("", id="told", markup=False)
            with Horizontal(id="ways"):
                yield Chip("Ctrl+D", "start", id="start", classes="-first")
                yield Chip("Esc", "leave", id="leave")

    def on_mount(self) -> None:
        self.query_one("#worktree", Vertical).styles.height = "auto"
        self._source_changed()
        self.query_one("#prompt").focus()
        self._tell("")

    def on_resize(self) -> None:
        height = self.size.height
        self.set_class(height < 30, "-low")
        self.set_class(height >= 44, "-tall")

    @property
    def _source(self) -> str:
        found = self.query("#source")
        if found:
            return found.only_one(Choice).value
        return next((name for name, _ in source_options(self._fleet())), "")

    def _state(self) -> SourceState | None:
        return self._fleet().sources.get(self._source)

    def _project(self) -> Project | None:
        value = self.query_one("#project", Choice).value
        return self._fleet().projects.get(Ref.parse(value)) if value else None

    # What follows from what

    @on(Choice.Changed, "#source")
    def _source_chosen(self) -> None:
        projects = project_options(self._fleet(), self._source)
        self.query_one("#project", Choice).offer(projects, projects[0][0] if projects else "")
        self._source_changed()

    def _source_changed(self) -> None:
        state = self._state()
        modes = runtime_modes(state.runtime_modes if state else ())
        self.query_one("#runtime", Choice).offer(modes, modes[0][0])
        reason = no_worktree(state)
        where = self.query_one("#where", Choice)
        places = [(_HERE, "the project's own checkout")]
        places += [] if reason else [(_WORKTREE, "a new worktree")]
        where.offer(places, where.value if where.value in dict(places) else _HERE)
        why = self.query_one("#why", Static)
        why.update(reason or "")
        why.display = bool(reason)
        self._where_changed()
        self._project_changed()

    @on(Choice.Changed, "#project")
    def _project_changed(self) -> None:
        self.query_one("#model", Choice).offer(model_options(self._state(), self._project()), DEFAULT)

    @on(Choice.Changed, "#where")
    def _where_changed(self) -> None:
        self.query_one("#worktree").display = self.query_one("#where", Choice).value == _WORKTREE

    @on(TextField.Changed, "#prompt")
    def _prompt_changed(self, event: TextField.Changed) -> None:
        if not self._branch_is_own:
            field = self.query_one("#branch", LineField)
            with field.prevent(LineField.Changed):
                field.value = branch_name(event.text_area.text)

    @on(LineField.Changed, "#branch")
    def _branch_typed(self, event: LineField.Changed) -> None:
        self._branch_is_own = bool(event.value)

    # Lists to choose from

    @on(Choice.Wanted)
    def _wanted(self, event: Choice.Wanted) -> None:
        event.stop()
        self.run_worker(self._choose(event.choice))

    async def _choose(self, choice: Choice) -> None:
        more = {
            "project": [
                (_NEW, "New project in a directory that is there…"),
                (_MAKE, "New project in a new directory…"),
            ],
            "model": [(_OTHER, "Another model…")],
        }.get(choice.id or "", [])
        options = [*choice.options, *more]
        match await self.app.push_screen_wait(ChooseScreen(choice.title, options, choice.value)):
            case None:
                pass
            case "+new" | "+make" as which:
                await self._new_project(create=which == _MAKE)
            case "+other":
                await self._other_model(choice)
            case value:
                choice.value = value

    async def _other_model(self, choice: Choice) -> None:
        hint = "A model of the default provider, or provider:model. It is not checked before the thread runs."
        name = await self.app.push_screen_wait(PromptScreen("Another model", hint))
        if name:
            choice.options = [*choice.options, (name, name)]
            choice.value = name

    async def _new_project(self, *, create: bool) -> None:
        async def check(path: str) -> str:
            try:
                made = await self._send(CreateProject(self._source, "", path, create))
            except CockpitError as error:
                return str(error)
            found.append(made)
            return ""

        found: list[Outcome] = []
        source = self._source
        hint = f"A directory on the machine of {source}" + (", which is made." if create else ".")
        path = await self.app.push_screen_wait(PromptScreen("New project", hint, placeholder="/home/…", check=check))
        if path and found:
            self._tell("The project is made; waiting to see it…")
            await self._seen(source, path, found[0])

    async def _seen(self, source: str, path: str, made: Outcome) -> None:
        """Choose the new project as soon as its source reports it."""
        for _ in range(_SEEN_TRIES):
            for ref, project in self._fleet().projects.items():
                if ref.source == source and (project.path == path.rstrip("/") or str(ref) in made.notes):
                    self.query_one("#project", Choice).offer(project_options(self._fleet(), source), str(ref))
                    self._project_changed()
                    self._tell(f"Made “{project.title}”.")
                    return
            await asyncio.sleep(_SEEN_WAIT)
        self._tell("The project is made, but its source does not show it yet. Choose it when it does.", failed=True)

    # Leaving and sending

    def action_leave(self) -> None:
        if self._sending:
            self._tell("It is on its way; wait for the answer.")
        elif self.query_one("#prompt", TextField).text.strip():
            self.app.push_screen(ConfirmScreen("Leave, and drop what you wrote?", "Leave"), self._left)
        else:
            self.give(None)

    def _left(self, sure: bool | None) -> None:
        if sure:
            self.give(None)

    @on(Chip.Pressed, "#leave")
    def _leave_pressed(self) -> None:
        self.action_leave()

    @on(Chip.Pressed, "#start")
    def _start_pressed(self) -> None:
        self.action_start()

    def action_start(self) -> None:
        if self._sending:
            return
        command = self._command()
        if isinstance(command, str):
            self._tell(command, failed=True)
        elif reason := why_not(command, self._fleet()):
            self._tell(f"Not started: {reason}.", failed=True)
        else:
            self._sending = True
            self._tell("Starting…")
            self.run_worker(self._start(command))

    def _command(self) -> Dispatch | str:
        """What is on the form, or what is missing of it."""
        project = self._project()
        if project is None:
            return "Choose a project first."
        worktree = self.query_one("#where", Choice).value == _WORKTREE
        state = self._state()
        return Dispatch(
            project.ref.source,
            project.ref,
            self.query_one("#prompt", TextField).text.strip(),
            model=model_of(self.query_one("#model", Choice).value, state, project),
            runtime_mode=self.query_one("#runtime", Choice).value or None,
            interaction_mode=self.query_one("#interaction", Choice).value or None,
            worktree=worktree,
            base_branch=self.query_one("#base", LineField).value.strip() if worktree else "",
            branch=self.query_one("#branch", LineField).value.strip() if worktree else "",
            setup=worktree and self.query_one("#setup", Switch).value,
        )

    async def _start(self, command: Dispatch) -> None:
        try:
            outcome = await self._send(command)
        except CockpitError as error:
            self._tell(str(error), failed=True)
        else:
            for text, severity in ((outcome.text, "information"), *((note, "warning") for note in outcome.notes)):
                self.post_message(Told(text, severity))
            self.give(outcome.thread)
        finally:
            self._sending = False

    def _tell(self, text: str, *, failed: bool = False) -> None:
        told = self.query_one("#told", Static)
        told.update(text)
        told.display = bool(text)
        told.set_class(failed, "-failed")
        self.query_one("#form").set_class(self._sending, "-sending")
