"""Where a thread is started: which source, which project or directory, which program."""

from dataclasses import replace

import pytest
from fleet_kit import NOW, source

from cockpit.core.placing import place, program
from cockpit.core.store import Store
from cockpit.model.errors import NotFound, Refused
from cockpit.model.facts import ProjectSeen, SourceChanged
from cockpit.model.fleet import Fleet
from cockpit.model.health import Health, Offer, Setting, SourceState
from cockpit.model.ids import Ref
from cockpit.model.work import ModelChoice, Project

WEB = Project(Ref("home", "p1"), "web", "/srv/web", key="here:/srv/web")
API = Project(Ref("home", "p2"), "api", "/srv/api")
TERMINAL_WEB = Project(Ref("tmux", "/srv/web"), "web", "/srv/web", key="here:/srv/web")
NOTES = Project(Ref("claude", "/home/dev/notes"), "notes", "/home/dev/notes", key="here:/home/dev/notes")
CLAUDE = Offer(
    "claude", "Claude Code", ("opus",), runtime_modes=("default", "plan"),
    settings=(Setting("team", "Agent team", (("off", "No"), ("tmux", "Panes"))),),
)  # fmt: skip
CODEX = Offer("codex", "Codex", ready=False, note="codex is not installed here")
TMUX = SourceState(
    "tmux", "tmux", Health.ABSENT, can_dispatch=True, machine="here:", bulk=True, worktrees=True, offers=(CODEX, CLAUDE)
)
FAR_WEB = Project(Ref("box", "/srv/web"), "web", "/srv/web", key="box:/srv/web")
FAR_LAB = Project(Ref("box", "/srv/lab"), "lab", "/srv/lab", key="box:/srv/lab")
BOX = replace(TMUX, name="box", machine="box:")
HERE = "/home/dev"


def fleet(*projects: Project, t3: bool = True, tmux: bool = True) -> Fleet:
    store = Store(lambda: NOW)
    if t3:
        store.apply(source())
    if tmux:
        store.apply(SourceChanged(TMUX))
    for project in projects:
        store.apply(ProjectSeen(project))
    return store.fleet


def placed(given: Fleet, text: str, path: str = "", **more: object) -> tuple[str, Ref | None, str]:
    found = place(given, text, path, here=HERE, **more)  # type: ignore[arg-type]
    return found.source.name, found.project.ref if found.project else None, found.path


@pytest.mark.parametrize(
    ("text", "path", "more", "expected"),
    [
        ("/srv/web", "/srv/web", {}, ("home", WEB.ref, "")),
        ("/srv/other", "/srv/other", {}, ("tmux", None, "/srv/other")),
        ("web", "", {}, ("home", WEB.ref, "")),
        ("web", "", {"source": "tmux"}, ("tmux", WEB.ref, "")),
        ("web", "", {"harness": "claude"}, ("tmux", WEB.ref, "")),
        ("web", "", {"many": True}, ("tmux", WEB.ref, "")),
        ("/srv/web", "/srv/web", {"source": "tmux"}, ("tmux", WEB.ref, "")),
        ("notes", "", {}, ("tmux", NOTES.ref, "")),
        ("", "", {}, ("tmux", None, HERE)),
    ],
)
def test_a_servers_project_goes_first_and_any_other_place_is_worked_in_from_a_terminal(
    text: str, path: str, more: dict[str, object], expected: object
) -> None:
    assert placed(fleet(WEB, API, TERMINAL_WEB, NOTES), text, path, **more) == expected


def test_the_only_project_of_a_server_needs_no_name() -> None:
    assert placed(fleet(API), "") == ("home", API.ref, "")
    with pytest.raises(NotFound, match="several projects"):
        placed(fleet(API, WEB, tmux=False), "")


def test_without_any_server_a_directory_is_enough() -> None:
    assert placed(fleet(t3=False), "") == ("tmux", None, HERE)
    assert placed(fleet(t3=False), "x/y", "/home/dev/x/y") == ("tmux", None, "/home/dev/x/y")


def test_it_says_what_was_chosen_where_there_was_a_choice() -> None:
    assert place(fleet(WEB), "web", "", here=HERE).said == "It is on home, in web."
    assert place(fleet(WEB, tmux=False), "web", "", here=HERE).said == ""


