"""What an execution leaves behind whether it worked or not. Written by the engine, read by `execute`."""

from typing import Any


class Record:
    """The notebook as far as it was executed; CPU seconds, peak bytes and exit code of its kernel, if it was forked."""

    nb: Any = None
    cpu: float = 0.0
    peak: int = 0
    code: int | None = None
    lost: bool = False  # the fork server ended before the kernel did

    def kernel(self, manager: Any) -> None:  # noqa: ANN401
        """Learn from the manager of a kernel that has ended."""
        if manager.used:
            self.cpu, self.peak, self.code = manager.used.cpu, manager.used.peak, manager.used.returncode
            self.lost = manager.used.lost
