"""The languages a page can speak."""

from typing import Literal

Language = Literal["en", "ro"]
