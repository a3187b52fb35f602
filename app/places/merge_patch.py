"""Changes of facts as JSON: RFC 7396 merge patches, and what three versions have in common."""

from collections.abc import Mapping
from typing import Any

from app.places.work_schemas import Difference

Facts = Mapping[str, Any]
UNORDERED = frozenset({"schemes", "offers", "languages"})
"""Lists whose order says nothing: the same ones in another order are no change."""


def merge_patch(target: Any, patch: Any) -> Any:  # noqa: ANN401 - any JSON value is a target and a patch
    """What a JSON value becomes by a merge patch (RFC 7396, section 2). Neither argument is changed."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged


def find_differences(current: Facts, submitted: Facts, base: Facts | None) -> list[Difference]:
    """The facts of which two versions differ, in the order of `current`.

    Args:
        current: one version; a fact that is missing counts as None.
        submitted: the other.
        base: what both started from. Where it does not say (or is None), the two are in conflict.
    """
    found = []
    for name in dict.fromkeys((*current, *submitted)):
        ours, theirs = current.get(name), submitted.get(name)
        if is_same(name, ours, theirs):
            continue
        origin = base.get(name) if base is not None else None
        is_conflict = base is None or name not in base or not any(is_same(name, one, origin) for one in (ours, theirs))
        found.append(Difference(field=name, base=origin, current=ours, submitted=theirs, is_conflict=is_conflict))
    return found


def rebase(current: Facts, submitted: Facts, base: Facts) -> dict[str, Any]:
    """What was changed from `base` to `submitted`, done to `current`. Facts that only `current` changed stay."""
    changed = {name for name in (*base, *submitted) if not is_same(name, base.get(name), submitted.get(name))}
    kept = {name: value for name, value in current.items() if name not in changed}
    return kept | {name: submitted[name] for name in changed if name in submitted}


def is_same(name: str, one: Any, other: Any) -> bool:  # noqa: ANN401 - values of a fact
    """Whether two values of a fact say the same."""
    if name in UNORDERED and one is not None and other is not None:
        return sorted(one) == sorted(other)
    return bool(one == other)
