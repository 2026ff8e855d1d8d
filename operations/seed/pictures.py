"""Pictures of the demo products, drawn here: flat shapes in a palette PNG of a few kilobytes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 480
HEIGHT: Final = 600
PAPER: Final = (246, 244, 240)

Colour = tuple[int, int, int]
Polygon = Sequence[tuple[float, float]]  # corners in hundredths of the picture

_TEE: Final = [
    (34, 20),
    (44, 24),
    (56, 24),
    (66, 20),
    (90, 34),
    (80, 48),
    (70, 42),
    (70, 82),
    (30, 82),
    (30, 42),
    (20, 48),
    (10, 34),
]
_LONG: Final = [
    (35, 20),
    (45, 24),
    (55, 24),
    (65, 20),
    (78, 28),
    (92, 76),
    (81, 79),
    (70, 46),
    (70, 82),
    (30, 82),
    (30, 46),
    (19, 79),
    (8, 76),
    (22, 28),
]
SHAPES: Final[dict[str, Sequence[tuple[Polygon, float]]]] = {  # what is drawn over what, and how much darker
    "tee": [(_TEE, 1), ([(44, 24), (56, 24), (50, 29)], 0.8)],
    "sweater": [(_LONG, 1), ([(30, 77), (70, 77), (70, 82), (30, 82)], 0.8), ([(45, 24), (55, 24), (50, 29)], 0.8)],
    "hoodie": [
        (_LONG, 1),
        ([(38, 20), (50, 12), (62, 20), (56, 32), (44, 32)], 0.8),
        ([(37, 56), (63, 56), (67, 70), (33, 70)], 0.8),
    ],
    "pants": [
        ([(32, 14), (68, 14), (72, 86), (56, 86), (50, 36), (44, 86), (28, 86)], 1),
        ([(32, 14), (68, 14), (68, 19), (32, 19)], 0.8),
    ],
    "shorts": [
        ([(30, 28), (70, 28), (76, 70), (54, 72), (50, 48), (46, 72), (24, 70)], 1),
        ([(30, 28), (70, 28), (70, 33), (30, 33)], 0.8),
    ],
    "cap": [
        ([(26, 56), (30, 42), (42, 34), (56, 34), (66, 42), (70, 56)], 1),
        ([(60, 54), (70, 54), (90, 62), (88, 66), (60, 60)], 0.8),
    ],
    "beanie": [
        ([(28, 60), (32, 42), (42, 32), (58, 32), (68, 42), (72, 60)], 1),
        ([(26, 58), (74, 58), (74, 68), (26, 68)], 0.8),
    ],
    "socks": [
        ([(34, 16), (54, 16), (54, 54), (76, 66), (78, 76), (70, 82), (52, 80), (34, 66)], 1),
        ([(34, 16), (54, 16), (54, 22), (34, 22)], 0.8),
    ],
    "bag": [
        ([(26, 40), (74, 40), (70, 84), (30, 84)], 1),
        ([(38, 40), (42, 20), (58, 20), (62, 40), (58, 40), (55, 24), (45, 24), (42, 40)], 0.8),
    ],
    "backpack": [
        ([(30, 34), (38, 22), (62, 22), (70, 34), (72, 84), (28, 84)], 1),
        ([(36, 56), (64, 56), (64, 78), (36, 78)], 0.8),
    ],
    "mug": [
        ([(28, 32), (64, 32), (62, 72), (30, 72)], 1),
        ([(64, 38), (78, 40), (76, 62), (63, 64), (63, 58), (70, 57), (71, 46), (64, 45)], 0.8),
    ],
    "bottle": [
        ([(42, 24), (58, 24), (58, 32), (64, 40), (64, 84), (36, 84), (36, 40), (42, 32)], 1),
        ([(41, 16), (59, 16), (59, 24), (41, 24)], 0.8),
    ],
    "book": [([(30, 20), (72, 20), (72, 80), (30, 80)], 1), ([(30, 20), (36, 20), (36, 80), (30, 80)], 0.8)],
    "frame": [([(24, 16), (76, 16), (76, 84), (24, 84)], 0.8), ([(30, 20), (70, 20), (70, 80), (30, 80)], 1)],
    "candle": [([(34, 44), (66, 44), (66, 82), (34, 82)], 1), ([(48, 30), (52, 30), (51, 44), (49, 44)], 0.8)],
    "cushion": [
        ([(20, 26), (50, 30), (80, 26), (76, 52), (80, 78), (50, 74), (20, 78), (24, 52)], 1),
        ([(24, 50), (76, 50), (76, 54), (24, 54)], 0.8),
    ],
}


@dataclass(frozen=True)
class Picture:
    """A shape in a colour."""

    shape: str
    colour: Colour

    def png(self) -> bytes:
        """Draw it: the same picture always gives the same bytes."""
        parts = SHAPES[self.shape]
        rows = [bytearray(WIDTH) for _ in range(HEIGHT)]
        for index, (polygon, _) in enumerate(parts, start=1):
            _fill(rows, polygon, index)
        palette = bytes(PAPER) + b"".join(bytes(int(c * shade) for c in self.colour) for _, shade in parts)
        return (
            b"\x89PNG\r\n\x1a\n"
            + _chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0))
            + _chunk(b"PLTE", palette)
            + _chunk(b"IDAT", zlib.compress(b"".join(b"\x00" + bytes(row) for row in rows), 9))
            + _chunk(b"IEND", b"")
        )


def _fill(rows: list[bytearray], polygon: Polygon, index: int) -> None:
    """Fill a polygon line by line, between every odd and even crossing of its edges."""
    corners = [(x * WIDTH / 100, y * HEIGHT / 100) for x, y in polygon]
    edges = list(zip(corners, corners[1:] + corners[:1], strict=True))
    for y, row in enumerate(rows):
        middle = y + 0.5
        crossings = sorted(
            x1 + (middle - y1) * (x2 - x1) / (y2 - y1)
            for (x1, y1), (x2, y2) in edges
            if (y1 <= middle) != (y2 <= middle)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=True):
            row[round(left) : round(right)] = bytes([index]) * (round(right) - round(left))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
