"""The world: one immutable value that holds all that exists at an instant."""

from iamviz.world.entities import AccessKey, Account, Group, ManagedPolicy, Resource, Role, User
from iamviz.world.sessions import Session
from iamviz.world.world import World, WorldError

__all__ = [
    "AccessKey",
    "Account",
    "Group",
    "ManagedPolicy",
    "Resource",
    "Role",
    "Session",
    "User",
    "World",
    "WorldError",
]
