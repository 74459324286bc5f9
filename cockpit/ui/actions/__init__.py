"""The register of all actions: one row each. Keys bind to ids, never to code."""

from cockpit.ui.actions import asks, fleet, panes, teams, threads
from cockpit.ui.actions.action import Action, At, Desk

ACTIONS: tuple[Action, ...] = (*asks.ACTIONS, *threads.ACTIONS, *teams.ACTIONS, *fleet.ACTIONS, *panes.ACTIONS)
BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}

__all__ = ["ACTIONS", "BY_ID", "Action", "At", "Desk"]
