"""The fields of the form that starts threads, and what follows from what is chosen there.

It makes a command and sends none; only a project that the person asked for is made from here."""

from collections.abc import Callable
from typing import Protocol

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from cockpit.core.branch_name import branch_name
from cockpit.core.commands import Dispatch
from cockpit.model.fleet import Fleet
from cockpit.model.health import Offer, SourceState
from cockpit.model.ids import Ref
from cockpit.model.work import ModelChoice, Project
from cockpit.ui.present import dispatch_options as options
from cockpit.ui.present.modes import INTERACTION_MODES
from cockpit.ui.screens.dialogs import ChooseScreen, PromptScreen
from cockpit.ui.screens.new_project import Send, ask_directory, ask_project, seen
from cockpit.ui.widgets.fields import Choice, FormRow, LineField, Switch, TextField

_HERE, _WORKTREE = "here", "worktree"
_NEW, _MAKE, _DIRECTORY, _OTHER = "+new", "+make", "+directory", "+other"
_KEPT = ("project", "harness", "model", "runtime", "interaction", "where")
"""What the next form on the same source begins with; how many is said anew each time."""


class Tell(Protocol):
    def __call__(self, text: str, *, failed: bool = False) -> None: ...


class DispatchFields(VerticalScroll, can_focus=False):
    """`begin` says where it begins, `last` what was chosen before; `fleet`, `send` and `here` as for the screen."""

    DEFAULT_CSS = """
    DispatchFields {
        height: auto; max-height: 100%; scrollbar-size: 0 1;
        & #settings, & #worktree { height: auto; }
        & TextField { height: 8; min-height: 4; }
        & #why { height: auto; color: $text-dim; padding: 0 1 0 11; }
        &.-programs .word { width: 13; }
        &.-programs #why { padding-left: 14; }
    }
    """

    def __init__(
        self, fleet: Callable[[], Fleet], begin: Callable[[], options.Picked], last: options.Remembered, here: str,
        *, send: Send, tell: Tell,
    ) -> None:  # fmt: skip
        super().__init__(id="fields")
        self._fleet = fleet
        self._begin = begin
        self._last = last
        self._here = here
        self._send = send
        self._tell = tell
        self._settings: list[tuple[str, Choice]] = []
        self._branch_is_own = False

    def compose(self) -> ComposeResult:
        prompt = TextField(id="prompt", placeholder="What should it do? As many lines as you like.")
        prompt.border_title = "Prompt"
        yield prompt
        yield FormRow("source", Choice("Source", [], id="source"))
        yield FormRow("project", Choice("Project", [], id="project"))
        yield FormRow("harness", Choice("Harness", [], id="harness"))
        yield FormRow("model", Choice("Model", [], id="model"))
        yield FormRow("may do", Choice("What it may do unasked", [], id="runtime"))
        yield Vertical(id="settings")
        yield FormRow("begins", Choice("How it begins", [], id="interaction"))
        yield FormRow("how many", LineField("1", id="count"))
        yield FormRow("works in", Choice("Where it works", [], id="where"))
        yield Static("", id="why", markup=False)
        with Vertical(id="worktree"):
            yield FormRow("from", LineField(placeholder="the branch that is checked out", id="base"))
            yield FormRow("branch", LineField(id="branch"))
            yield FormRow("", Switch("run the project's setup script", id="setup"))

    def on_mount(self) -> None:
        self.query_one("#count", LineField).restrict = r"[0-9]{0,3}"
        self._begin_anew()

    def look(self) -> None:
        """Whether other sources can start threads than before, or one knows only now with what; what was chosen
        stays."""
        sources, field = options.source_options(self._fleet()), self.query_one("#source", Choice)
        if sources == field.options:
            state = self._state()
            if state and state.offers and options.has_harnesses(state) and not self._value("harness"):
                self._source_changed()
            return
        if field.value:
            field.offer(sources, field.value)
            self._row("#source").display = len(sources) > 1
        else:
            self._begin_anew()

    def _begin_anew(self) -> None:
        sources, picked = options.source_options(self._fleet()), self._begin()
        field = self.query_one("#source", Choice)
        with field.prevent(Choice.Changed):
            field.offer(sources, picked.source)
        self._row("#source").display = len(sources) > 1
        self._offer("project", self._places(), picked.place)
        self._source_changed()

    @property
    def _source(self) -> str:
        return self.query_one("#source", Choice).value

    def _places(self) -> options.Options:
        return options.place_options(self._fleet(), self._source, self._last, self._here)

    def _state(self) -> SourceState | None:
        return self._fleet().sources.get(self._source)

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Choice).value

    def _line(self, name: str) -> str:
        return self.query_one(f"#{name}", LineField).value.strip()

    def _project(self) -> Project | None:
        place = self._value("project")
        return None if not place or options.is_directory(place) else self._fleet().projects.get(Ref.parse(place))

    def _harness(self) -> Offer | None:
        """The program that is chosen; None where a source has none to choose from."""
        return options.offer_of(self._state(), self._value("harness"))

    def _offer(self, name: str, offered: options.Options, value: str = "") -> None:
        """Offer those: with `value`, else what was chosen last, else the first. Nothing to choose from is not shown."""
        field = self.query_one(f"#{name}", Choice)
        kept = self._last.of(self._source).get(self._name_of(name), "")
        if kept and name == "model" and offered and kept not in dict(offered):
            offered = [*offered, (kept, kept)]  # typed by the person
        first = offered[0][0] if offered else ""
        field.offer(offered, value or (kept if kept in dict(offered) else first))
        if field.parent:
            field.parent.display = bool(offered) or name == "project"

    def _name_of(self, name: str) -> str:
        """Under which a field's value is remembered: what belongs to a program is remembered with it."""
        return f"{self._value('harness')} {name}" if name in ("model", "runtime") else name

    # What follows from what

    @on(Choice.Changed, "#source")
    def _source_chosen(self) -> None:
        project, fleet = self._project(), self._fleet()
        same = options.place_of(fleet, self._source, project) if project else ""
        self._offer("project", self._places(), same)
        self._source_changed()

    def _source_changed(self) -> None:
        state = self._state()
        programs = options.has_harnesses(state)
        self.set_class(programs, "-programs")
        self._offer("harness", options.harness_options(state) if programs else [])
        self._offer("interaction", [] if programs else list(INTERACTION_MODES))
        self._row("#count").display = bool(state and state.bulk)
        reason = options.no_worktree(state)
        places = [(_HERE, "the project's own checkout")]
        places += [] if reason else [(_WORKTREE, "a new worktree")]
        self._offer("where", places)
        who = "its first words" if programs else "the server"
        self.query_one("#branch", LineField).placeholder = f"named by {who}"
        self._harness_changed()

    @on(Choice.Changed, "#harness")
    def _harness_changed(self) -> None:
        self._offer("runtime", options.mode_options(self._state(), self._harness()))
        self._offer_settings()
        self._project_changed()
        self._say_why()

    def _offer_settings(self) -> None:
        """One field for each setting of the program."""
        offer = self._harness()
        kept, own = self._last.of(self._source), offer.defaults if offer else {}
        self._settings = []
        for setting in offer.settings if offer else ():
            value = kept.get(f"{self._value('harness')} set {setting.id}", own.get(setting.id, ""))
            known = value in dict(setting.choices)
            self._settings.append((setting.id, Choice(setting.title, setting.choices, value if known else "")))
        box = self.query_one("#settings", Vertical)
        box.remove_children()
        box.mount_all(FormRow(field.title.lower(), field) for _, field in self._settings)

    @on(Choice.Changed, "#project")
    def _project_changed(self) -> None:
        self._offer("model", options.model_options(self._state(), self._project(), self._harness()))

    @on(Choice.Changed, "#where")
    @on(LineField.Changed, "#count")
    def _say_why(self) -> None:
        """What the person should know about what is chosen."""
        worktree = self._value("where") == _WORKTREE
        self.query_one("#worktree").display = worktree
        state, said = self._state(), []
        if self._count > 1 and not worktree:
            said.append("all of them work in one checkout; a new worktree for each keeps them apart")
        if reason := options.no_worktree(state):
            said.append(reason)
        why = self.query_one("#why", Static)
        why.update("\n".join(said))
        why.display = bool(said)

    @property
    def _count(self) -> int:
        return int(self._line("count") or 0) if self._row("#count").display else 1

    def _row(self, field: str) -> FormRow:
        parent = self.query_one(field).parent
        assert isinstance(parent, FormRow)
        return parent

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
        more: options.Options = []
        if choice.id == "model":
            more = [(_OTHER, "Another model…")]
        elif choice.id == "project" and options.has_harnesses(self._state()):
            more = [(_DIRECTORY, "Another directory…")]
        elif choice.id == "project":
            more = [
                (_NEW, "New project in a directory that is there…"),
                (_MAKE, "New project in a new directory…"),
            ]
        offered = [*(option for option in choice.options if option[0]), *more]
        only = more[0][0] if len(offered) == 1 and more else None  # then there is nothing to choose
        match only or await self.app.push_screen_wait(ChooseScreen(choice.title, offered, choice.value)):
            case None:
                pass
            case "+new" | "+make" as which:
                await self._new_project(create=which == _MAKE)
            case "+directory":
                if path := await ask_directory(self.app, self._source):
                    self._add(choice, path)
            case "+other":
                await self._other_model(choice)
            case value:
                choice.value = value

    async def _other_model(self, choice: Choice) -> None:
        own = options.has_harnesses(self._state())
        what = (
            "A model by the name that the program knows"
            if own
            else "A model of the default provider, or provider:model"
        )
        name = await self.app.push_screen_wait(
            PromptScreen("Another model", f"{what}. It is not checked before the thread runs.")
        )
        if name:
            self._add(choice, name)

    def _add(self, choice: Choice, value: str) -> None:
        if value not in dict(choice.options):
            choice.options = [*choice.options, (value, value)]
        choice.value = value

    async def _new_project(self, *, create: bool) -> None:
        source = self._source
        made = await ask_project(self.app, source, self._send, create=create)
        if made is None:
            return
        self._tell("The project is made; waiting to see it…")
        if (project := await seen(self._fleet, source, *made)) is None:
            self._tell("The project is made, but its source does not show it yet. Choose it when it does.", failed=True)
            return
        self._offer("project", self._places(), str(project.ref))
        self._project_changed()
        self._tell(f"Made “{project.title}”.")

    # What is chosen

    def command(self) -> Dispatch | str:
        """What is on the form, or what is missing of it."""
        place, project, state = self._value("project"), self._project(), self._state()
        if state is None:
            return "No source that can start threads is up."
        if not place or (project is None and not options.is_directory(place)):
            return "Choose a project first."
        programs = options.has_harnesses(state)
        if programs and (reason := options.not_ready(self._harness())):
            return f"Not started: {reason}."
        worktree = self._value("where") == _WORKTREE
        return Dispatch(
            self._source,
            project.ref if project else None,
            self.query_one("#prompt", TextField).text.strip(),
            model=self._model(state, project),
            runtime_mode=self._value("runtime") or None,
            interaction_mode=self._value("interaction") or None,
            worktree=worktree,
            base_branch=self._line("base") if worktree else "",
            branch=self._line("branch") if worktree else "",
            setup=worktree and self.query_one("#setup", Switch).value,
            count=self._count,
            path="" if project else place,
        )

    def _model(self, state: SourceState | None, project: Project | None) -> ModelChoice | None:
        if (harness := self._harness()) is None:
            return options.model_of(self._value("model"), state, project)
        return options.harness_choice(harness, self._value("model"), self._chosen_settings())

    def _chosen_settings(self) -> dict[str, str]:
        return {key: field.value for key, field in self._settings}

    def remember(self) -> None:
        """Let the next form begin with what is chosen now."""
        kept = {self._name_of(name): self._value(name) for name in _KEPT}
        kept |= {f"{self._value('harness')} set {key}": value for key, value in self._chosen_settings().items()}
        self._last.source = self._source
        self._last.fields.setdefault(self._source, {}).update(kept)
