"""What the person configured, where it stands, and how to change it. It imports only the model, never another room."""

from cockpit.config.load import Loaded, Problem, check, check_actions, config_error, load, locate, located
from cockpit.config.paths import Paths, paths
from cockpit.config.provider import token_origin, token_provider
from cockpit.config.schema import (
    ClaudeConfig,
    Config,
    NotifyConfig,
    PriceConfig,
    T3Config,
    TmuxConfig,
    Transition,
    UiConfig,
    WorkersConfig,
)
from cockpit.config.secret import Secret

__all__ = [
    "ClaudeConfig",
    "Config",
    "Loaded",
    "NotifyConfig",
    "Paths",
    "PriceConfig",
    "Problem",
    "Secret",
    "T3Config",
    "TmuxConfig",
    "Transition",
    "UiConfig",
    "WorkersConfig",
    "check",
    "check_actions",
    "config_error",
    "load",
    "locate",
    "located",
    "paths",
    "token_origin",
    "token_provider",
]
