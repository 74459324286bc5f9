"""What a T3 server says of itself: its version, its offers, and what our token may do.

Nothing here is needed to read the fleet; whatever is missing reads as unknown, never as forbidden."""

import re
from datetime import datetime

from cockpit.model.health import Offer
from cockpit.model.immutable import immutable
from cockpit.model.text import one_line
from cockpit.runtimes.foreign import Json, mapping, rows, text, when
from cockpit.runtimes.t3.wire import flag

READ = "orchestration:read"
OPERATE = "orchestration:operate"
MODES = ("approval-required", "auto-accept-edits", "auto", "full-access")
_FIRST_AUTO = (0, 0, 29)
_FIRST_SHELL = (0, 0, 29)


@immutable
class Server:
    """`scopes` is None when the server did not tell them; `expires_at` is the token's."""

    version: str | None = None
    settle: bool = False
    snooze: bool = False
    scopes: frozenset[str] | None = None
    expires_at: datetime | None = None

    @property
    def operates(self) -> bool:
        return self.scopes is None or OPERATE in self.scopes

    @property
    def numbers(self) -> tuple[int, ...] | None:
        match = re.match(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", self.version or "")
        return tuple(int(part) for part in match.groups()) if match else None

    @property
    def runtime_modes(self) -> tuple[str, ...]:
        old = self.numbers is not None and self.numbers < _FIRST_AUTO
        return tuple(mode for mode in MODES if not (old and mode == "auto"))

    @property
    def must_have_shell(self) -> bool:
        return self.numbers is not None and self.numbers >= _FIRST_SHELL


def read_server(environment: Json, session: Json) -> Server:
    """From `/.well-known/t3/environment` and `/api/auth/session`; either may be empty."""
    capabilities = mapping(environment.get("capabilities"))
    scopes = session.get("scopes")
    version = one_line(text(environment, "serverVersion") or "", 40)
    return Server(
        version=version or None,
        settle=flag(capabilities, "threadSettlement"),
        snooze=flag(capabilities, "threadSnooze"),
        scopes=frozenset(scope for scope in scopes if isinstance(scope, str)) if isinstance(scopes, list) else None,
        expires_at=when(session, "expiresAt"),
    )


def read_offers(config: Json) -> tuple[Offer, ...]:
    """From `server.getConfig`: provider instances that are switched on, ready ones first."""
    offers = []
    for provider in rows(config.get("providers")):
        instance = text(provider, "instanceId")
        if instance is None or provider.get("enabled") is False:
            continue
        status = one_line(text(provider, "status") or "", 40)
        ready = status == "ready"
        models = tuple(one_line(slug, 120) for model in rows(provider.get("models")) if (slug := text(model, "slug")))
        note = one_line(text(provider, "message") or ("" if ready else status), 300)
        title = one_line(text(provider, "displayName") or instance, 80)
        offers.append(Offer(one_line(instance, 80), title, models, ready, note))
    return tuple(sorted(offers, key=lambda offer: not offer.ready))
