"""Merge patches as RFC 7396 has them, and what three versions have in common."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places.merge_patch import find_differences, merge_patch, rebase

SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
FACTS = st.fixed_dictionaries({name: st.none() | st.integers(0, 2) for name in "abcd"})


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_the_rfc(target: Any, patch: Any, expected: Any) -> None:  # noqa: ANN401 - any JSON value
    assert merge_patch(target, patch) == expected


@given(JSON, JSON)
def test_a_patch_twice_is_a_patch_once_and_leaves_what_it_is_given(target: Any, patch: Any) -> None:  # noqa: ANN401
    before = deepcopy((target, patch))
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once
    assert (target, patch) == before


@given(JSON)
def test_an_empty_patch_changes_no_object(target: Any) -> None:  # noqa: ANN401
    assert merge_patch(target, {}) == (target if isinstance(target, dict) else {})


@given(FACTS, FACTS, FACTS)
def test_three_versions(base: dict[str, Any], current: dict[str, Any], submitted: dict[str, Any]) -> None:
    differences = find_differences(current, submitted, base)
    assert {one.field for one in differences} == {name for name in current if current[name] != submitted[name]}
    for one in differences:
        both = current[one.field] != base[one.field] and submitted[one.field] != base[one.field]
        assert one.is_conflict == both
    done = rebase(current, submitted, base)
    for name, origin in base.items():
        assert done[name] == (submitted[name] if submitted[name] != origin else current[name])
    assert rebase(base, submitted, base) == submitted
    assert rebase(current, base, base) == current


@given(FACTS, FACTS)
def test_without_a_base_every_difference_is_a_conflict(current: dict[str, Any], submitted: dict[str, Any]) -> None:
    assert all(one.is_conflict for one in find_differences(current, submitted, None))
    assert all(one.is_conflict for one in find_differences(current, submitted, {}))


@pytest.mark.parametrize("name", ["schemes", "offers", "languages"])
def test_the_same_things_in_another_order_are_no_change(name: str) -> None:
    base, sorted_again = {name: ["wait", "call", "toilet"]}, {name: ["call", "toilet", "wait"]}
    assert find_differences(base, sorted_again, base) == []
    more = {name: ["wait", "call", "toilet", "charge"]}
    assert rebase(more, sorted_again, base) == more
    [found] = find_differences(more, sorted_again, base)
    assert not found.is_conflict
    assert [one.field for one in find_differences({"closures": ["a", "b"]}, {"closures": ["b", "a"]}, None)] == [
        "closures"
    ]
