"""How a picture that is not for everybody is answered."""

from django.http import HttpResponse


def private_jpeg(content: bytes, *, name: str) -> HttpResponse:
    """A JPEG to look at: for an hour the browser of whoever asked keeps it, nobody in between does."""
    return HttpResponse(
        content,
        content_type="image/jpeg",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=3600",
        },
    )
