"""The configuration as it is written in TOML. Titles and descriptions are the manual; no setting here goes unread."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""A source's name: it begins every thread id before a colon and names files, so neither colon, dot nor slash."""

Transition = Literal["needs-you", "failed", "done", "source-down"]
"""What a notification can be about: a thread that begins to wait, fails or finishes; a source that cannot be read."""


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


HomePath = Annotated[Path, AfterValidator(Path.expanduser)]


class Section(BaseModel):
    """A table of the file: closed, so that a misspelt key is an error, and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)


class T3Config(Section):
    """One T3 Code server. Without any, the server that runs locally is looked for in `~/.t3`."""

    name: Name = Field(title="Name", description="The source's name everywhere; unique. Letters, digits, - and _.")
    url: Annotated[str, AfterValidator(_http_url)] = Field(
        title="URL", description="Where the server listens, for example http://127.0.0.1:3773."
    )
    token_env: str = Field(
        default="", title="Token variable", description="The environment variable that holds the token."
    )
    token_file: HomePath | None = Field(
        default=None,
        title="Token file",
        description="A file that holds the token and that only you can read (mode 600).",
    )
    token_command: tuple[str, ...] = Field(
        default=(),
        title="Token command",
        description='A command that prints the token, as a list: ["pass", "t3"]. No shell.',
    )
    poll_seconds: float = Field(
        default=2.0,
        ge=0.2,
        le=3600,
        title="Poll interval",
        description="Seconds between two readings while it is looked at.",
    )


class TmuxConfig(Section):
    """One tmux server. Without any: the default server, the one in `$TMUX`, and `claude-swarm-*` sockets."""

    name: Name = Field(title="Name", description="The source's name everywhere; unique. Letters, digits, - and _.")
    socket: str = Field(
        default="default",
        min_length=1,
        title="Socket",
        description="The socket's name (tmux -L), or its path (tmux -S).",
    )
    host: str = Field(default="", title="Host", description="If set, the server is reached as `ssh HOST tmux …`.")


class ClaudeConfig(Section):
    """Claude Code's own files: sessions, transcripts, teams."""

    enabled: bool = Field(default=True, title="Enabled", description="Whether Claude Code's files are read.")
    home: HomePath | None = Field(
        default=None, title="Home", description="Claude Code's directory. Unset: $CLAUDE_CONFIG_DIR, else ~/.claude."
    )


class NotifyConfig(Section):
    """How the cockpit calls you, once per change and never about the thread you look at."""

    bell: bool = Field(default=True, title="Bell", description="Ring the terminal's bell.")
    terminal: bool | Literal["auto", "osc9", "osc777"] = Field(
        default="auto",
        title="Terminal notification",
        description="Ask the terminal to notify: by OSC 9, by OSC 777, or auto: by what the terminal is known to take.",
    )
    command: tuple[str, ...] = Field(
        default=(),
        title="Command",
        description="A command to run, as a list; title and text follow as two more arguments. No shell.",
    )
    on: tuple[Transition, ...] = Field(
        default=("needs-you", "failed"),
        title="On",
        description="Which changes notify: needs-you, failed, done, source-down.",
    )


class UiConfig(Section):
    """How the screen looks."""

    theme: str = Field(
        default="dark", min_length=1, title="Theme", description="A theme's name: a shipped one or your own."
    )
    frame_rate: int = Field(
        default=15,
        ge=1,
        le=60,
        title="Frame rate",
        description="How many times a second the screen may change at most.",
    )


class Config(Section):
    """The whole file. Every table may be missing."""

    t3: tuple[T3Config, ...] = Field(default=(), title="T3 Code servers", description="Any number of T3 Code servers.")
    tmux: tuple[TmuxConfig, ...] = Field(default=(), title="tmux servers", description="Any number of tmux servers.")
    claude: ClaudeConfig = Field(
        default_factory=ClaudeConfig, title="Claude Code", description="Claude Code on this machine."
    )
    keys: dict[str, str] = Field(
        default_factory=dict,
        title="Keys",
        description='Other keys for actions: "thread.approve" = "a". Several keys with commas. Help lists the actions.',
    )
    notify: NotifyConfig = Field(
        default_factory=NotifyConfig, title="Notifications", description="How the cockpit calls you."
    )
    ui: UiConfig = Field(default_factory=UiConfig, title="Screen", description="How the screen looks.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Config":
        seen = {"claude"}
        tables: tuple[tuple[str, tuple[T3Config | TmuxConfig, ...]], ...] = (("t3", self.t3), ("tmux", self.tmux))
        for table, sources in tables:
            for index, source in enumerate(sources):
                if source.name in seen:
                    why = "is Claude Code's own" if source.name == "claude" else "names another source as well"
                    where = (table, index, "name")
                    raise PydanticCustomError("name_taken", "{name} " + why, {"name": source.name, "where": where})
                seen.add(source.name)
        return self
