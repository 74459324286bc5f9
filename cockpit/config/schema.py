"""The configuration as it is written in TOML. Titles and descriptions are the manual; no setting here goes unread."""

import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from cockpit.config.pane_rule import FIELDS, PaneRule
from cockpit.config.spec import Kind, Spec, filled, setting
from cockpit.model.immutable import immutable

Transition = Literal["needs-you", "failed", "done", "source-down"]
"""What a notification can be about: a thread that begins to wait, fails or finishes; a source that cannot be read."""


def _name(text: str) -> str:
    """A source's name begins every thread id before a colon and names files, so neither colon, dot nor slash."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", text):
        raise ValueError(f"{text!r:.60} is not a name of letters, digits, - and _ that begins with a letter or digit")
    if text == "claude":
        raise ValueError("claude is Claude Code's own")
    return text


def _http_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError as error:
        raise ValueError(f"is not a URL ({error})") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_good:
        raise ValueError("must look like http://127.0.0.1:3773")
    if parts.username or parts.password:
        raise ValueError("must not carry a user or password; use token_env, token_file or token_command")
    if parts.query or parts.fragment:
        raise ValueError("must end before any ? or #; for a pairing link run `cockpit t3 pair`")
    return url.rstrip("/")


def _rule(text: str) -> str:
    return str(PaneRule.parse(text))


_SOURCE_NAME = Spec("Name", "The source's name everywhere; unique. Letters, digits, - and _.", check=_name)


@immutable(kw_only=True)
class T3Config:
    """One T3 Code server. Without any, the server that runs locally is looked for in `~/.t3`."""

    name: str = setting(_SOURCE_NAME)
    url: str = setting(
        Spec("URL", "Where the server listens, for example http://127.0.0.1:3773.", check=_http_url, secret=True)
    )
    token_env: str = setting(Spec("Token variable", "The environment variable that holds the token.", secret=True), "")
    token_file: Path | None = setting(
        Spec(
            "Token file", "A file that holds the token and that only you can read (mode 600).", Kind.FILE, secret=True
        ),
        None,
    )
    token_command: tuple[str, ...] = setting(
        Spec(
            "Token command",
            'A command that prints the token, as a list: ["pass", "t3"]. No shell.',
            Kind.WORDS,
            secret=True,
        ),
        (),
    )
    poll_seconds: float = setting(
        Spec("Poll interval", "Seconds between two readings while it is looked at.", Kind.NUMBER, low=0.2, high=3600),
        2.0,
    )


@immutable(kw_only=True)
class TmuxConfig:
    """One tmux server, whose panes become rows. Servers of this machine are found without."""

    name: str = setting(_SOURCE_NAME)
    socket: str = setting(
        Spec("Socket", "The socket's name (tmux -L), or its path (tmux -S).", check=filled), "default"
    )
    host: str = setting(Spec("Host", "If set, the server is reached, and workers are started, as `ssh HOST …`."), "")


def _inside(pattern: str) -> str:
    """A glob that stays inside the directory that it is looked for in."""
    if not pattern or pattern.startswith(("/", "~")) or ".." in pattern.split("/"):
        raise ValueError(f"{pattern!r:.60} must stay inside the repository")
    return pattern


@immutable(kw_only=True)
class WorkersConfig:
    """How new workers are started in tmux."""

    harness: str = setting(
        Spec("Harness", "What runs unless you choose: claude, codex, opencode, gemini, aider, shell, or your own.",
             check=filled),
        "claude",
    )  # fmt: skip
    socket: str = setting(
        Spec("Socket", "The tmux server that workers start on, where servers are found by themselves: a name (tmux -L) "
             "or a path (tmux -S).", check=filled),
        "default",
    )  # fmt: skip
    worktrees: str = setting(
        Spec("Worktrees", "The directory for their worktrees, from the repository's root; {repository} is its name.",
             check=filled),
        "../{repository}-worktrees",
    )  # fmt: skip
    copy: tuple[str, ...] = setting(
        Spec("Copy", 'Ignored files that a new worktree gets from the repository, as globs: [".env", "*.local"].',
             Kind.WORDS, check=_inside),
        (),
    )  # fmt: skip
    setup: tuple[str, ...] = setting(
        Spec("Setup", 'A command to run in a new worktree before its worker starts, as a list. No shell.', Kind.WORDS),
        (),
    )  # fmt: skip


@immutable(kw_only=True)
class PanesConfig:
    """Which tmux panes are rows."""

    discover: bool = setting(
        Spec("Find servers", "Whether tmux servers of this machine are found by themselves.", Kind.FLAG), True
    )
    rules: tuple[str, ...] = setting(
        Spec(
            "Rules",
            'Which panes are no rows, as a list of rules: ["hide command=htop", "show path=~/code/*"]. The first that '
            f"matches decides. A rule looks at {', '.join(FIELDS)}.",
            Kind.WORDS,
            check=_rule,
        ),
        (),
    )


@immutable(kw_only=True)
class ClaudeConfig:
    """Claude Code's own files: sessions, transcripts, teams."""

    enabled: bool = setting(
        Spec(
            "Enabled",
            "Whether its sessions and teams are shown. Where Claude Code was never started there is nothing to show.",
            Kind.FLAG,
        ),
        True,
    )
    home: Path | None = setting(
        Spec("Home", "Claude Code's directory. Unset: $CLAUDE_CONFIG_DIR, else ~/.claude.", Kind.FILE), None
    )


