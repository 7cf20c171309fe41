"""From what people call a user or a role to its ARN."""

import difflib

from iamviz.world.world import World, WorldError

__all__ = ["find"]


def find(world: World, name: str) -> str:
    """The ARN of the user or role that is called so: its ARN, its label, or its name where only one has it.

    Raises WorldError for a name that several have, or none; it says what there is.

    >>> import iamviz as iv
    >>> find(iv.load("staging_bucket"), "StagingEngineer")
    'arn:aws:iam::222233334444:role/StagingEngineer'
    """
    known = world.labels.get(name, name)
    everyone = {arn: thing.name for things in (world.users, world.roles) for arn, thing in things.items()}
    if known in everyone:
        return known
    found = sorted(arn for arn, called in everyone.items() if called == name)
    found = found or sorted(arn for arn, called in everyone.items() if called.lower() == name.lower())
    if len(found) == 1:
        return found[0]
    if found:
        raise WorldError(f"several users or roles are called {name!r}: {', '.join(found)}; give the ARN")
    near = difflib.get_close_matches(name, sorted({*everyone.values(), *world.labels}), 1)
    some = ", ".join(sorted(everyone.values())[:8]) + (" …" if len(everyone) > 8 else "")
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {some or 'none'}"
    raise WorldError(f"no user or role is called {name!r}; {hint}")
