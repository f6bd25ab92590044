"""The embed ``/widget.js`` and the modules behind it. Public code: any page may load it; which pages may
open a chat is decided where sessions are opened."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.problems import not_found
from api.widget.assets import Asset, Assets, load

_FIVE_MINUTES = "public, max-age=300, stale-while-revalidate=86400"
_FOR_EVER = "public, max-age=31536000, immutable"
_HEADERS = {
    "Access-Control-Allow-Origin": "*",  # modules are always fetched with CORS
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Vary": "Accept-Encoding",
}


def router(assets: Assets | None = None) -> APIRouter:
    """Routes for the widget's files, read once; ``assets`` are others than the package's own."""
    kept = assets or load()
    routes = APIRouter(include_in_schema=False)

    @routes.get("/widget.js")
    async def embed(request: Request) -> Response:
        return _answer(request, kept.stub, _FIVE_MINUTES)

    @routes.get("/widget/{version}/{name}")
    async def module(request: Request, version: str, name: str) -> Response:
        asset = kept.modules.get(name)
        if asset is None:
            raise not_found()
        # A page that was opened before a deployment asks under the old name and gets what there is.
        return _answer(request, asset, _FOR_EVER if version == kept.version else "no-cache")

    return routes


def _answer(request: Request, asset: Asset, caching: str) -> Response:
    headers = {**_HEADERS, "Cache-Control": caching, "ETag": asset.etag}
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    body = asset.plain
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = asset.packed
    return Response(body, media_type=asset.media_type, headers=headers)
