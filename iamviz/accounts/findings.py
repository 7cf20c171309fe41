"""Everything that is found in an account, the weightiest first."""

from collections.abc import Iterator

from iamviz.accounts.asker import askers, missing_policies
from iamviz.accounts.escalation import Stage, tried
from iamviz.accounts.exposure import trust_findings
from iamviz.accounts.finding import AccountFinding, Findings, Risk
from iamviz.accounts.hygiene import admin_findings, policy_findings, unused_findings
from iamviz.accounts.powers import Powers
from iamviz.accounts.ways import IAM_WAYS
from iamviz.accounts.ways_services import SERVICE_WAYS
from iamviz.world.entities import Role
from iamviz.world.world import World

__all__ = ["findings"]

COLUMNS = ("risk", "code", "who", "finding", "verdict", "what to do", "statement", "arn")
MOST_NAMED = 5
_WEIGHT = {risk: weight for weight, risk in enumerate(Risk)}


def findings(world: World) -> Findings:
    """What is worth knowing of an account, each with what it means, a story that shows it, and what to do.

    Trust in everyone, in outside accounts, in GitHub's workflows, in who was deleted; ways to more permissions, tried
    in the account's own world; administrators and who reaches them; roles that nobody uses; statements that miss their
    aim. docs/findings.md lists all codes, and what is not looked for.
    """
    powers = Powers.of(world)
    found = [
        *trust_findings(world),
        *_escalations(world, powers),
        *admin_findings(world, powers),
        *policy_findings(world),
        *unused_findings(world),
    ]
    found.sort(key=lambda one: (_WEIGHT[one.risk], bool(one.depends), one.code, one.who))
    counts = [f"{sum(one.risk is risk for one in found)} {risk.value}" for risk in Risk]
    sentence = f"{len(found)} finding{'s' * (len(found) != 1)}: {', '.join(counts)}." if found else "Nothing was found."
    unknowns = (*_left_out(world), *world.unknowns)
    return Findings("What is worth knowing?", sentence, COLUMNS, unknowns, tuple(found), world)


def _left_out(world: World) -> Iterator[str]:
    """Who has policies that are not known, of which nothing is found."""
    names = [caller.name for caller in askers(world) if missing_policies(world, caller.identity)]
    if names:
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        have = "has" if len(names) == 1 else "have"
        who = f"{', '.join(names[:MOST_NAMED])}{more}"
        yield f"{who} {have} policies that are not in the files: what those allow is not looked at"


def _escalations(world: World, powers: Powers) -> Iterator[AccountFinding]:
    """Every way that works, for everyone who is no administrator; a service-linked role acts for AWS alone."""
    for caller in askers(world):
        identity = caller.identity
        if powers.is_admin(caller.arn) or (isinstance(identity, Role) and identity.service_linked):
            continue
        stage = Stage.of(caller, powers)
        for way in (*IAM_WAYS, *SERVICE_WAYS):
            found = tried(stage, way(stage))
            if found is not None:
                yield found
