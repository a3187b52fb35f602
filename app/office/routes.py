"""The pages with which officers keep the register. Fixed words in addresses come before references of places."""

from fastapi import APIRouter

from app.office import (
    bulk_routes,
    changes_routes,
    edit_routes,
    history,
    ledger,
    list_routes,
    merge_routes,
    place_routes,
    settings_routes,
)

router = APIRouter(include_in_schema=False)
for part in (
    list_routes,
    bulk_routes,
    edit_routes,
    history,
    merge_routes,
    place_routes,
    changes_routes,
    ledger,
    settings_routes,
):
    router.include_router(part.router)
