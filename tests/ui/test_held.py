"""A held key is one press; what appears under it is not answered."""

from cockpit.ui.held import GAP, SEEN, Held


def test_a_fresh_press_on_a_card_that_was_seen_is_allowed() -> None:
    assert Held().allows("a", 10.0, shown_at=10.0 - SEEN)


def test_nothing_is_allowed_on_a_card_that_is_not_there_or_only_just_appeared() -> None:
    held = Held()
    assert not held.allows("a", 10.0, shown_at=None)
    assert not held.allows("b", 10.0, shown_at=9.9)


def test_a_held_key_never_reaches_the_next_card() -> None:
    held = Held()
    assert held.allows("a", 0.0, shown_at=-5.0)
    shown_at = 0.1
    at = 0.0
    for repeat in range(1, 200):
        at = 0.6 if repeat == 1 else at + 0.03
        assert not held.allows("a", at, shown_at)
    assert held.allows("a", at + GAP + 0.01, shown_at)


def test_keys_are_told_apart() -> None:
    held = Held()
    held.press("n", 0.0)
    held.press("n", 0.1)
    assert held.allows("a", 1.0, shown_at=0.2)


def test_presses_that_queued_up_while_the_program_was_busy_are_one_run() -> None:
    held = Held()
    start = held.press("a", 5.0)
    assert [held.press("a", 5.0) for _ in range(10)] == [start] * 10
