"""ipykernel's application, whose first half is the same for every kernel and done once before the fork.

In: the arguments of one kernel. Out: an application ready to start. The first half reads the command line and the configuration
files and opens no socket; arguments of another kind than kernels are started with, or a configuration of its own beside the
notebook, make a kernel do that half anew.
"""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import ipykernel.ipkernel
import zmq
from ipykernel.kernelapp import IPKernelApp
from IPython.core.application import BaseIPythonApplication
from traitlets.config import Config

_TRAIT = re.compile(r"--(\w+)\.(\w+)=(.*)", re.DOTALL)


class _FirstHalf(BaseIPythonApplication):
    """Inherited before IPython's own application, so that what `prepare_app` has done is not done again."""

    def initialize(self, argv: list[str] | None = None) -> None:
        settings = _settings(argv or [])
        own = any(Path.cwd().glob("ipython*_config.*"))
        if argv is None or settings is None or own or not getattr(self, "_prepared", False):
            super().initialize(argv)  # type: ignore[no-untyped-call]
        else:
            self.update_config(settings)


class ForkedApp(IPKernelApp, _FirstHalf):
    """ipykernel's own application otherwise, whose output waits until it is read, however much it is."""

    name = IPKernelApp.name

    def _bind_socket(self, s: Any, port: int) -> int:  # noqa: ANN401
        if s.socket_type in (zmq.PUB, zmq.XPUB):
            s.set_hwm(0)  # else a notebook that puts out faster than is read loses what is over, without a word
        bound: int = super()._bind_socket(s, port)  # type: ignore[no-untyped-call, unused-ignore]
        return bound


class _Sys:
    """`sys` for ipykernel's kernel, with no modules in it.

    The kernel would look up every module's file for a debugger that is not loaded, and a fork copies each page it looks at.
    """

    modules: dict[str, ModuleType] = {}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(sys, name)


def prepare_app() -> None:
    """Do the first half; every fork inherits it."""
    ipykernel.ipkernel.sys = _Sys()  # type: ignore[attr-defined, assignment]
    app = _instance()
    super(IPKernelApp, app).initialize([])
    app._prepared = True


def kernel_app(argv: list[str], server: int) -> Any:  # noqa: ANN401 - traitlets has no types
    """The application of a fork, ready to start; it ends when the process `server` does."""
    app = _instance()
    app.parent_handle = server
    app.initialize(argv)
    return app


def _instance() -> Any:  # noqa: ANN401
    make: Any = ForkedApp.instance
    return make()


def _settings(argv: list[str]) -> Config | None:
    """What `-f FILE` and `--Class.trait=text` say; None where there is more to it."""
    config: Any = Config()
    words = iter(argv)
    for word in words:
        if word == "-f":
            config.IPKernelApp.connection_file = next(words, "")
        elif (found := _TRAIT.fullmatch(word)) and found[1] == "HistoryManager" and found[2] == "hist_file":
            config.HistoryManager.hist_file = found[3]
        else:
            return None
    return config  # type: ignore[no-any-return]
