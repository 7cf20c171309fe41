"""What CloudTrail saw: who became which role, when, with what, and what was refused (roles_and_sessions.md 6.3).

Events are observed here, not decided. Sessions are joined by access key id, the halves of a call across accounts by
``sharedEventID``, sessions that AWS services make without a visible key by role, session name and time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING, Any

from iamviz.accounts.trail_event import Event
from iamviz.accounts.trail_read import Progress, TrailError, TrailFiles

if TYPE_CHECKING:
    import pandas as pd

    from iamviz.accounts.trail_story import ObservedStory

__all__ = ["Address", "Credential", "Refused", "Sighting", "Trail", "TrailError", "read_trail"]


@dataclass(frozen=True, slots=True)
class Address:
    """A network address from which credentials were used: how often, and from when to when."""

    address: str
    calls: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Credential:
    """One set of credentials and what was done with it: a session, or the long-term key of a user.

    ``how`` is the call that made the session (``sts:AssumeRole``), "" for long-term keys and for sessions whose making
    the trail does not show. ``maker`` is the key of the credential that made it (a chain), "" where that is unknown, a
    service or another account; ``maker_name`` says who that was. ``expires`` is None where the trail does not tell.
    ``calls`` maps each action to how often it succeeded and how often it failed. ``given`` is what was passed when the
    session was made: source identity, tags, external id, the time asked for.
    """

    key: str
    kind: str
    name: str
    arn: str
    account: str
    role: str = ""
    issued: datetime | None = None
    expires: datetime | None = None
    how: str = ""
    maker: str = ""
    maker_name: str = ""
    service: str = ""
    source_identity: str = ""
    mfa: bool = False
    of_instance: bool = False
    first: datetime | None = None
    last: datetime | None = None
    uses: int = 0
    failed: int = 0
    addresses: tuple[Address, ...] = ()
    calls: Mapping[str, tuple[int, int]] | None = None
    given: Mapping[str, str] | None = None
    events: tuple[Event, ...] = ()

    @property
    def is_session(self) -> bool:
        """Whether it is temporary."""
        return self.kind == "session"

    @property
    def start(self) -> datetime | None:
        """When it was issued, or first seen."""
        return self.issued or self.first

    @property
    def role_name(self) -> str:
        """The name of the role, "" where none stands behind it."""
        return self.role.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that AWS refused: by whom, what, on what, with which code and sentence, how often, when first."""

    key: str
    name: str
    action: str
    resource: str
    code: str
    message: str
    times: int
    first: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something worth a look: ``key`` says which credentials, ``sentence`` what was seen, ``at`` when.

    ``others`` are keys of further credentials that take part in it.
    """

    code: str
    key: str
    sentence: str
    at: datetime
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trail:
    """A trail, read. ``print`` it, draw it, take ``table``, or walk through ``story``.

    ``gaps`` say what the trail does not show, ``problems`` what could not be read in the files.
    """

    events: int
    start: datetime | None
    end: datetime | None
    accounts: tuple[str, ...]
    credentials: tuple[Credential, ...]
    refused: tuple[Refused, ...]
    sightings: tuple[Sighting, ...]
    gaps: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def sessions(self) -> tuple[Credential, ...]:
        """The temporary credentials, in order of issue."""
        return tuple(credential for credential in self.credentials if credential.is_session)

    def credential(self, key: str) -> Credential:
        """The credentials of an access key id, or of a name that only one of them has; TrailError otherwise."""
        found = [c for c in self.credentials if key in (c.key, c.name, c.arn)]
        if len(found) == 1:
            return found[0]
        which = "several credentials have" if found else "no credentials have"
        some = ", ".join((c.key for c in found[:5]) if found else (c.name for c in self.credentials[:5]))
        raise TrailError(f"{which} the key or name {key!r}; {'give one of' if found else 'there are'} {some or 'none'}")

    def chain(self, key: str) -> tuple[Credential, ...]:
        """The credentials that led to some credentials, the first of them in front, itself last."""
        known = {credential.key: credential for credential in self.credentials}
        found = [self.credential(key)]
        while (maker := known.get(found[0].maker)) is not None and maker not in found:
            found.insert(0, maker)
        return tuple(found)

    def made_by(self, key: str) -> tuple[Credential, ...]:
        """The sessions that were made with some credentials."""
        return tuple(credential for credential in self.credentials if credential.maker == key and key)

    def story(self, key: str = "", most: int = 12) -> "ObservedStory":
        """What happened around some credentials, step by step: how they came to be, what they did, what was refused.

        Without a ``key`` it is about the first sighting, else about whoever made most sessions. At most ``most`` steps;
        what was left out is said. Show it by `iamviz.stepper`.
        """
        from iamviz.accounts.trail_story import observed_story

        return observed_story(self, key, most)

    @property
    def table(self) -> "pd.DataFrame":
        """One row for each set of credentials."""
        import pandas as pd

        return pd.DataFrame([_row(credential) for credential in self.credentials])

    def __str__(self) -> str:
        from iamviz.accounts.trail_text import as_text

        return as_text(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        from iamviz.accounts.trail_text import as_dict

        return as_dict(self)


def _row(credential: Credential) -> dict[str, Any]:
    return {
        "name": credential.name,
        "role": credential.role_name,
        "made by": credential.maker_name,
        "by": credential.how or ("long-term key" if not credential.is_session else "not seen"),
        "from": credential.start,
        "until": credential.expires,
        "calls": credential.uses,
        "failed": credential.failed,
        "addresses": ", ".join(address.address for address in credential.addresses),
        "key": credential.key,
    }


def read_trail(*paths: str | PathLike[str], progress: Progress | None = None, most: int = 20_000) -> Trail:
    """Read CloudTrail files and folders; gzip or not, of any size, since they are read as a stream.

    ``most`` is the number of credentials that are followed; further ones are counted, and a gap says so. ``progress``
    is called now and then with (bytes read, bytes in all, events). Raises TrailError for a path that is not there.
    """
    from iamviz.accounts.trail_join import Joiner

    files = TrailFiles(paths, progress)
    joiner = Joiner(most)
    for data in files:
        joiner.add(data)
    return joiner.trail(tuple(files.problems))
