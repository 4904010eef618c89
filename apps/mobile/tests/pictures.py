"""Pictures as phones make them, and some that no phone makes."""

import io
import random
import struct
import zlib

from PIL import Image

PLACE = b"48.8530 N 2.3690 E"  # as a camera may write it into everything
GPS, ORIENTATION = 0x8825, 0x0112


def photo(*, size: tuple[int, int] = (320, 240), seed: int = 1, quality: int = 90) -> bytes:
    """A JPEG of noise, which no compression makes small: left half red, as seen by who turns it upright.

    The camera lay on its side and says so; it says where it was, in EXIF, XMP, a comment, and behind the picture.
    """
    noise = Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3))
    noise.paste((255, 0, 0), (0, 0, size[0], size[1] // 2))
    exif = Image.Exif()
    exif[ORIENTATION] = 8  # turn left: what is above comes to the left
    exif[0x010F] = "Camera " + PLACE.decode()
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 51.0, 11.0), 3: "E", 4: (2.0, 22.0, 8.0)})
    made = io.BytesIO()
    noise.save(made, "JPEG", quality=quality, exif=exif.tobytes(), comment=PLACE, xmp=b"<x:xmpmeta>" + PLACE + b"</x>")
    return made.getvalue() + PLACE


def signature() -> bytes:
    """Ink on nothing, as a canvas gives it."""
    drawn = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    drawn.paste((0, 0, 0, 255), (100, 40, 200, 60))
    made = io.BytesIO()
    drawn.save(made, "PNG")
    return made.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of this size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (_part(b"IHDR", header), _part(b"IDAT", zlib.compress(bytes(100))), _part(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_with_a_long_text() -> bytes:
    """A small picture with a text of 200 MB in it, which is small while it is compressed."""
    made = io.BytesIO()
    Image.new("RGB", (4, 4)).save(made, "PNG")
    whole = made.getvalue()
    text = _part(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(200_000_000), 9))
    return whole[:33] + text + whole[33:]  # behind the header


def _part(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
