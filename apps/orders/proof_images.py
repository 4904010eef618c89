"""Pictures that couriers bring, written again: what is kept is our own JPEG, whatever came in.

Nothing of the original survives but what it shows: no EXIF (which knows where somebody lives), no comments, no bytes
behind the picture. Pure: bytes in, bytes out.
"""

import io
import logging

from PIL import Image, ImageOps

from apps.orders.errors import NotAnImage

logger = logging.getLogger(__name__)
LONGEST_SIDE_PX = 1_600
QUALITY = 80
MOST_PIXELS = 52_000_000  # a phone's camera of 50 megapixels; decoded it takes 150 MB
MOST_SIDE_PX = 16_384
FORMATS = ("JPEG", "PNG", "WEBP")
Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # a second lock behind the one here: Pillow looks while it reads headers


def as_jpeg(original: bytes) -> bytes:
    """The picture as a JPEG of at most 1,600 pixels a side, the right way up, on white. Raises NotAnImage."""
    try:
        return _written_again(original)
    except NotAnImage:
        raise
    except Exception as error:  # of bytes made to break it, a decoder may raise anything at all
        logger.info("A proof cannot be read as a picture: %r", error)
        raise NotAnImage from error


def _written_again(original: bytes) -> bytes:
    with Image.open(io.BytesIO(original), formats=FORMATS) as found:
        width, height = found.size
        if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE_PX:
            raise NotAnImage(f"At most {MOST_PIXELS} pixels and {MOST_SIDE_PX} a side; this has {width} x {height}.")
        found.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))  # a large JPEG is decoded at a fraction of its size
        upright = ImageOps.exif_transpose(found)
        upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
        clean = Image.new("RGB", upright.size, "white")  # a new one has no metadata to be written along
        if upright.has_transparency_data:
            drawn = upright.convert("RGBA")
            clean.paste(drawn, mask=drawn)  # a signature is ink on nothing
        else:
            clean.paste(upright.convert("RGB"))
    kept = io.BytesIO()
    clean.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return kept.getvalue()