@pytest.mark.parametrize(
    ("given", "more", "reason"),
    [
        (fleet(WEB), {"source": "x"}, "there is no source x"),
        (fleet(WEB), {"source": "home", "harness": "claude"}, "home has no harnesses"),
        (fleet(WEB, tmux=False), {"many": True}, "no source can start several at once"),
        (fleet(WEB, tmux=False), {"harness": "claude"}, "no source can start a harness"),
        (fleet(WEB, tmux=False), {}, "No project matches"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(given: Fleet, more: dict[str, object], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        placed(given, "nowhere", **more)


def test_a_program_is_the_first_that_is_ready_unless_it_is_named() -> None:
    assert program(TMUX, "", "", (), None) is None
    assert program(TMUX, "", "opus", (), "plan") == ModelChoice("claude", "opus")
    chosen = program(TMUX, "claude", "", [("team", "tmux")], None)
    assert chosen == ModelChoice("claude", "", ({"id": "team", "value": "tmux"},))


@pytest.mark.parametrize(
    ("harness", "settings", "runtime", "reason"),
    [
        ("codex", [], None, "Codex is not ready: codex is not installed here"),
        ("vim", [], None, "tmux has no harness vim. It has: codex .not ready., claude"),
        ("", [("tema", "x")], None, "no setting tema. It has: team"),
        ("", [("team", "x")], None, "team cannot be x. It can be: off, tmux"),
        ("", [], "yolo", "no mode yolo. It has: default, plan"),
    ],
)
def test_what_a_program_does_not_know_is_refused(
    harness: str, settings: list[tuple[str, str]], runtime: str | None, reason: str
) -> None:
    with pytest.raises(Refused) as caught:
        program(TMUX, harness, "", settings, runtime)
    import re

    assert re.search(reason, str(caught.value))


def both(*projects: Project, tmux: bool = True) -> Fleet:
    """A far machine, named before this one."""
    store = Store(lambda: NOW)
    for state in (BOX, TMUX) if tmux else (BOX,):
        store.apply(SourceChanged(state))
    for project in projects:
        store.apply(ProjectSeen(project))
    return store.fleet


@pytest.mark.parametrize(
    ("text", "path", "more", "expected"),
    [
        ("/srv/web", "/srv/web", {}, ("tmux", None, "/srv/web")),
        ("", "", {}, ("tmux", None, HERE)),
        ("lab", "", {}, ("box", FAR_LAB.ref, "")),
        ("/srv/web", "/srv/web", {"source": "box"}, ("box", FAR_WEB.ref, "")),
        ("/srv/new", "/srv/new", {"source": "box"}, ("box", None, "/srv/new")),
        ("~/new", "/home/dev/new", {"source": "box"}, ("box", None, "~/new")),
    ],
)
def test_a_path_is_one_of_this_machine_unless_a_far_source_is_named(
    text: str, path: str, more: dict[str, object], expected: object
) -> None:
    assert placed(both(FAR_WEB, FAR_LAB), text, path, **more) == expected


def test_where_on_a_far_machine_must_be_said() -> None:
    for given, more in ((both(), {"source": "box"}), (both(tmux=False), {})):
        with pytest.raises(NotFound, match="no project"):
            placed(given, "", **more)
    with pytest.raises(NotFound, match="No project matches"):
        placed(both(), "lab/x", "/home/dev/lab/x", source="box")


def test_a_source_that_was_not_read_is_refused_for_that() -> None:
    given = both()
    dark = replace(BOX, health=Health.DOWN, reason="box did not answer within 3 s", fix="Try again.", offers=())
    given = replace(given, sources={**given.sources, "box": dark})
    for more in ({"harness": "claude"}, {}):
        with pytest.raises(Refused, match=r"box is down: box did not answer within 3 s\. Try again\."):
            placed(given, "/srv/web", "/srv/web", source="box", **more)


def test_a_far_machine_that_was_not_asked_yet_is_said() -> None:
    with pytest.raises(Refused, match="box has not said yet what it can start"):
        program(replace(BOX, offers=()), "claude", "", [], None)
