"""The inside of a Markdown paragraph as styled runs. Addresses are written out, never made into terminal links."""

from collections.abc import Iterable

from markdown_it.token import Token
from rich.style import Style

from cockpit.model.text import clean
from cockpit.ui.present.markdown_styles import MarkdownStyles
from cockpit.ui.present.runs import Run

LONGEST_URL = 300


def inline_runs(tokens: Iterable[Token], base: Style, styles: MarkdownStyles) -> list[Run]:
    """Runs of clean text; a break of the source is a line feed, since agents and people mean their breaks."""
    runs: list[Run] = []
    worn = [base]
    links: list[tuple[str, int]] = []
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                runs.append(("\n", base))
            case "code_inline":
                runs.append((plain(token.content), worn[-1] + styles.code))
            case "strong_open":
                worn.append(worn[-1] + styles.strong)
            case "em_open":
                worn.append(worn[-1] + styles.emphasis)
            case "s_open":
                worn.append(worn[-1] + styles.strike)
            case "link_open":
                worn.append(worn[-1] + styles.link)
                links.append((str(token.attrs.get("href", "")), len(runs)))
            case "link_close":
                worn.pop()
                href, start = links.pop()
                said = "".join(text for text, _ in runs[start:])
                if href.removeprefix("mailto:") != said:
                    runs.append((_address(href), base + styles.url))
            case "strong_close" | "em_close" | "s_close":
                worn.pop()
            case "image":
                alt = plain("".join(child.content for child in token.children or ()))
                runs.append((f"[image{': ' if alt else ''}{alt}]", worn[-1] + styles.dim))
                runs.append((_address(str(token.attrs.get("src", ""))), base + styles.url))
            case _ if token.content:
                runs.append((plain(token.content), worn[-1]))
    return runs


def plain(text: str) -> str:
    """Entities such as `&#x202e;` bring back what was cleaned out of the source: so once more."""
    return clean(text).replace("\t", "    ")


def _address(url: str) -> str:
    url = plain(url)
    return f" ({url[:LONGEST_URL]}{'…' if len(url) > LONGEST_URL else ''})" if url else ""
