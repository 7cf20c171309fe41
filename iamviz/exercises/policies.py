"""The policies of a world, each quoted under the name of whom or what it is attached to."""

from collections.abc import Iterator

from iamviz.engine.explain import TITLES
from iamviz.pictures.marks import esc
from iamviz.pictures.quote import quote
from iamviz.policy.model import Policy, PolicyKind
from iamviz.world.world import World

__all__ = ["policies_html", "policies_of_world"]


def policies_of_world(world: World) -> Iterator[tuple[str, PolicyKind, Policy]]:
    """Every policy that somebody attached: the name of its owner, its kind, and the policy; in a fixed order."""
    for identities in (world.users, world.groups, world.roles):
        for arn in sorted(identities):
            identity = identities[arn]
            name = world.name_of(arn)
            if arn in world.roles and (trust := world.roles[arn].trust) is not None:
                yield name, PolicyKind.TRUST, trust
            own = (*identity.inline, *world.managed(identity.attached))
            yield from ((name, PolicyKind.IDENTITY, policy) for policy in own)
            limits = world.managed((boundary,)) if (boundary := getattr(identity, "boundary", "")) else ()
            yield from ((name, PolicyKind.BOUNDARY, policy) for policy in limits)
    for arn in sorted(world.resources):
        if (policy := world.resources[arn].policy) is not None:
            yield world.resources[arn].name, PolicyKind.RESOURCE, policy


def policies_html(world: World) -> str:
    """The policies as quotes, to be folded away or not."""
    return "".join(
        quote(f"{esc(name)}: {esc(_said(kind, policy))}", policy.lines, label=f"{name}: {_said(kind, policy)}")
        for name, kind, policy in policies_of_world(world)
    )


def _said(kind: PolicyKind, policy: Policy) -> str:
    title = TITLES[kind][:1].lower() + TITLES[kind][1:]
    named = bool(policy.name) and kind not in (PolicyKind.TRUST, PolicyKind.RESOURCE)
    return f"{title} {policy.name}" if named else title
