"""One ssh link to each far machine for all errands there, so that a step costs a round trip and no handshake.

It connects to nothing. What a person says in their own ssh configuration comes first, also on sharing a link."""

from pathlib import Path

from cockpit.config.files import replace_file
from cockpit.runtimes.tmux.address import SSH

OWN = ("~/.ssh/config", "/etc/ssh/ssh_config")
_LONGEST = 104 - len("/") - 40 - 17
"""Of the directory: a socket's path has 104 bytes on some systems; ssh names it by a hash, and makes it under a longer
name first (facts: OpenSSH 9.2)."""
_LINGER_SECONDS = 60


def one_link(directory: Path, own: tuple[str, ...] = OWN) -> tuple[str, ...]:
    """The ssh to use, which keeps its sockets (0600) in that private directory for a minute after their last use. It
    is one without sharing where the path is too long or cannot be written."""
    if len(str(directory).encode()) > _LONGEST or any(sign in str(directory) for sign in '"%\\\n'):
        return SSH
    lines = (
        "# Written by cockpit. Your own settings come first.",
        *(f'Include "{file}"' for file in own),
        "Host *",
        "  ControlMaster auto",
        f'  ControlPath "{directory}/%C"',
        f"  ControlPersist {_LINGER_SECONDS}",
    )
    file, text = directory / "config", "".join(f"{line}\n" for line in lines)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        if not file.is_file() or file.read_text("utf-8") != text:
            replace_file(file, text)
    except (OSError, UnicodeDecodeError):
        return SSH
    return (*SSH, "-F", str(file))
