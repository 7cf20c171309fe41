"""ARNs: taken apart, put together, compared field by field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamviz.arn import Arn, arn_like, is_role_arn, split_fields, split_tokens
from iamviz.patterns import glob_tokens


@pytest.mark.parametrize(
    ("text", "account", "kind", "name", "path"),
    [
        ("arn:aws:iam::111122223333:role/app/x/Reader", "111122223333", "role", "Reader", "/app/x/"),
        ("arn:aws:iam::111122223333:user/ana", "111122223333", "user", "ana", "/"),
        ("arn:aws:iam::111122223333:root", "111122223333", "", "root", "/"),
        ("arn:aws:s3:::bucket/a/b.txt", "", "bucket", "b.txt", "/a/"),
        ("arn:aws:sts::111122223333:assumed-role/R/s", "111122223333", "assumed-role", "s", "/R/"),
        ("arn:aws:logs:us-east-1:1:log-group:/a:b", "1", "log-group:", "a:b", "/"),
    ],
)
def test_parts_of_an_arn(text, account, kind, name, path):
    arn = Arn.parse(text)
    assert (arn.account, arn.resource_type, arn.name, arn.path) == (account, kind, name, path)
    assert str(arn) == text
    assert arn.is_role is is_role_arn(text) is (kind == "role")


@pytest.mark.parametrize(
    "text", ["", "*", "arn", "arn:aws:iam::1", "urn:aws:iam::1:x", "arn::iam::1:x", "arn:aws:::1:x"]
)
def test_what_is_no_arn_is_refused_with_what_would_be_right(text):
    with pytest.raises(ValueError, match="expected arn:partition:service:region:account:resource"):
        Arn.parse(text)


@given(st.text(alphabet="ab:", max_size=20))
def test_fields_are_cut_at_the_first_five_colons(text):
    fields = split_fields(text)
    assert len(fields) <= 6
    assert ":".join(fields) == text
    assert all(":" not in field for field in fields[:5])


@given(st.text(alphabet="ab:*?", max_size=20))
def test_tokens_are_cut_where_the_text_is(text):
    cut = [[t if isinstance(t, str) else t.value for t in field] for field in split_tokens(glob_tokens(text))]
    assert ["".join(field) for field in cut] == split_fields(text)


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("arn:aws:iam::*:role/*", "arn:aws:iam::111122223333:role/a/b", True),
        ("arn:*:iam::111122223333:*", "arn:aws-cn:iam::111122223333:user/ana", True),
        ("arn:aws:sns:*:1:t", "arn:aws:sns:eu-west-1:1:t", True),
        ("arn:aws:sns:*:t", "arn:aws:sns:eu-west-1:1:t", False),
        ("arn:aws:sns:*:1:t", "arn:aws:sns:a:b:1:t", False),
        ("arn:aws:logs:::g*", "arn:aws:logs:::g:a:b", True),
        ("arn:aws:iam::1:role/A", "arn:aws:iam::1:role/a", False),
        ("a*:aws:iam::1:x", "arn:aws:iam::1:x", False),
        ("*", "arn:aws:iam::1:x", False),
        ("arn:aws:*:*:*:*", "not-an-arn", False),
    ],
)
def test_arn_like_compares_field_by_field(pattern, value, matches):
    assert arn_like(glob_tokens(pattern))(value) is matches
