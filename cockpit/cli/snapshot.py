"""`snapshot`: the whole fleet, read once, as data or as a picture of a screen. It needs no terminal."""

import re
import sys
from pathlib import Path

import click

from cockpit.cli.start import Start, code_for, strict_option, timeout_option, to_text
from cockpit.core.session import Session
from cockpit.model.errors import Refused

_FORMATS = ("json", "text", "svg", "png", "html")


def _size(_: click.Context, __: click.Parameter, text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,3})x(\d{1,3})", text)
    if not found or int(found[1]) < 20 or int(found[2]) < 5:
        raise click.BadParameter(f"{text!r} is not WIDTHxHEIGHT, such as 120x40, of at least 20x5.")
    return int(found[1]), int(found[2])


@click.command()
@click.option("--format", "form", type=click.Choice(_FORMATS), default="json", show_default=True)
@click.option(
    "--screen",
    default="fleet",
    show_default=True,
    help="For pictures: fleet, panes, inbox, team, tasks, status, settings, help.",
)
@click.option("--size", default="120x40", show_default=True, callback=_size, metavar="WxH", help="For pictures.")
@click.option("--select", default="", metavar="THREAD", help="The thread that a picture has selected.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write there, not to stdout.")
@strict_option
@timeout_option
@click.pass_context
def snapshot(
    ctx: click.Context,
    form: str,
    screen: str,
    size: tuple[int, int],
    select: str,
    output: Path | None,
    strict: bool,
) -> None:
    """Write the whole fleet as json, text, svg, png or html.

    Each source is read once. Exit codes: 0 fine; 3 some source down (with --strict); 4 every source down.
    """
    start: Start = ctx.obj

    async def draw(session: Session) -> tuple[bytes, int]:
        fleet = session.store.fleet
        code = code_for(fleet, strict=strict)
        if form == "json":
            from cockpit.export.json import fleet_json

            return (to_text(fleet_json(fleet, session.clock())) + "\n").encode(errors="replace"), code
        from cockpit import wiring
        from cockpit.core import find

        thread = find.thread(fleet, select).ref if select else None
        try:
            picture = await wiring.picture(session, start.loaded, form=form, screen=screen, size=size, select=thread)
        except Refused as error:
            raise click.UsageError(str(error)) from error
        return picture, code

    made, code = start.run(draw)
    if output is not None:
        try:
            output.write_bytes(made)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise click.UsageError(f"{output} cannot be written: {why}.") from None
    else:
        sys.stdout.flush()
        out = getattr(sys.stdout, "buffer", None)
        if out is not None:
            out.write(made)
            out.flush()
    ctx.exit(code)
