"""Send a file. There is no URL here: the app that refers to a file checks the permission, then calls `serve`."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from apps.files.models import StoredFile
from apps.files.rules import IMAGES


def serve(file: StoredFile, *, inline: bool = False) -> HttpResponseBase:
    """
    The file as a download; `inline` displays it in the page, only for pictures, audio and video.

    :raises FilesUnavailable: if the storage does not answer.
    """
    in_page = inline and (file.content_type in IMAGES or file.content_type.startswith(("audio/", "video/")))
    if (
        settings.FILES_S3_BUCKET and settings.FILES_S3_URL_SECONDS and not in_page
    ):  # pages show pictures only from this site
        return _redirect(file)
    response: HttpResponseBase
    if settings.ACCEL_REDIRECT_PREFIX:
        response = HttpResponse(content_type=file.content_type)
        response.headers["X-Accel-Redirect"] = f"{settings.ACCEL_REDIRECT_PREFIX.rstrip('/')}/{quote(file.storage_key)}"
    else:
        response = FileResponse(default_storage.open(file.storage_key), content_type=file.content_type)
    response.headers["Content-Disposition"] = content_disposition_header(not in_page, file.name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=3600" if in_page else "private, no-store"
    response.headers["ETag"] = f'"{file.sha256}"'
    return response


def serve_preview(file: StoredFile, storage_key: str) -> HttpResponseBase:
    """The small picture of a file, for the page."""
    return serve(
        StoredFile(
            name="preview.webp", content_type="image/webp", storage_key=storage_key, sha256=f"preview-{file.sha256}"
        ),
        inline=True,
    )


def _redirect(file: StoredFile) -> HttpResponseBase:
    parameters = {
        "ResponseContentType": file.content_type,
        "ResponseContentDisposition": content_disposition_header(True, file.name),
        "ResponseCacheControl": "private, no-store",
    }
    url = default_storage.url(file.storage_key, parameters=parameters, expire=settings.FILES_S3_URL_SECONDS)  # type: ignore[call-arg]
    return HttpResponseRedirect(url, headers={"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"})
