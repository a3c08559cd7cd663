"""The design system: blocks, charts, tables and sentences, in the reader's language.

In: tidy frames, texts and numbers. Out: blocks that a notebook displays and a page collects. Knows no question and no table.
Names are loaded on first use, so that `from salesanalytics import show` costs nothing until something is shown; `__init__.pyi`
is the one list of them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
