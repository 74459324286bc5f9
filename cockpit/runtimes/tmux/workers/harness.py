"""What a harness is: a program that works on a prompt in a terminal, and how it is started, fed, watched and resumed.

Pure. Where harnesses come from is `harness_files`."""

import glob
import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property
from string import Template

from cockpit.config.check import Wrong
from cockpit.config.spec import nearest
from cockpit.model.errors import Refused
from cockpit.model.health import Offer, Setting
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.model.workers import Worker

KEYS = {"escape": (b"\x1b", "Escape"), "ctrl+c": (b"\x03", "Ctrl+C")}
"""What can interrupt a turn: the byte, and how the key is called."""

MODEL, MODE = "model", "mode"
"""By which a model and a mode stand among the defaults; no setting has such an id."""


@immutable
class Choice:
    """One value of a setting, with what it adds to the command line and the environment."""

    value: str
    label: str
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@immutable
class Knob:
    """A setting of the harness; the first choice is the default."""

    id: str
    title: str
    choices: tuple[Choice, ...]


@immutable
class Conversation:
    """Where a program that chooses its conversation's id itself shows which one it chose, once its first turn began:
    in the name of a file that it holds open (`file` finds the group `session` in it), or by `query` in one of its
    SQLite databases."""

    file: re.Pattern[str] | None = None
    database: tuple[str, ...] = ()
    query: str = ""