@immutable
class PriceConfig:
    """What a model costs, in US dollars per million tokens."""

    input: float
    output: float
    cache_read: float
    cache_write: float


@immutable(kw_only=True)
class NotifyConfig:
    """How the cockpit calls you, once per change and never about the thread you look at."""

    bell: bool = setting(Spec("Bell", "Ring the terminal's bell.", Kind.FLAG), True)
    terminal: bool | Literal["auto", "osc9", "osc777"] = setting(
        Spec(
            "Terminal notification",
            "Ask the terminal to notify: by OSC 9, by OSC 777, or auto: by what the terminal is known to take.",
            Kind.CHOICE,
            (True, False, "auto", "osc9", "osc777"),
        ),
        "auto",
    )
    command: tuple[str, ...] = setting(
        Spec(
            "Command", "A command to run, as a list; title and text follow as two more arguments. No shell.", Kind.WORDS
        ),
        (),
    )
    on: tuple[Transition, ...] = setting(
        Spec(
            "On",
            "Which changes notify: needs-you, failed, done, source-down.",
            Kind.CHOICES,
            ("needs-you", "failed", "done", "source-down"),
        ),
        ("needs-you", "failed"),
    )


@immutable(kw_only=True)
class LedgerConfig:
    """What the cockpit remembers."""

    keep_days: int = setting(
        Spec("Days kept", "After so many days it forgets what is over: asks, commands, messages, closed workers.",
             Kind.NUMBER, low=1, high=36_500, whole=True),
        30,
    )  # fmt: skip


@immutable(kw_only=True)
class UiConfig:
    """How the screen looks."""

    theme: str = setting(Spec("Theme", "A theme's name: a shipped one or your own.", check=filled), "night")
    frame_rate: int = setting(
        Spec(
            "Frame rate",
            "How many times a second the screen may change at most.",
            Kind.NUMBER,
            low=1,
            high=60,
            whole=True,
        ),
        15,
    )


@immutable(kw_only=True)
class Config:
    """The whole file. Every table may be missing."""

    t3: tuple[T3Config, ...] = ()
    tmux: tuple[TmuxConfig, ...] = ()
    panes: PanesConfig = field(default_factory=PanesConfig)
    workers: WorkersConfig = field(default_factory=WorkersConfig)
    harness: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    claude: ClaudeConfig = field(default_factory=ClaudeConfig)
    keys: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, PriceConfig] = field(default_factory=dict)
    notify: NotifyConfig = field(default_factory=NotifyConfig)
    ledger: LedgerConfig = field(default_factory=LedgerConfig)
    ui: UiConfig = field(default_factory=UiConfig)


Table = (
    type[T3Config]
    | type[TmuxConfig]
    | type[PanesConfig]
    | type[WorkersConfig]
    | type[ClaudeConfig]
    | type[NotifyConfig]
    | type[LedgerConfig]
    | type[UiConfig]
)


@immutable
class TableSpec:
    """One table of the file; `many` if it is written as `[[name]]`, any number of times."""

    title: str
    description: str
    table: Table
    many: bool = False


TABLES: dict[str, TableSpec] = {
    "t3": TableSpec("T3 Code servers", "Any number of T3 Code servers.", T3Config, True),
    "tmux": TableSpec("tmux servers", "Any number of tmux servers.", TmuxConfig, True),
    "panes": TableSpec("Panes", "Which tmux panes are rows.", PanesConfig),
    "workers": TableSpec("Workers", "How new workers are started in tmux.", WorkersConfig),
    "claude": TableSpec("Claude Code", "Claude Code on this machine.", ClaudeConfig),
    "notify": TableSpec("Notifications", "How the cockpit calls you.", NotifyConfig),
    "ledger": TableSpec("Ledger", "What the cockpit remembers.", LedgerConfig),
    "ui": TableSpec("Screen", "How the screen looks.", UiConfig),
}
KEYS = 'Other keys for actions: "thread.approve" = "a". Several keys with commas. Help lists the actions.'
