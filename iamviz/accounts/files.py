"""A world out of files: dumps of one or several accounts, in one or several pages, and what stands beside them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from iamviz.accounts.details import LISTS, is_details, read_pages
from iamviz.accounts.json_file import DumpError, read_documents
from iamviz.accounts.reading import Entry, Notes
from iamviz.accounts.side_files import SIDE_FILES, add_side_file, side_file
from iamviz.world.world import World

__all__ = ["AccountDump", "account_world", "read_dump"]

UNKNOWN = {
    "sessions": "MaxSessionDuration of roles is not known and taken as 3,600 s (aws iam list-roles tells it)",
    "providers": "OIDC and SAML providers are not known beyond what trust policies name",
    "resources": "policies of buckets, keys, queues and other resources are not known: they may allow more, or deny",
    "organization": "SCPs and RCPs are not known: an organization may deny what is allowed here",
}
ALWAYS = (
    "session tags, MFA and source addresses are those of a moment: where they matter, the answer depends on them",
)


@dataclass(frozen=True)
class AccountDump:
    """A world read from files; ``problems`` lists what could not be read, ``gaps`` what the files do not hold."""

    world: World
    problems: tuple[str, ...]

    @property
    def gaps(self) -> tuple[str, ...]:
        """What is not known, a sentence each: `World.unknowns`."""
        return self.world.unknowns


def read_dump(path: Path | str, *more: Path | str, now: datetime | None = None) -> AccountDump:
    """Read JSON files, or folders of them: account dumps, and files that tell what a dump does not hold.

    Every file is known by its content, so that their order does not matter. What can be read is read, also of a dump
    that is cut off; what cannot is listed in ``problems``, with file and place. ``now`` is the clock of the world.
    Raises DumpError for a file that is none of these, unless it only lies in a folder, and where there is no dump.
    """
    problems: list[str] = []
    documents = [document for given in (path, *more) for document in _documents(Path(given), problems)]
    return account_world(documents, now, problems)


def _documents(path: Path, problems: list[str]) -> Iterator[tuple[str, Any]]:
    """The documents of a file, or of a folder; files of a folder that are of no use are told and left out."""
    if not path.is_dir():
        yield from read_documents(path, problems)
        return
    files = sorted(path.glob("*.json"))
    if not files:
        raise DumpError(f"{path}: no file in this folder ends in .json")
    for file in files:
        try:
            for name, data in read_documents(file, problems):
                if side_file(data) or is_details(data):
                    yield name, data
                else:
                    problems.append(f"{_unlike(name, data)}; the file is left out")
        except DumpError as error:
            problems.append(f"{error}; the file is left out")


def account_world(
    documents: Iterable[tuple[str, Any]], now: datetime | None = None, problems: Iterable[str] = ()
) -> AccountDump:
    """The world of documents that are already read from JSON, each with the name to call it by (may be empty).

    ``now`` is the clock of the world; ``problems`` are those that came up while the documents were fetched.
    """
    pages: list[Entry] = []
    beside: list[Entry] = []
    for name, data in documents:
        place = f"{name}: " if name else ""
        if side_file(data):
            beside.append((place, data))
        elif is_details(data):
            pages.append((place, data))
        else:
            raise DumpError(_unlike(name, data))
    problems = list(problems)
    if not pages:
        names = ", ".join(place.rstrip(": ") for place, _ in beside)
        found = f"{names}: " if names else ""
        raise DumpError("; ".join([f"{found}no account dump among these files; it has {', '.join(LISTS)}", *problems]))
    notes = Notes()
    notes.problems += problems
    world = read_pages(pages, now or datetime.now(UTC).replace(microsecond=0), notes)
    told: set[str] = set()
    for place, data in beside:
        world = add_side_file(world, place, data, notes)
        told |= side_file(data)
    unknowns = [text for what, text in UNKNOWN.items() if what not in told] + _partly(world, told) + [*ALWAYS]
    if notes.problems:
        count = len(notes.problems)
        things = "1 thing in the files is" if count == 1 else f"{count} things in the files are"
        unknowns.insert(0, f"{things} missing or could not be read: see the notes of loading")
    return AccountDump(replace(world.with_bound_trust(), unknowns=tuple(unknowns)), tuple(notes.problems))


def _partly(world: World, told: set[str]) -> list[str]:
    """What is known of some things only."""
    found = []
    if "resources" in told:
        things = "1 resource" if len(world.resources) == 1 else f"{len(world.resources)} resources"
        found.append(f"the policies of {things} are known; those of others may allow more, or deny")
    owners = {thing.account for thing in (*world.users.values(), *world.roles.values())}
    outside = sorted(number for number in owners if not world.account(number).organization)
    if "organization" in told and any(account.organization for account in world.accounts.values()) and outside:
        found.append(f"the organization's tree does not hold {', '.join(outside)}: its SCPs and RCPs are not known")
    return found


def _unlike(name: str, data: Any) -> str:
    kind = "an object" if isinstance(data, dict) else "a list" if isinstance(data, list) else type(data).__name__
    members = f" with {', '.join(sorted(map(str, data))[:5])}" if isinstance(data, dict) and data else ""
    trail = "; CloudTrail events are read by iv.trail" if isinstance(data, dict) and "Records" in data else ""
    return (
        f"{name or 'the dump'}: expected the output of aws iam get-account-authorization-details, an object with "
        f"{', '.join(LISTS)}, or a file beside it, with {', '.join(SIDE_FILES)}; found {kind}{members}{trail}"
    )
