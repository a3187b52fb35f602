"""Every page about signing in and about accounts."""

from fastapi import APIRouter

from app.accounts import key_pages, link_routes, office_routes, oidc_routes, own_routes, sign_in_routes

router = APIRouter()
router.include_router(sign_in_routes.router)
router.include_router(link_routes.router)
router.include_router(oidc_routes.router)
router.include_router(own_routes.router)
router.include_router(office_routes.router)
router.include_router(key_pages.router)
