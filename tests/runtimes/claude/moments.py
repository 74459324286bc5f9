"""What every recorded moment truly shows, read from the tapes by hand and with other tools than the decoders.

`MESSAGES` are all that ever lay in an inbox up to the last moment; an earlier moment has those up to its time."""

from datetime import datetime

TEAM = {
    "2.1.150-tmux": "parser-crew",
    "2.1.170-tmux": "parser-crew",
    "2.1.329-inprocess": "session-11111111",
    "2.1.329-outside-tmux": "session-4d24fe4a",
    "2.1.329-tmux": "session-636d9785",
}
NAMES = ("alice", "bob", "carol", "dave", "erin", "frank")
MESSAGES = {
    "2.1.150-tmux": """
        03:20:39.544 team-lead > alice message
        03:20:40.653 team-lead > bob message
        03:20:41.970 team-lead > bob task_assignment
        03:20:41.970 team-lead > alice task_assignment
        03:20:42.194 bob > team-lead idle_notification
        03:20:42.712 bob > team-lead idle_notification
        03:20:43.047 team-lead > alice message
        03:20:46.330 alice > team-lead permission_request
        03:20:57.041 team-lead > alice permission_response
        03:20:59.749 alice > team-lead message
        03:20:59.873 alice > bob message
        03:21:00.048 alice > team-lead idle_notification
        03:21:00.193 alice > team-lead idle_notification
    """,
    "2.1.170-tmux": """
        03:12:02.181 team-lead > alice message
        03:12:02.946 team-lead > bob message
        03:12:04.472 team-lead > alice task_assignment
        03:12:04.472 team-lead > bob task_assignment
        03:12:05.204 bob > team-lead idle_notification
        03:12:05.379 bob > team-lead idle_notification
        03:12:05.872 team-lead > alice message
        03:12:09.946 alice > team-lead permission_request
    """,
    "2.1.329-inprocess": """
        03:06:14.110 team-lead > alice task_assignment
        03:06:14.112 team-lead > bob task_assignment
        03:06:15.259 team-lead > alice message
        03:06:17.094 bob > team-lead message
        03:06:17.294 bob > team-lead idle_notification
        03:06:17.460 bob > team-lead idle_notification
        03:06:55.184 alice > team-lead message
        03:06:55.308 alice > bob message
        03:06:55.605 alice > team-lead idle_notification
        03:06:55.675 bob > team-lead idle_notification
        03:06:56.038 alice > team-lead idle_notification
        03:07:02.346 team-lead > bob shutdown_request
        03:07:03.075 bob > team-lead shutdown_approved
    """,
    "2.1.329-outside-tmux": """
        03:07:48.771 team-lead > bob message
        03:07:49.305 team-lead > alice message
        03:07:51.374 team-lead > bob task_assignment
        03:07:51.375 team-lead > alice task_assignment
        03:07:52.852 team-lead > alice message
        03:07:56.374 bob > team-lead message
        03:07:56.689 bob > team-lead idle_notification
        03:07:57.134 bob > team-lead idle_notification
        03:07:58.083 alice > team-lead permission_request
        03:08:35.213 team-lead > alice permission_response
        03:08:37.990 alice > team-lead message
        03:08:38.189 alice > bob message
        03:08:38.588 alice > team-lead idle_notification
        03:08:38.963 alice > team-lead idle_notification
        03:08:39.320 bob > team-lead idle_notification
        03:09:47.501 team-lead > frank message
        03:09:54.670 frank > team-lead idle_notification
    """,
    "2.1.329-tmux": """
        02:54:37.704 team-lead > alice message
        02:54:39.437 team-lead > bob message
        02:54:41.034 team-lead > alice task_assignment
        02:54:41.034 team-lead > bob task_assignment
        02:54:42.529 team-lead > alice message
        02:54:44.224 bob > team-lead permission_request
        02:54:46.158 alice > team-lead permission_request
        02:56:03.866 team-lead > bob permission_response
        02:56:05.405 team-lead > alice permission_response
        02:56:06.444 bob > team-lead message
        02:56:06.624 bob > team-lead idle_notification
        02:56:06.909 bob > team-lead idle_notification
        02:56:08.567 alice > team-lead message
        02:56:08.701 alice > bob message
        02:56:08.852 alice > team-lead idle_notification
        02:56:09.005 alice > team-lead idle_notification
        02:56:09.446 bob > team-lead idle_notification
        02:57:08.073 cockpit > bob message
        02:57:08.473 bob > team-lead message
        02:57:08.620 bob > team-lead idle_notification
        02:57:12.542 team-lead > bob message
        02:57:13.479 bob > team-lead idle_notification
        02:57:17.553 cockpit > bob message
        02:57:18.562 bob > team-lead idle_notification
        02:57:22.494 cockpit > team-lead message
        02:57:26.920 bob > team-lead message
        02:58:00.414 cockpit > bob message
        02:58:01.493 bob > team-lead permission_request
        02:58:04.694 team-lead > bob permission_response
        02:58:05.482 bob > team-lead idle_notification
        02:58:05.583 bob > team-lead idle_notification
        02:58:52.390 team-lead > bob permission_response
        02:59:40.822 team-lead > bob shutdown_request
        02:59:41.678 bob > team-lead shutdown_approved
        03:00:12.220 team-lead > carol message
        03:00:13.645 carol > team-lead permission_request
        03:00:47.269 team-lead > carol permission_response
        03:00:48.156 carol > team-lead idle_notification
        03:00:49.895 team-lead > dave message
        03:00:50.720 dave > team-lead permission_request
        03:01:21.462 team-lead > dave permission_response
        03:01:22.687 dave > team-lead idle_notification
        03:01:24.430 cockpit > dave message
        03:01:24.847 dave > team-lead idle_notification
        03:02:01.348 team-lead > erin message
        03:02:02.922 erin > team-lead permission_request
        03:02:35.527 team-lead > erin permission_response
        03:02:36.303 erin > team-lead idle_notification
        03:03:02.948 cockpit > erin message
        03:03:03.215 erin > team-lead plan_approval_request
        03:03:03.311 erin > team-lead idle_notification
        03:03:04.203 team-lead > erin plan_approval_response
        03:03:04.299 team-lead > erin plan_approval_response
        03:03:05.140 erin > team-lead idle_notification
        03:03:37.289 team-lead > alice shutdown_request
        03:03:37.853 alice > team-lead shutdown_rejected
        03:03:37.972 alice > team-lead idle_notification
        03:03:42.664 alice > team-lead idle_notification
    """,
}