@immutable(slots=False)
class Harness:
    """`start`, `prompt`, `resume`, `latest` and `model` are arguments with places to fill in ({session}, {prompt},
    {model}). Without `prompt` it is typed in when `ready` is on the screen. `resume` takes up a conversation by its
    id, `latest` the newest one of the directory; None: it cannot. `working` and `dialog` are on the screen while a
    turn runs and while it asks something, `working_title` and `dialog_title` in its terminal's title; `again` is on
    the screen when `interrupt` wants its key once more. `begun` are globs of files of which one, with `begun_text` in
    it, shows that a turn began. `join` is the key by which another source knows the worker. `defaults` is what the
    person's configuration says where nothing else is said: by `model`, `mode`, a setting's id. `found` is its
    program's file on the machine where it is to run, and `missing` says why there is none; who looked there fills them
    in."""

    name: str
    title: str
    program: str
    arguments: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    prompt: tuple[str, ...] = ()
    resume: tuple[str, ...] | None = None
    latest: tuple[str, ...] | None = None
    ready: re.Pattern[str] | None = None
    dialog: re.Pattern[str] | None = None
    dialog_title: re.Pattern[str] | None = None
    working: re.Pattern[str] | None = None
    working_title: re.Pattern[str] | None = None
    begun: tuple[str, ...] = ()
    begun_text: re.Pattern[str] | None = None
    conversation: Conversation | None = None
    interrupt: str = "ctrl+c"
    again: re.Pattern[str] | None = None
    join: str = ""
    seconds: float = 20.0
    models: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    modes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    settings: tuple[Knob, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    found: str | None = None
    missing: str = "nobody looked for it"

    @cached_property
    def named(self) -> bool:
        """Whether it is told its conversation's id when it starts."""
        return any("{session}" in word for word in self.start)

    def offer(self) -> Offer:
        """What a person can choose."""
        ready = self.found is not None
        return Offer(
            self.name, self.title, self.models, ready, "" if ready else self.missing,
            tuple(self.modes),
            tuple(Setting(k.id, k.title, tuple((c.value, c.label) for c in k.choices)) for k in self.settings),
            bool(self.model), {key: value for key, value in self.defaults.items() if self.wrong(key, value) is None},
        )  # fmt: skip

    def chosen(self, options: Mapping[str, str]) -> list[Choice]:
        """The choice of each setting. Raises Refused for a setting or value that there is none of."""
        for name in options:
            if all(knob.id != name for knob in self.settings):
                raise Refused(f"{self.title} has no setting {name!r:.40}.", fix=_known(k.id for k in self.settings))
        found = []
        for knob in self.settings:
            wanted = options.get(knob.id, knob.choices[0].value)
            choice = next((choice for choice in knob.choices if choice.value == wanted), None)
            if choice is None:
                raise Refused(f"{knob.title} cannot be {wanted!r:.40}.", fix=_known(c.value for c in knob.choices))
            found.append(choice)
        return found

    def completed(self, model: str, mode: str, options: Mapping[str, str]) -> tuple[str, str, dict[str, str]]:
        """What is said, and where nothing is what the configuration says. Raises Refused for what it cannot be
        started with."""
        self._check(model, mode, options)
        said = {MODEL: model, MODE: mode, **options}
        for key, value in self.defaults.items():
            if not said.get(key):
                if (wrong := self.wrong(key, value)) is not None:
                    raise Refused(f"{wrong.key} in the configuration: {wrong.what}.", fix=wrong.fix)
                said[key] = value
        return said.pop(MODEL), said.pop(MODE), said

    def wrong(self, key: str, value: str) -> Wrong | None:
        """Why the configuration cannot say that for it."""
        where = ("harness", self.name, key)
        knobs = {knob.id for knob in self.settings}
        if key not in (MODEL, MODE, *knobs):
            known = [*([MODEL] if self.model else ()), *([MODE] if self.modes else ()), *knobs]
            return Wrong(where, ".".join(where), f"{self.title} has no such setting", nearest(key, known))
        try:
            self._check(
                value if key == MODEL else "", value if key == MODE else "", {key: value} if key in knobs else {}
            )
        except Refused as error:
            return Wrong(where, ".".join(where), error.message.removesuffix("."), error.fix)
        return None

    def _check(self, model: str, mode: str, options: Mapping[str, str]) -> None:
        if model and not self.model:
            raise Refused(f"{self.title} takes no model.", fix="Leave it out.")
        if mode and mode not in self.modes:
            raise Refused(f"{self.title} has no mode {mode!r:.40}.", fix=_known(self.modes))
        self.chosen(options)

    def works(self, title: str, screen: str) -> bool:
        """Whether a turn runs, by what its terminal shows."""
        return _found(self.working_title, title) is not None or _found(self.working, screen) is not None

    def asks(self, title: str, screen: str) -> str:
        """What it asks: its screen's words in quotation marks, “something” where only the title tells; empty while it
        asks nothing."""
        if (found := _found(self.dialog, screen)) is not None:
            return f"“{_line(screen, found)}”"
        return "something" if _found(self.dialog_title, title) else ""

    @property
    def tells(self) -> bool:
        """Whether anything of it can show that a turn began."""
        return bool(self.working or self.working_title or self.begun or self.conversation)

    def joins(self, worker: Worker) -> frozenset[str]:
        return frozenset({self.join.replace("{session}", worker.session)}) if self.join and worker.session else _NONE

    def signs(self, worker: Worker, known: Mapping[str, str]) -> tuple[str, ...]:
        """The globs that can show that a turn began, for this worker, with what its machine knows filled in."""
        session, directory = worker.session, glob.escape(worker.directory)
        return tuple(
            each.replace("{session}", session).replace("{short}", session[:8]).replace("{directory}", directory)
            for each in expanded(self.begun, known)
        )


def expanded(paths: Iterable[str], known: Mapping[str, str]) -> list[str]:
    """With ~ and variables filled in; what names a variable that is not known is left out."""
    found = (Template(re.sub("^~(?=/)", "$HOME", path)).safe_substitute(known) for path in paths)
    return [path for path in found if "$" not in path]


def _found(pattern: re.Pattern[str] | None, text: str) -> re.Match[str] | None:
    return pattern.search(text) if pattern is not None else None


def _line(screen: str, found: re.Match[str]) -> str:
    """The line that it was found in, or that its group `asked` begins in, without the frame around it."""
    at = found.start("asked") if found.groupdict().get("asked") else found.start()
    start = screen.rfind("\n", 0, at) + 1
    return one_line(screen[start:].partition("\n")[0].strip(_FRAME), _ASKED)


_ASKED = 80
_FRAME = " │┃|"
_NONE: frozenset[str] = frozenset()


def _known(names: Iterable[str]) -> str:
    known = ", ".join(names)
    return f"There are: {known}." if known else "Leave it out."
