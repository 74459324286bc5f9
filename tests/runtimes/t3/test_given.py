"""What a tool was given: short where one line is wanted, whole where a person approves it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.runtimes.t3.given import named, spelled, told


@pytest.mark.parametrize(
    ("detail", "tool", "short"),
    [
        ("Bash: touch x && ls", "Bash", "touch x && ls"),
        ('Write: {"file_path":"web/a.json","content":"1\\n2\\n"}', "Write", "web/a.json"),
        ('Edit: {"file_path":"auth/tokens.py","old_string":"def load(', "Edit", "auth/tokens.py"),
        ('Edit: {"file_path":"a \\"b\\".py","old_str...', "Edit", 'a "b".py'),
        ('Task: {"weight":3}', "Task", '{"weight":3}'),
        ("no name here", "", "no name here"),
    ],
)
def test_the_name_and_the_one_thing_that_tells(detail: str, tool: str, short: str) -> None:
    assert (named(detail)[0], told(named(detail)[1])) == (tool, short)


def test_every_field_stands_on_its_own_line() -> None:
    assert spelled('Write: {"file_path":"a.txt","content":"one\\ntwo\\n","mode":420}') == (
        "Write\nfile_path: a.txt\ncontent:\n    one\n    two\nmode: 420"
    )


def test_a_field_cannot_pass_for_another() -> None:
    hostile = json.dumps({"command": "rm -rf /\nfile_path: harmless.txt"})
    assert "\nfile_path:" not in spelled(f"Bash: {hostile}")


@pytest.mark.parametrize("detail", ["Bash: ls", "Write: {broken", "Write: {}", 'Write: ["x"]', ""])
def test_what_is_no_object_stays_as_it_is(detail: str) -> None:
    assert spelled(detail) == detail


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text()), min_size=1))
def test_nothing_that_was_given_is_left_out(fields: dict[str, object]) -> None:
    shown = spelled(f"Tool: {json.dumps(fields)}")
    for key, value in fields.items():
        assert key in shown
        lines = value.rstrip("\n").split("\n") if isinstance(value, str) else [str(value)[:1]]
        assert all(line in shown for line in lines)


@given(st.text())
def test_any_text_has_a_short_and_a_whole_form(detail: str) -> None:
    told(detail)
    told("{" + detail)
    spelled("Tool: {" + detail)
