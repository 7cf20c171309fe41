"""The world: one immutable value that holds all that exists at an instant."""

from iamviz.world.entities import AccessKey, Account, Group, InstanceProfile, ManagedPolicy, Resource, Role, User
from iamviz.world.organization import OrganizationPolicy, OrganizationUnit
from iamviz.world.sessions import Session
from iamviz.world.workloads import Workload
from iamviz.world.world import World, WorldError

__all__ = [
    "AccessKey",
    "Account",
    "Group",
    "InstanceProfile",
    "ManagedPolicy",
    "OrganizationPolicy",
    "OrganizationUnit",
    "Resource",
    "Role",
    "Session",
    "User",
    "Workload",
    "World",
    "WorldError",
]
