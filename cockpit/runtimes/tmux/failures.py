"""What can go wrong between here and a tmux server, each in plain words with what to do next.

It judges by what tmux and ssh print (facts: tmux 3.3a, OpenSSH 9); it never repeats more of that than one line."""

from cockpit.model.errors import AuthError, Rejected, SourceError
from cockpit.model.text import one_line
from cockpit.runtimes.tmux.address import Address

OLDEST = (3, 2)
_DROPPED = ("connection closed", "connection to", "connection reset", "broken pipe", "read from master failed")


class NoServer(SourceError):
    """Nothing listens on the socket, or what listened is gone. That is no trouble by itself."""


class NoSession(SourceError):
    """The session to attach to is gone, or the server has none."""


class Ended(SourceError):
    """A client came to its end, with its session or with the whole server: it does not say which (facts: 3.3a)."""


class Missing(SourceError):
    """There is no tmux to run."""


class Hung(SourceError):
    """The connection stands and nothing comes back."""


class CommandFailed(Rejected):
    """tmux understood us and said no; the message is its own line."""


def no_tmux(where: Address) -> SourceError:
    place, found = (f"on {where.host}", f", where `ssh {where.host} tmux` finds it") if where.host else ("here", "")
    return Missing(f"tmux is not installed {place}.", fix=f"Install tmux {_dotted(OLDEST)} or newer{found}.")


def no_ssh() -> SourceError:
    return Missing("ssh is not installed here.", fix="Install the OpenSSH client.")


def too_old(where: Address, version: str) -> SourceError:
    return SourceError(
        f"tmux {one_line(version, 20)} on {where} is too old.",
        fix=f"The cockpit needs {_dotted(OLDEST)} or newer: install it and restart the server.",
    )


def hung(where: Address, seconds: float) -> SourceError:
    return Hung(f"{where} did not answer within {seconds:g} s.", fix="Look whether the machine or the link is stuck.")


def babble(where: Address, what: str) -> SourceError:
    return SourceError(f"{where} sent what is no tmux control mode: {what}.", fix="Look at the server; it is retried.")


def ended(where: Address, code: int | None, said: str, *, lived: bool) -> SourceError:
    """Why a tmux (or ssh) process ended. `said` is its standard error or the reason of `%exit`; `lived`: it had been
    attached before."""
    lines = [line for line in said.splitlines() if line.strip()]
    text = said.lower()
    if where.host and code == 255:
        return _ssh(where, text, lines)
    if where.host and (code == 127 or "command not found" in text):
        return no_tmux(where)
    if "permission denied" in text or "access not allowed" in text:
        return AuthError(
            f"No permission on the tmux socket {where}.",
            fix="Run as the server's owner, or let this user in: tmux server-access -a USER.",
        )
    if "no such file" in text or "no server running" in text or "connection refused" in text:
        return NoServer(f"No tmux server runs on {where}.", fix="It is watched for; start one with tmux new-session.")
    if any(words in text for words in ("no sessions", "no current target", "no current session", "find session")):
        return NoSession(f"The tmux server on {where} has no such session.", fix="It is looked at again.")
    if "protocol version mismatch" in text:
        return SourceError(
            f"The tmux server on {where} runs another version than the tmux command.",
            fix="Restart the server when its workers are done.",
        )
    if "unknown option" in text or "illegal option" in text or "usage: tmux" in text or "unknown flag" in text:
        return too_old(where, "(of unknown version)")
    if lived and not lines:
        return Ended(
            f"A session of tmux on {where} was closed, or the whole server ended.", fix="It is looked at again."
        )
    if lived or not lines or "lost server" in text or "server exited" in text:
        return NoServer(f"The tmux server on {where} is gone.", fix="Its workers ended with it; it is watched for.")
    return SourceError(f"tmux on {where} failed: {one_line(lines[-1], 120)}.", fix="Try the same in a shell.")


def _ssh(where: Address, text: str, lines: list[str]) -> SourceError:
    host = where.host
    if "host key verification failed" in text:
        return AuthError(f"{host} has a host key that ssh does not trust.", fix=f"Run ssh {host} once and check it.")
    if "permission denied" in text:
        return AuthError(f"{host} lets nobody in without asking.", fix=f"Make ssh {host} work without a password.")
    if "could not resolve" in text:
        return SourceError(f"The name {host} cannot be resolved.", fix="Correct the host, or check the network.")
    if "refused" in text:
        return SourceError(f"Nothing listens for ssh on {host}.", fix="Start sshd there, or correct the host.")
    if "timed out" in text or "timeout" in text:
        return SourceError(f"The ssh link to {host} timed out.", fix="Check the network; it is retried.")
    if not lines or any(words in text for words in _DROPPED):
        return SourceError(f"The ssh link to {host} dropped.", fix="It is made anew; do it again then.")
    return SourceError(f"The ssh link to {host} broke: {one_line(lines[-1], 120)}.", fix="It is retried.")


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
