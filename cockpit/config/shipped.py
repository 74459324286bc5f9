"""Files that come with the program and that a person can add to: themes, harnesses. It only finds them."""

from pathlib import Path


def shipped(name: str) -> Path:
    """`cockpit/NAME` in an installed package, `NAME/` beside the package in a checkout."""
    package = Path(__file__).parents[1]  # importlib.resources would say the same, and takes 4 ms to import
    installed = package / name
    return installed if installed.is_dir() else package.parent / name


def toml_files(name: str, own: Path | None) -> list[Path]:
    """The shipped ones by name, then those in a person's own directory, which are to win."""
    return [file for place in (shipped(name), own) if place is not None for file in sorted(place.glob("*.toml"))]