Row = tuple[str, float | None, int]
"""Status, cost in dollars (None: no price was given), requests."""

_ONE = ("1 in_progress alice", "2 pending bob < 1", "3 pending - < 1 2")
_TWO = ("1 completed alice", "2 pending bob", "3 pending - < 2")
_LEFT = ("1 completed alice", "2 pending -", "3 pending - < 2")

MOMENTS: dict[tuple[str, str], tuple[str, dict[str, Row], tuple[str, ...]]] = {
    ("2.1.150-tmux", "moment1"): (
        "03:21:00.500", {"lead": ("idle", None, 10), "alice": ("idle", None, 8), "bob": ("idle", None, 4)}, _TWO,
    ),
    ("2.1.170-tmux", "moment1"): (
        "03:12:40.000", {"lead": ("working", None, 9), "alice": ("approval", None, 3), "bob": ("idle", None, 4)}, _ONE,
    ),
    ("2.1.329-inprocess", "moment1"): (
        "03:06:30.000",
        {"lead": ("working", 0.0603768, 7), "bob": ("idle", 0.001095445, 4), "alice": ("approval", 0.0250866, 3)}, _ONE,
    ),
    ("2.1.329-inprocess", "moment2"): (
        "03:07:06.000", {"lead": ("idle", 0.0964472, 13), "alice": ("idle", 0.0485826, 8)}, _LEFT,
    ),
    ("2.1.329-outside-tmux", "moment1"): (
        "03:08:10.000",
        {"lead": ("working", 0.0603764, 7), "bob": ("idle", 0.001362355, 4), "alice": ("approval", 0.0277826, 3)}, _ONE,
    ),
    ("2.1.329-outside-tmux", "moment2"): (
        "03:10:20.000",
        {"lead": ("idle", 0.1158024, 16), "bob": ("idle", 0.001639455, 5), "alice": ("idle", 0.0562226, 8),
         "frank": ("idle", 0.021627, 2)}, _TWO,
    ),
    ("2.1.329-tmux", "moment1"): (
        "02:54:50.000",
        {"lead": ("working", 0.054694, 6), "alice": ("approval", 0.027781, 3), "bob": ("approval", 0.00026663, 1)},
        _ONE,
    ),
    ("2.1.329-tmux", "moment2"): (
        "03:03:30.000",
        {"lead": ("idle", 0.248812, 33), "alice": ("idle", 0.0562172, 8), "carol": ("idle", 0.026802, 3),
         "dave": ("idle", 0.0574828, 7), "erin": ("idle", 0.0619936, 7)}, _LEFT,
    ),
    ("2.1.329-tmux", "moment3"): (
        "03:05:00.000",
        {"lead": ("idle", 0.319605 + 0.014195, 44), "alice": ("idle", 0.0735568, 11), "carol": ("ended", 0.026802, 3),
         "dave": ("ended", 0.0574828, 7), "erin": ("idle", 0.0619936, 7)}, _LEFT,
    ),
}  # fmt: skip
"""When it was, each row by name (the lead's with its subagents), the tasks with owner and what blocks them. carol's and
dave's processes are gone in the last, bob's was shut down before 03:00."""


def clock(text: str) -> float:
    return datetime.fromisoformat(f"2026-11-21T{text}+00:00").timestamp()
