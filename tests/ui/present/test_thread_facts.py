"""What the lower border says about a thread."""

from dataclasses import replace

import pytest
from talking import ONE, thread

from cockpit.model.talk import Talk
from cockpit.model.usage import Usage
from cockpit.model.work import Context, ModelChoice
from cockpit.ui.present.thread_facts import agent_of, thread_facts


def test_all_that_is_known() -> None:
    full = thread(
        runtime_mode="approval-required", branch="auth-flake", context=Context(122_000, 200_000), usage=Usage(cost=0.84)
    )
    assert thread_facts(full, None) == "supervised · sonnet-4-5 · auth-flake · 61 % · $0.84"


@pytest.mark.parametrize(
    ("width", "facts"),
    [
        (51, "supervised · sonnet-4-5 · auth-flake · 61 % · $0.84"),
        (50, "supervised · auth-flake · 61 % · $0.84"),
        (30, "supervised · 61 % · $0.84"),
        (12, "61 % · $0.84"),
        (5, ""),
    ],
)
def test_where_it_is_narrow_whole_facts_give_way(width: int, facts: str) -> None:
    full = thread(
        runtime_mode="approval-required", branch="auth-flake", context=Context(122_000, 200_000), usage=Usage(cost=0.84)
    )
    assert thread_facts(full, None, width) == facts


def test_what_is_not_known_is_left_out() -> None:
    assert thread_facts(thread(), None) == "sonnet-4-5"


def test_the_conversation_knows_the_context_better() -> None:
    known = thread(context=Context(1, 100))
    assert thread_facts(known, Talk(ONE, (), context=Context(50, 100))) == "sonnet-4-5 · 50 %"


def test_a_mode_without_a_word_is_shown_as_it_is() -> None:
    assert thread_facts(thread(runtime_mode="yolo", interaction_mode="plan"), None) == "yolo · plan mode · sonnet-4-5"


@pytest.mark.parametrize(
    ("choice", "name"),
    [
        (ModelChoice("claudeAgent", "claude-sonnet-4-5"), "Claude"),
        (ModelChoice("codex", "gpt-5"), "Codex"),
        (ModelChoice("odd", "odd-1"), "Agent"),
    ],
)
def test_who_speaks(choice: ModelChoice, name: str) -> None:
    assert agent_of(replace(thread(), model=choice)) == name
    assert agent_of(None) == "Agent"
