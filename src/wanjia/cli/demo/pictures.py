"""Small pictures for the demo's photographs and papers, drawn so that nobody's photograph or plan is needed."""

import io
from functools import cache

from PIL import Image, ImageDraw

SIZE = (480, 360)


@cache
def plan(kind: int) -> bytes:
    """A sketch of a road with a trench along it, as PNG; `kind` shifts the trench and the buildings."""
    picture = Image.new("RGB", SIZE, (252, 252, 248))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((10, 10, SIZE[0] - 10, SIZE[1] - 10), outline=(60, 60, 60), width=2)
    for y in (150, 230):
        pen.line((10, y, SIZE[0] - 10, y), fill=(90, 90, 90), width=3)
    for x in range(20, SIZE[0] - 20, 28):
        pen.line((x, 190, x + 14, 190), fill=(170, 170, 170), width=2)
        pen.line((x, 138 - kind * 2, x + 18, 138 - kind * 2), fill=(161, 22, 27), width=4)
    for at in range(3):
        left = 40 + at * 140 + kind * 6
        pen.rectangle((left, 40, left + 80, 105), outline=(90, 110, 100), width=2)
    pen.ellipse((SIZE[0] - 90, 260, SIZE[0] - 50, 300), outline=(11, 93, 59), width=3)
    return _png(picture)


@cache
def drawing(kind: int) -> bytes:
    """One of a few sketches of a socket on a wall, as PNG; `kind` shifts colours and cracks."""
    wall = (214 - kind * 6, 208, 190 + kind * 5)
    picture = Image.new("RGB", SIZE, wall)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 290, *SIZE), fill=(150, 120 - kind * 4, 90))
    pen.rounded_rectangle((170, 100, 310, 240), 12, fill=(245, 245, 240), outline=(120, 120, 120), width=3)
    for x in (205, 255):
        pen.rectangle((x, 150, x + 12, 190), fill=(60, 60, 60))
    if kind % 2:
        pen.line((300, 230, 360 + kind * 8, 300, 340, 340), fill=(70, 50, 40), width=5)
    pen.ellipse((190 + kind * 9, 110, 230 + kind * 9, 140), fill=(90, 70, 60) if kind % 3 else (245, 245, 240))
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
