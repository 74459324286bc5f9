"""Which agent runs in a pane, told by what really runs there and by nothing that only looks like it."""

from dataclasses import replace
from pathlib import Path

import pytest
from source_kit import PANE, running
from tmux_rig import Tmux, wait_until

from cockpit.config.pane_rule import PaneRule
from cockpit.runtimes.tmux.agents import by_command, named
from cockpit.runtimes.tmux.rules import judge


@pytest.mark.parametrize(
    ("argv", "agent"),
    [
        ("claude --resume x", "claude"),
        ("/home/dev/.local/share/claude/versions/2.1.329/claude", "claude"),
        ("node /usr/bin/codex exec", "codex"),
        ("node --max-old-space-size=1 /usr/lib/node_modules/@google/gemini-cli/dist/index.js", "gemini"),
        ("/usr/bin/python3 /home/dev/.venv/bin/aider --model x", "aider"),
        ("/home/dev/.venv/bin/python3.11 /home/dev/.venv/bin/aider", "aider"),
        ("node --max-old-space-size=12052 /home/dev/.npm/bin/gemini --session-id 1", "gemini"),
        ("env A=1 /opt/claude --agent-id alice@session-1", "claude"),
        ("docker exec -it box opencode", "opencode"),
        ("vim claude", ""),
        ("git checkout codex", ""),
        ("/home/dev/claude/serve.sh", ""),
        ("claudette", ""),
        ("", ""),
    ],
)
def test_an_agent_by_its_argument_vector(argv: str, agent: str) -> None:
    assert named(argv.split()) == agent


def test_far_away_only_the_pane_itself_can_tell() -> None:
    far = by_command(replace(PANE, command="node", start="codex exec"))
    assert far is not None
    assert (far.name, far.pid) == ("codex", 0)
    assert by_command(replace(PANE, command="bash", start="")) is None


def agent(place: Path, name: str) -> str:
    """A program of that name that an interpreter runs, as agents are."""
    script = place / name
    script.write_text("#!/usr/bin/env python3\nimport time\nprint('ready', flush=True)\ntime.sleep(1000)\n")
    script.chmod(0o755)
    return str(script)


async def test_an_agent_below_shells_is_known_while_it_runs(tmux: Tmux, tmp_path: Path) -> None:
    """In a window that nobody named, started by hand: a row with its agent, and no row before and after."""
    tmux("set-option", "-g", "default-command", "bash --norc --noprofile")
    tmux("new-window", "-d", "-t", "one")
    async with running(tmux) as run:
        await run.until(lambda r: r.source.hidden == (("one 1.0", "bash waits in a window that nobody named"),))
        tmux("send-keys", "-t", "one:1", f"sh -c '{agent(tmp_path, 'codex')}; true'", "Enter")
        await run.until(lambda r: any(thread.harness == "codex" for thread in r.threads))
        thread = next(thread for thread in run.threads if thread.harness == "codex")
        assert (thread.title, thread.detail) == ("codex 1.0", "codex")
        told = [fact.fact for fact in thread.evidence if "runs in it" in fact.fact]
        assert len(told) == 1
        assert told[0].startswith("codex runs in it (process ")
        assert run.source.hidden == ()
        tmux("send-keys", "-t", "one:1", "C-c")
        await run.until(lambda r: r.source.hidden)
        assert [thread.harness for thread in run.threads] == [None]


async def test_doctor_is_told_of_servers_and_of_what_is_hidden(tmux: Tmux) -> None:
    tmux("new-window", "-d", "-n", "monitor", "-t", "one", "sleep 1000")
    wait_until(lambda: tmux.show("#{pane_current_command}", "one:1") == "sleep")
    async with running(tmux, rules=[PaneRule.parse("hide command=sleep")]) as run:
        await run.until(lambda r: r.source.hidden)
        assert await run.source.diagnose() == [
            (f"server {tmux.socket}", f"up: tmux {tmux.show('#{version}')}, 2 panes"),
            ("hidden", "monitor: the rule “hide command=sleep” matches its command “sleep”"),
        ]


SHELL = replace(PANE, command="zsh", start="")


def test_what_is_plainly_no_agent_is_no_row() -> None:
    assert judge(SHELL, []).reason == "zsh waits in a window that nobody named"
    assert judge(replace(SHELL, start="/bin/zsh -l"), []).hidden
    assert judge(replace(SHELL, command="vim"), []).reason == "vim is no agent, and nobody named its window"


@pytest.mark.parametrize(
    "shown",
    [
        judge(SHELL, [], prompt=False),
        judge(SHELL, [], agent="claude"),
        judge(SHELL, [PaneRule.parse("show command=zsh")]),
        judge(replace(SHELL, named=True), []),
        judge(replace(SHELL, start="bash -c 'make; bash'"), []),
        judge(replace(SHELL, dead=True), []),
        judge(replace(SHELL, command="make"), []),
    ],
)
def test_what_may_be_one_is_a_row(shown: object) -> None:
    assert not shown.hidden  # type: ignore[attr-defined]


def test_a_shell_beside_the_pane_that_its_window_is_named_after() -> None:
    assert judge(replace(SHELL, named=True, split=True), []).hidden
