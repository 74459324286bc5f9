"""What `server.getConfig` and `server.getSettings` tell (facts: T3 0.0.33): providers, models, options.

Constant but for the patches that clients make; it starts no provider.
"""

from typing import Any

Row = dict[str, Any]

SETTINGS: Row = {
    "enableLegacyTokenStreaming": False,
    "enableProviderUpdateChecks": True,
    "enableAgentBrowserAccess": True,
    "backgroundActivity": {"schemaVersion": 1, "profile": "balanced", "overrides": {}},
    "automaticGitFetchInterval": 30000,
    "providerHealthRefreshInterval": 300000,
    "backgroundActivityProfile": "balanced",
    "defaultThreadEnvMode": "local",
    "newWorktreesStartFromOrigin": True,
    "addProjectBaseDirectory": "",
    "textGenerationModelSelection": {
        "instanceId": "codex",
        "model": "gpt-5.6-luna",
        "options": [{"id": "reasoningEffort", "value": "low"}],
    },
    "sourceControlWritingStyle": {
        "mode": "repo_conventions",
        "customInstructions": "",
        "followChangeRequestTemplates": True,
    },
    "sourceControlWriterModelSelection": None,
    "providers": {
        "codex": {
            "enabled": True,
            "binaryPath": "codex",
            "homePath": "",
            "shadowHomePath": "",
            "launchArgs": "",
            "customModels": [],
        },
        "claudeAgent": {
            "enabled": True,
            "binaryPath": "claude",
            "homePath": "",
            "customModels": [],
            "launchArgs": "",
        },
        "cursor": {"enabled": True, "binaryPath": "cursor-agent", "apiEndpoint": "", "customModels": []},
        "grok": {"enabled": False, "binaryPath": "grok", "customModels": []},
        "opencode": {
            "enabled": False,
            "binaryPath": "opencode",
            "serverUrl": "",
            "serverPassword": "",
            "customModels": [],
        },
    },
    "providerInstances": {},
    "observability": {"otlpTracesUrl": "", "otlpMetricsUrl": ""},
}

READY_INSTANCE = "claudeAgent"
"""The one provider instance that works here; of the others some are known and not installed."""

_NAMES = {"low": "Low", "medium": "Medium", "high": "High", "xhigh": "Extra High", "max": "Max"}


def effort(*levels: str, default: str = "high") -> Row:
    """The option descriptor of a model's reasoning effort."""
    options: list[Row] = [{"id": level, "label": _NAMES[level]} for level in levels]
    for option in options:
        if option["id"] == default:
            option["isDefault"] = True
    return {"id": "effort", "label": "Reasoning", "type": "select", "options": options, "currentValue": default}


_FAST: Row = {"id": "fastMode", "label": "Fast Mode", "type": "boolean"}
_THINKING: Row = {"id": "thinking", "label": "Thinking", "type": "boolean"}
_CONTEXT: Row = {
    "id": "contextWindow",
    "label": "Context Window",
    "type": "select",
    "options": [{"id": "200k", "label": "200k", "isDefault": True}, {"id": "1m", "label": "1M"}],
    "currentValue": "200k",
}


def _model(slug: str, name: str, *descriptors: Row) -> Row:
    return {
        "slug": slug,
        "name": name,
        "isCustom": False,
        "capabilities": {"optionDescriptors": list(descriptors)},
    }


_CLAUDE_MODELS = [
    _model("claude-fable-5", "Claude Fable 5", effort("low", "medium", "high", "xhigh", "max"), _CONTEXT),
    _model("claude-sonnet-5", "Claude Sonnet 5", effort("low", "medium", "high", "xhigh", "max"), _CONTEXT),
    _model("claude-sonnet-4-5", "Claude Sonnet 4.5", effort("low", "medium", "high")),
    _model("claude-opus-5", "Claude Opus 5", effort("low", "medium", "high", "xhigh", "max"), _FAST, _CONTEXT),
    _model("claude-haiku-4-5", "Claude Haiku 4.5", _THINKING),
]


def _provider(
    instance: str,
    name: str,
    *,
    status: str,
    message: str,
    version: str | None = None,
    models: list[Row] | None = None,
    group: str = "",
    badge: str | None = None,
    toggle: bool = True,
    command: str | None = None,
    now: str,
) -> Row:
    installed = status == "ready"
    row: Row = {"instanceId": instance, "driver": instance, "displayName": name}
    if badge:
        row["badgeLabel"] = badge
    row["continuation"] = {"groupKey": f"{instance}:{group or f'instance:{instance}'}"}
    row["showInteractionModeToggle"] = toggle
    if instance == "grok":
        row["requiresNewThreadForModelChange"] = True
    row |= {
        "enabled": status != "disabled",
        "installed": installed,
        "version": version,
        "status": status,
        "auth": {"status": "authenticated" if installed else "unknown"},
        "checkedAt": now,
        "message": message,
        "models": models or [],
        "slashCommands": [],
        "skills": [],
        "versionAdvisory": {
            "status": "unknown",
            "currentVersion": version,
            "latestVersion": None,
            "updateCommand": command,
            "canUpdate": command is not None,
            "checkedAt": now,
            "message": None,
        },
    }
    return row


def providers(now: str) -> list[Row]:
    """The provider list: Claude works, the others are not installed or disabled."""
    return [
        _provider(
            "claudeAgent",
            "Claude",
            status="ready",
            message="Claude Code v2.1.197 is too old for Claude Opus 5. Upgrade to v2.1.219 or newer to access it.",
            version="2.1.197",
            models=_CLAUDE_MODELS,
            group="home:/home/dev",
            command="npm install -g @anthropic-ai/claude-code@latest",
            now=now,
        ),
        _provider(
            "codex",
            "Codex",
            status="error",
            message="Codex CLI (`codex`) is not installed or not on PATH.",
            group="home:/home/dev/.codex",
            command="npm install -g @openai/codex@latest",
            now=now,
        ),
        _provider(
            "cursor",
            "Cursor",
            status="error",
            message="Cursor CLI command `cursor-agent` was not found.",
            badge="Early Access",
            command="cursor-agent update",
            now=now,
        ),
        _provider(
            "grok",
            "Grok",
            status="disabled",
            message="Grok is disabled in T3 Code settings.",
            models=[_model("grok-build", "Grok Build")],
            badge="Early Access",
            toggle=False,
            now=now,
        ),
        _provider(
            "opencode",
            "OpenCode",
            status="disabled",
            message="OpenCode is disabled in T3 Code settings.",
            toggle=False,
            command="npm install -g opencode-ai@latest",
            now=now,
        ),
    ]


def merge_settings(settings: Row, patch: Row) -> None:
    """Lay `patch` over `settings`, object by object."""
    for key, value in patch.items():
        known = settings.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            merge_settings(known, value)
        else:
            settings[key] = value
