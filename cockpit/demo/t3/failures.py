"""The words in which a T3 server says that a provider failed (facts: T3 0.0.33).

Texts only.
"""

RESTARTED = "Provider session did not survive a server restart. Send a new message to continue."

STALE = (
    "Stale pending {what} request: {request}. Provider callback state does not survive app restarts or recovered"
    " sessions. Restart the turn to continue."
)

CODEX_MISSING = (
    "ProviderAdapterProcessError: Provider adapter process error (codex) for thread {thread}: Failed to spawn Codex"
    " App Server process for command: codex app-server\n"
    "    at file:///opt/t3/apps/server/src/provider/Layers/CodexAdapter.ts:1711:15\n"
    "    at file:///opt/t3/node_modules/effect/dist/internal/effect.js:1383:96\n"
    "    at ~effect/Utils/internal (file:///opt/t3/node_modules/effect/dist/Utils.js:412:12)\n"
    "    at FiberImpl.runLoop (file:///opt/t3/node_modules/effect/dist/internal/effect.js:601:28)\n"
    "    at FiberImpl.evaluate (file:///opt/t3/node_modules/effect/dist/internal/effect.js:575:22)\n"
    "    at file:///opt/t3/node_modules/effect/dist/internal/effect.js:866:13\n"
    "    at processTicksAndRejections (node:internal/process/task_queues:105:5) {{\n"
    "  [cause]: Error: spawn codex ENOENT\n"
    "      at ChildProcess._handle.onexit (node:internal/child_process:285:19)\n"
    "      at onErrorNT (node:internal/child_process:483:16) {{\n"
    "    errno: -2, code: 'ENOENT', syscall: 'spawn codex', path: 'codex'\n"
    "  }}\n"
    "}}"
)


def unknown_instance(thread: str, instance: str) -> str:
    """What is said when a thread's model selection names a provider instance that does not exist."""
    return (
        f"Thread '{thread}' references unknown provider instance '{instance}'."
        " The instance is not configured in this build."
    )
