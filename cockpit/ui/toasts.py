"""What is told in a corner of the screen: one toast of each kind, and nothing twice while it can be read.

It decides nothing; what it is given is text, never markup."""

from typing import Any, Literal, cast

from textual.app import App
from textual.notifications import Notification

_Severity = Literal["information", "warning", "error"]


class Toasts:
    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._shown: dict[str, Notification] = {}
        """Those that can be read now, by their kind, or by what they say."""

    def tell(self, text: str, severity: str, kind: str) -> None:
        # Textual has no public way to take a toast back; it is pinned exactly.
        app, kind = self._app, kind or text
        self._shown = {each: toast for each, toast in self._shown.items() if toast in app._notifications}
        before = self._shown.get(kind)
        if before is not None:
            if severity != "information" and (before.message, before.severity) == (text, severity):
                return  # a held key is refused again and again
            app._unnotify(before, refresh=False)
        toast = Notification(text, "", cast("_Severity", severity), app.NOTIFICATION_TIMEOUT, markup=False)
        self._shown[kind] = toast
        # Now, as a message would be too late for the next of its kind.
        app._notifications.add(toast)
        app._refresh_notifications()
