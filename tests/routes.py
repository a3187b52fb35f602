"""Every route of the application, with what it asks of whoever comes."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app.accounts.access import Allowed
from app.permissions.table import Action


class Walked(NamedTuple):
    """A route: its methods, its path with parameters in braces, the actions that it requires, and its dependencies."""

    methods: frozenset[str]
    path: str
    actions: tuple[Action, ...]
    dependant: Dependant

    @property
    def writes(self) -> bool:
        """Whether it takes a method that changes something."""
        return not self.methods <= {"GET", "HEAD", "OPTIONS"}


def walk_routes(app: FastAPI) -> list[Walked]:
    """Every route that answers, in the order in which they are looked up. Files and the API's description are none."""
    return list(_walk(app.routes))


def _walk(routes: list[Any]) -> Iterator[Walked]:
    for route in routes:
        if hasattr(route, "effective_candidates"):  # a router that was included: FastAPI resolves it when asked
            yield from _walk(route.effective_candidates())
        elif isinstance(getattr(route, "original_route", route), APIRoute):
            yield Walked(frozenset(route.methods), route.path, tuple(_actions(route.dependant)), route.dependant)


def _actions(dependant: Dependant) -> Iterator[Action]:
    for each in dependant.dependencies:
        if isinstance(each.call, Allowed):
            yield each.call.action
        yield from _actions(each)
