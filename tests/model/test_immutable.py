"""Values that are declared under `@immutable` behave as frozen dataclasses do, but for what the type checker keeps."""

from dataclasses import asdict, field, fields, replace
from functools import cached_property

import pytest

from cockpit.model.immutable import immutable


@immutable
class Point:
    x: int
    y: int = 0


@immutable
class Named(Point):
    """A point with a name."""

    name: str = field(default="", repr=False)
    seen: int = field(default=0, compare=False)


@immutable
class Nothing:
    pass


@immutable(slots=False, kw_only=True)
class Wide:
    size: int

    @cached_property
    def double(self) -> int:
        return 2 * self.size


@immutable(eq=False)
class Single:
    x: int


def test_equal_by_fields_and_class() -> None:
    assert Point(1) == Point(1, 0) != Point(1, 1)
    assert Point(1) != Named(1)
    assert Point(1) != (1, 0)
    assert Named(1, seen=1) == Named(1, seen=2)
    assert Nothing() == Nothing() != Point(1)
    assert Single(1) != Single(1)


def test_hashed_as_they_are_compared() -> None:
    assert {Point(1), Point(1, 0), Named(1, seen=1), Named(1, seen=2), Nothing(), Nothing()} == {
        Point(1),
        Named(1),
        Nothing(),
    }
    assert len({Single(1), Single(1)}) == 2
    with pytest.raises(TypeError):
        hash(Point([]))  # type: ignore[arg-type]


def test_shown_as_dataclasses_are() -> None:
    assert repr(Named(1, name="secret")) == "Named(x=1, y=0, seen=0)"
    assert repr(Nothing()) == "Nothing()"
    assert (Point.__doc__, Named.__doc__) == ("Point", "A point with a name.")


def test_what_dataclasses_can_do() -> None:
    assert replace(Named(1, name="a"), y=2) == Named(1, 2, "a")
    assert asdict(Point(1)) == {"x": 1, "y": 0}
    assert [each.name for each in fields(Wide)] == ["size"]
    assert Wide(size=2).double == 4
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)


def test_no_room_for_more_than_the_fields() -> None:
    with pytest.raises(AttributeError):
        Point(1).z = 3  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        Point(1, 2, 3)  # type: ignore[call-arg]
