"""Routes of the pages that show the register."""

from fastapi import APIRouter

from app.public_map import information

router = APIRouter(include_in_schema=False)
router.include_router(information.router)
