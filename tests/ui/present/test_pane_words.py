"""The words around a terminal: the way out of a driven one is seen whatever else there is to say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import NOW, before, thread

from cockpit.model.ids import Ref
from cockpit.model.terminal import BLANK, Screen
from cockpit.model.work import Status
from cockpit.ui.present.cells import cells
from cockpit.ui.present.pane_reading import Reading
from cockpit.ui.present.pane_words import below, driving_hints

KEYS = {"panes.zoom": "z", "thread.attach": "o", "thread.next": "n", "panes.literal": "G"}
LONG = "A very long window name that somebody gave to remember what it was about, 日本語 and so on"
WORKER = thread(Ref("local", "%1"), "api", Status.WORKING, before(NOW, m=5), detail=LONG)


@pytest.mark.parametrize("width", [10, 28, 38, 56, 80, 116, 200])
def test_the_way_out_stands_in_the_border(width: int) -> None:
    copying = Screen(80, 24, (), mode="copy-mode")
    words = below(
        WORKER, copying, driving=True, note="another terminal shows it and decides its size",
        reading=Reading("needle", 3, 1, 6), width=width,
    )  # fmt: skip
    assert "Ctrl+G" in words
    assert cells(words) <= width
    assert width < 56 or "copy mode" in words


@given(st.text(max_size=200), st.integers(20, 200))
def test_the_way_out_stands_in_the_bar_and_where_the_keys_go_as_well(name: str, width: int) -> None:
    line = driving_hints(name, "Ctrl+G", KEYS, width)
    assert line.text.startswith("Ctrl+G leave") or line.left[1].text == "Ctrl+G"
    assert sum(cells(span.text) for span in (*line.left, *line.right)) <= width
    assert width < 60 or any("every other key goes to" in span.text for span in line.right)


def test_what_it_is_about_gives_way_first() -> None:
    assert below(WORKER, BLANK, trouble="The link broke.", width=15) == "The link broke."
    assert below(WORKER, BLANK, driving=True, width=30) == "DRIVING   Ctrl+G leaves"
