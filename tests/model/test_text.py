"""Agent text may contain anything; what comes out may not do anything."""

import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cockpit.model.text import clean, one_line, reveal

ESC = "\x1b"
NASTY = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x9b\x9d\x90\x07\x9c[]PX^_\\NO;?0m\r\n\t\x85\u2028\u200b\u200c\u200d\u202e\ufe0f"),
        st.sampled_from("👩👧❤🔥🏽🇩🇪ക\u0301\u0d4d\U000e0041"),
    )
)


@pytest.mark.parametrize(
    ("hostile", "seen"),
    [
        (f"{ESC}[31mred{ESC}[0m", "red"),
        (f"{ESC}[?1049h{ESC}[2J{ESC}[Hx", "x"),
        (f"{ESC}[38:2::255:0:0mx", "x"),
        (f"{ESC}[ qx{ESC}[!px", "xx"),
        ("\x9b31mx", "x"),
        (f"{ESC}]0;title\x07x", "x"),
        (f"{ESC}]8;;http://evil{ESC}\\link{ESC}]8;;{ESC}\\", "link"),
        (f"{ESC}]52;c;AAAA\x9cx", "x"),
        ("\x9d52;c;AAAA\x07x", "x"),
        (f"{ESC}]0;first\nsecond\x07x", "x"),
        (f"a{ESC}]0;never ended\nstill here", "a\nstill here"),
        (f"a{ESC}]0;" + "z" * 5000 + "\nb\x07c", "a\nbc"),
        (f"{ESC}Pq#0~~{ESC}\\x", "x"),
        ("\x90q#0~~\x9cx", "x"),
        (f"{ESC}Ptmux;{ESC}{ESC}]52;c;AAAA\x07{ESC}\\x", "x"),
        (f"{ESC}_Ga=T;AAAA{ESC}\\x{ESC}^pm{ESC}\\y{ESC}Xsos{ESC}\\z", "xyz"),
        ("\x9fapc\x9cx\x9epm\x9cy\x98sos\x9cz", "xyz"),
        (f"{ESC}Nax{ESC}OPx\x8eax\x8fax", "xxxx"),
        (f"{ESC}(0x{ESC}7{ESC}8{ESC}cx{ESC}", "xx"),
        (f"{ESC}{ESC}[31mx", "x"),
        (f"{ESC}[31", ""),
        ("a\x00b\x07c\x08d\x0be\x0cf\x7fg\x80h", "abcdefgh"),
        ("a\r\nb\rc\x85d\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
        ("user\u202egpj.exe", "usergpj.exe"),
        ("\u2066a\u2069\u200eb\u200fc\u061cd", "abcd"),
        ("pass\u200bword\u2060s\ufeff\u00ad", "passwords"),
        ("a\u200cb\u200dc", "abc"),
        ("x\u2062y\u206az", "xyz"),
        ("ok\U000e0049\U000e0047", "ok"),
        ("a\ufff9b\ufffac\ufffb", "abc"),
        ("a\ud800b\udfff", "ab"),
        ("\u3164\u115f\uffa0x", "x"),
        ("warn \u26a0\ufe0f", "warn \u26a0"),
        ("1\ufe0f\u20e3", "1\u20e3"),
        ("👍🏽", "👍"),
        ("👩🏽\u200d💻", "👩\u200d💻"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("👩\u200d⚕\ufe0f", "👩\u200d⚕"),
        ("❤\ufe0f\u200d🔥", "❤🔥"),
        ("👩\u200d\u200d💻\u200d", "👩💻"),
        ("👩\u200dx", "👩x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("e" + "\u0301" * 100 + "x", "e" + "\u0301" * 4 + "x"),
    ],
)
def test_tricks_go_and_what_they_hid_in_stays(hostile: str, seen: str) -> None:
    assert clean(hostile) == seen


@pytest.mark.parametrize(
    "honest",
    [
        "",
        "plain",
        "tab\tand\nline",
        "[bold]x[/bold] [@click=app.quit]",
        "Größe – naïve",
        "可能です 각하",
        "🇩🇪 ✅ ❯ ⎿ │",
    ],
)
def test_honest_text_is_left_alone(honest: str) -> None:
    assert clean(honest) == honest
    assert reveal(honest) == honest


@given(NASTY)
@example("\x1b\x1b[31m[31m")
@example("👩\u200d\u200b👧")
@example("ക\u200c\u200bക")
def test_clean_settles_at_once_and_leaves_nothing_that_acts(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert len(once) <= len(text)
    once.encode("utf-8")
    assert {unicodedata.category(char) for char in once if char not in "\n\t"}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    assert not set(once) & set("\u200b\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\ufe0f")


@given(NASTY)
def test_reveal_hides_nothing_and_is_clean(text: str) -> None:
    shown = reveal(text)
    assert clean(shown) == shown
    if clean(text) == text:
        assert shown == text


def test_reveal_writes_out_what_a_person_would_not_see() -> None:
    assert reveal(f"echo hi{ESC}]0;\n; rm -rf ~\x07") == "echo hi␛]0;\n; rm -rf ~␇"
    assert reveal("a\u202eb\x9bc\rd\u200de") == "a‹U+202E›b‹U+009B›c␍d‹U+200D›e"
    assert reveal("👩🏽\u200d💻 \u26a0\ufe0f\r\n") == "👩\u200d💻 \u26a0\n"


def test_clean_cuts_before_it_works() -> None:
    assert clean("abc", limit=2) == "ab"
    assert clean("👩\u200d💻", limit=2) == "👩"


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("", 10, ""),
        ("\n\n  first\tline \n\n second", 40, "first line second"),
        ("abcdefghij", 10, "abcdefghij"),
        ("abcdefghijk", 10, "abcdefghi…"),
        ("abcd efghi", 6, "abcd…"),
        (f"{ESC}[31mred{ESC}[0m\n", 10, "red"),
        ("x", 0, ""),
        ("a" + " " * 500 + "b", 10, "a…"),
        ("\n" * 5000 + "late", 10, "late"),
    ],
)
def test_one_line(text: str, limit: int, line: str) -> None:
    assert one_line(text, limit) == line


@given(NASTY, st.integers(1, 40))
def test_one_line_is_one_line_and_settles(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert "\n" not in line
    assert "\t" not in line
    assert one_line(line, limit) == line


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b]",
        "\x1b[",
        "\x1b[1;",
        "\x9d",
        "\x1b]x",
        "👩\u200d",
        "\u200d",
        "e\u0301",
        "\x1bP\n",
        "\r",
        "\x1b[31mx\x1b[0m ",
    ],
)
def test_hostile_megabyte_takes_linear_time(hostile: str) -> None:
    """Ten times the text may not take a hundred times the time; the bound is loose, for shared machines."""
    small, large = hostile * (100_000 // len(hostile)), hostile * (1_000_000 // len(hostile))

    def seconds(text: str) -> float:
        spent = []
        for _ in range(3):
            begun = time.process_time()
            clean(text)
            spent.append(time.process_time() - begun)
        return min(spent)

    assert seconds(large) < 40 * max(seconds(small), 0.001)


def test_of_plain_ascii_only_what_can_be_seen_and_line_feeds_and_tabs_stay() -> None:
    kept = [char for char in map(chr, range(128)) if clean(f"a{char}") == f"a{char}"]
    assert kept == ["\t", "\n", *map(chr, range(0x20, 0x7F))]
