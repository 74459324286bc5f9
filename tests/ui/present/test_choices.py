"""What forms propose and tables say, as pure functions."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import BILLING, FLAKY, WEB, busy_fleet

from cockpit.core.branch_name import branch_name
from cockpit.model.health import Offer
from cockpit.model.work import ModelChoice
from cockpit.ui.actions import ACTIONS
from cockpit.ui.present.dispatch_options import (
    Remembered,
    begin,
    model_of,
    model_options,
    no_worktree,
    place_options,
)
from cockpit.ui.present.keys_table import key_name, key_names, keys_table
from cockpit.ui.present.modes import RUNTIME_MODES, runtime_modes


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Fix the flaky auth test", "fix-flaky-auth-test"),
        ("\n\n  Please make it so.\nmore", "make"),
        ("Überarbeite das Menü, bitte: 3 Punkte!", "uberarbeite-das-menu-bitte-3"),
        ("don't [bold]$(rm -rf /)`", "dont-bold-rm-rf"),
        ("日本語だけ", ""),
        ("", ""),
        ("a" * 300, "a" * 40),
    ],
)
def test_a_branch_is_named_by_the_words_that_tell(prompt: str, name: str) -> None:
    assert branch_name(prompt) == name


@given(st.text(max_size=500))
def test_a_branch_name_is_always_one_that_git_takes(prompt: str) -> None:
    name = branch_name(prompt)
    assert len(name) <= 40
    assert re.fullmatch(r"([a-z0-9]+(-[a-z0-9]+)*)?", name)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("a", "a"), ("A", "A"), ("question_mark", "?"), ("slash", "/"), ("f12", "F12"), ("ctrl+s", "Ctrl+S"),
        ("ctrl+g", "Ctrl+G"), ("shift+tab", "Shift+Tab"), ("enter", "Enter"), ("delete", "Del"), ("plus", "+"),
        ("ctrl+left", "Ctrl+←"), ("f", "f"),
    ],
)  # fmt: skip
def test_keys_are_written_as_people_write_them(key: str, name: str) -> None:
    assert key_name(key) == name


def test_the_table_has_every_action_and_every_key_once() -> None:
    table = keys_table()
    for action in ACTIONS:
        (row,) = [row for row in table.splitlines() if row.endswith(f"`{action.id}` |")]
        assert all(f"`{name}`" in row for name in key_names(action.keys))
        assert row.count(" | ") == 3


def test_the_form_begins_where_the_person_is() -> None:
    fleet = busy_fleet()
    assert begin(fleet, fleet.threads[FLAKY], Remembered()).place == str(BILLING)
    elsewhere = begin(fleet, None, Remembered())
    assert (elsewhere.source, elsewhere.place) == ("home", str(BILLING))
    assert begin(replace(fleet, sources={}), None, Remembered()).place == ""


def test_projects_of_one_name_are_told_apart_by_their_paths() -> None:
    fleet = busy_fleet()
    twin = replace(fleet.projects[WEB], ref=WEB._replace(native="web2"), path="~/other/web")
    labels = dict(place_options(replace(fleet, projects={**fleet.projects, twin.ref: twin}), "home", Remembered()))
    assert labels[str(WEB)] == "web  ~/code/web"
    assert labels[str(twin.ref)] == "web  ~/other/web"
    assert labels[str(BILLING)] == "billing-api"


def test_the_default_model_is_named_and_comes_first() -> None:
    state = busy_fleet().sources["home"]
    cold = Offer("codex", "Codex", ("gpt-5",), ready=False, note="not signed in")
    options = model_options(replace(state, offers=(cold, *state.offers)), busy_fleet().projects[BILLING])
    assert options[0] == ("default", "Default: claude-sonnet-4-5")
    assert options[-1] == ("codex:gpt-5", "gpt-5  Codex, not ready: not signed in")


@pytest.mark.parametrize(
    ("value", "choice"),
    [
        ("default", None),
        ("", None),
        ("claudeAgent:opus", ModelChoice("claudeAgent", "opus")),
        ("opus", ModelChoice("claudeAgent", "opus")),
        ("llama:7b", ModelChoice("claudeAgent", "llama:7b")),
    ],
)
def test_a_typed_model_belongs_to_a_known_provider(value: str, choice: ModelChoice | None) -> None:
    assert model_of(value, busy_fleet().sources["home"], None) == choice


def test_a_worktree_needs_the_socket() -> None:
    state = busy_fleet().sources["home"]
    assert no_worktree(state) is None
    assert "polling" in (no_worktree(replace(state, link="polling")) or "")
    assert no_worktree(None)


def test_modes_that_nobody_has_words_for_are_offered_as_they_are() -> None:
    assert runtime_modes(()) == list(RUNTIME_MODES)
    assert runtime_modes(("yolo", "auto"))[-1] == ("yolo", "yolo")
    assert [mode for mode, _ in runtime_modes(("full-access", "auto"))] == ["auto", "full-access"]
