"""Which folders of a Claude home belong to its layout, by their names alone (facts: section 2)."""

ROOTS = ("sessions", "teams", "tasks", "projects")


def plain(folder: str) -> bool:
    """A folder that a team may have; one that is being deleted is renamed first (facts: 2.1.178 and later)."""
    return ".deleted-" not in folder and folder.isprintable() and len(folder) <= 100 and not folder.startswith(".")


def holds(parts: tuple[str, ...], each: str) -> bool:
    """Whether a folder by that name, within `parts`, belongs to the layout."""
    match parts:
        case ("teams" | "tasks",):
            return plain(each) and not each.endswith(".lock")
        case ("teams", _):
            return each == "inboxes"
        case ("projects",):
            return True
        case ("projects", _):
            return each not in ("memory",) and not each.startswith(".")
        case ("projects", _, _):
            return each == "subagents"
    return False
