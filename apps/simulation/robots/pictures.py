"""The photos and signatures that robots make: real JPEGs, drawn once, of which every one is another file."""

import io
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from random import Random
from typing import Literal

from PIL import Image, ImageDraw, ImageFilter

from apps.simulation.robots.itinerary import StopKey

PictureKind = Literal["photo", "signature"]
PHOTO_PX, SIGNATURE_PX = (480, 360), (300, 120)
COMMENT = b"\xff\xfe"  # the marker of a JPEG's comment, with which two bytes of length come
AFTER_START = 2  # bytes: the marker with which a JPEG begins


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo or a signature, and the stop at which it was made. Its id is a UUID, and stays."""

    id: str
    kind: PictureKind
    stop_key: StopKey
    at: datetime
    signed_by: str = ""


def jpeg_of(kind: PictureKind, picture_id: str) -> bytes:
    """The file of a picture: always the same of one id, and never the same of two, as of a camera."""
    drawn, comment = _drawn(kind), picture_id.encode()
    segment = COMMENT + (len(comment) + 2).to_bytes(2) + comment
    return drawn[:AFTER_START] + segment + drawn[AFTER_START:]


@cache
def _drawn(kind: PictureKind) -> bytes:
    made = io.BytesIO()
    (_door() if kind == "photo" else _signature()).save(made, "JPEG", quality=85)
    return made.getvalue()


def _door() -> Image.Image:
    """A bag before a door, with the grain of a small camera in the evening."""
    width, height = PHOTO_PX
    picture = Image.new("RGB", PHOTO_PX, (176, 160, 140))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((150, 20, 330, 330), fill=(58, 84, 74), outline=(30, 40, 36), width=4)
    draw.ellipse((300, 180, 314, 194), fill=(212, 180, 90))
    draw.rectangle((0, 330, width, height), fill=(120, 116, 110))
    draw.rectangle((210, 250, 290, 335), fill=(196, 150, 98), outline=(120, 88, 50), width=3)
    grain = Image.frombytes("RGB", PHOTO_PX, Random(1).randbytes(width * height * 3))
    return Image.blend(picture, grain.filter(ImageFilter.GaussianBlur(1)), 0.15)


def _signature() -> Image.Image:
    """A line on white, as it comes from a finger."""
    picture = Image.new("RGB", SIGNATURE_PX, "white")
    chance = Random(2)
    line = [(20 + 6.5 * step, 60 + 30 * chance.uniform(-1, 1)) for step in range(40)]
    ImageDraw.Draw(picture).line(line, fill="black", width=3, joint="curve")
    return picture
