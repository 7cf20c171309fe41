"""`iamviz trail`: CloudTrail files joined, told and drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from iamviz.commands.common import AsJson, Exit, Page, Redact, fail, note, reading_bar, say, say_json, write

__all__ = ["HELP", "trail"]

HELP = """Read CloudTrail files: who became which role, when, with what, and what was refused.

Files and folders, gzip or not, as CloudTrail delivers them to S3, or the output of aws cloudtrail lookup-events. They
are read as a stream, so a year of them is fine. Sessions are joined by access key, the two halves of a call across
accounts by sharedEventID. Nothing is decided: every verdict is the one that AWS recorded. What the files do not show
is said.

The exit code is 0; 1 when something is worth a look; 2 when nothing could be read.

\b
Examples:
  iamviz trail AWSLogs/111122223333/CloudTrail/eu-central-1/2026/03
  iamviz trail events.json --html trail.html
  iamviz trail events.json --about ASIAEXAMPLE --html story.html     the story of one session, step by step
"""


def trail(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CloudTrail files, or folders of them.")],
    about: Annotated[
        str, typer.Option("--about", metavar="KEY", help="Whose story: an access key id, or a name.")
    ] = "",
    steps: Annotated[int, typer.Option("--steps", min=1, max=60, help="How many steps a story has at most.")] = 12,
    redact: Redact = None,
    as_json: AsJson = False,
    page: Page = None,
) -> None:
    """Read CloudTrail files: who became which role, when, with what, and what was refused."""
    from iamviz.accounts.redact import Redactor
    from iamviz.accounts.trail import TrailError
    from iamviz.pictures.page import page_html
    from iamviz.pictures.trail_frames import observed_picture
    from iamviz.pictures.trail_frames import trail as read

    try:
        with reading_bar("Reading") as progress:
            found = read(*paths, progress=progress)
        key = found.credential(about).key if about else ""
        if redact or (redact is None and page is not None):
            redactor = Redactor(found)
            found, key = redactor(found), redactor(key)
        story = found.story(key, steps) if found.credentials else None
    except TrailError as error:
        fail(str(error))
    for problem in found.problems:
        note(problem)
    if page is not None:
        shown = [("", [found.picture])]
        if story is not None:
            shown.insert(0, (story.title, [observed_picture(story, "trail-story")]))
        lede = "Seen in CloudTrail. Nothing here was decided by iamviz: every verdict is the one that AWS recorded."
        write(page, page_html("What CloudTrail saw", lede, shown))
    if as_json:
        say_json(found.to_dict())
    else:
        say(str(story) if about and story else str(found))
    if not found.events:
        raise typer.Exit(Exit.BAD_INPUT)
    if found.sightings:
        raise typer.Exit(Exit.NO)
