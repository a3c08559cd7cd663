"""The company frozen on one day: `snapshot.open(path)`, `snapshot.write(dataset, folder, day)`, and what 0_company hands over.

read       an open snapshot, and a notebook's view of it      opening   a path or a URL: which kind of snapshot it is
freeze     a dataset becomes a snapshot                        remote    snapshots at a URL
handover   the tables 0_company hands to the teams             access    whose rows a notebook may read
files      stored tables                                       rights    who may read which folder

Names are loaded on first use; `__init__.pyi` is the one list of them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
