"""The map of one request: which session it shows."""

from datetime import timedelta

from iamviz.pictures.request_map import request_map
from tests.unit.calls.company import ANA, HOME, allow, assume, bucket, company, do, done, role, trusts, user


def test_of_several_sessions_of_one_name_the_one_that_asks_is_shown() -> None:
    """A world's sessions have no order of their own: without a choice the picture would differ from run to run."""
    world = company(user("ana", allow("sts:*")), role("Reader", trusts(HOME), allow("s3:*")), bucket("b"))
    for number in range(4):
        world = done(assume(world.at(world.now + timedelta(minutes=5)), ANA, "Reader", save=f"s{number}"))
    for profile in ("s0", "s1", "s2", "s3"):
        session = world.sessions[world.profiles[profile]]
        result = do(world, f"session:{profile}", "s3:GetObject", Bucket="b", Key="k")
        assert result.decision is not None
        labels = [edge.verb for edge in request_map(result.decision, world).edges]
        assert f"issued {session.issued:%H:%M}" in labels
