"""jupyter_client's manager, provisioner and client for kernels that are forked.

In: a kernel spec, an address of a fork server. Out: a running kernel. Where nothing is forked, the kernel is started the plain
way; who asked need not know.
"""

import asyncio
import contextlib
import os
import shutil
import sys
import time
from pathlib import Path
from queue import Empty
from tempfile import mkdtemp
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Int, Type, Unicode

from salesanalytics.report.kernels.child import limit_memory
from salesanalytics.report.kernels.left import end_all, marked
from salesanalytics.report.kernels.server import ForkedKernel, ForkRefused, alone, ask
from salesanalytics.report.scratch import in_scratch, scratch

PROVISIONER = "salesanalytics-fork"
_COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


class ForkProvisioner(LocalProvisioner):
    """Gets kernels from the fork server at `address`; starts them as LocalProvisioner does where that is refused."""

    address = Unicode("", config=True, help="Socket of the fork server; empty: none.")
    memory = Int(0, config=True, help="Bytes a kernel may allocate; 0: as many as there are.")
    _mark = ""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """As LocalProvisioner's, in an environment for kernels that run beside each other."""
        kwargs["env"] = in_scratch(alone(kwargs.get("env") or os.environ))
        return dict(await super().pre_launch(**kwargs))

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:  # noqa: ANN401
        """Fork a kernel, or start one."""
        try:
            request = {"argv": _arguments(cmd), "env": kwargs["env"], "cwd": str(kwargs.get("cwd") or Path.cwd())}
            kernel = await asyncio.to_thread(ask, self.address, {**request, "memory": self.memory or None})
        except ForkRefused as why:
            if self.address:
                self.log.warning("Plain kernel: %s.", why)
            kwargs["env"], self._mark = marked(kwargs["env"])
            info = await super().launch_kernel(cmd, **kwargs)
            if self.memory and self.pid and sys.platform == "linux":
                limit_memory(self.pid, self.memory)
            return info
        process: Any = kernel
        self.process = process
        self.pid = self.pgid = kernel.pid
        self.cwd = kwargs.get("cwd", Path.cwd())
        await self._bound(kernel)
        return self.connection_info

    async def _bound(self, kernel: ForkedKernel) -> None:
        """Wait for the last of the kernel's sockets: who connects earlier waits a tenth of a second for ZeroMQ's next try."""
        info: Any = self.connection_info
        last = Path(f"{info['ip']}-{info['hb_port']}")
        while info["transport"] == "ipc" and not last.exists() and kernel.poll() is None:
            await asyncio.sleep(0.004)

    async def wait(self) -> int | None:
        """Wait for the kernel's end, without LocalProvisioner's pauses between looks."""
        kernel: Any = self.process
        if not isinstance(kernel, ForkedKernel):
            ended = await super().wait()
            if self._mark:
                end_all(self._mark)
            return ended
        code = await asyncio.to_thread(kernel.wait)
        kernel.close()
        self.process = None
        return code


class PromptClient(AsyncKernelClient):
    """A client that is ready when the kernel's answer has come on both channels, and does not wait for a silence after it."""

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        end = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < end:
            request = self.kernel_info()
            if await self._answered(request):
                return
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    wait_for_ready = _async_wait_for_ready

    async def _answered(self, request: str) -> bool:
        with contextlib.suppress(Empty):
            reply = await self.shell_channel.get_msg(timeout=1)
            while reply["parent_header"].get("msg_id") != request:
                reply = await self.shell_channel.get_msg(timeout=1)
            self._handle_kernel_info_reply(reply)
            while True:  # subscribed in time, this channel brings the end of the same request
                message = await self.iopub_channel.get_msg(timeout=0.2)
                idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
                if idle and message["parent_header"].get("msg_id") == request:
                    return True
        return False


class ForkKernelManager(AsyncKernelManager):
    """A manager whose kernels come from the fork server at `address`, over sockets in a private folder.

    No port to fight over, and nobody else can listen.
    """

    address = Unicode("", config=True)
    memory = Int(0, config=True)
    client_factory = Type(PromptClient, klass=AsyncKernelClient)

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(**kwargs)
        self.context.setsockopt(zmq.RCVHWM, 0)  # as on the kernel's side: nothing of what it puts out is dropped
        self.used: ForkedKernel | None = None
        self._folder = Path(mkdtemp(prefix="k-", dir=scratch()))
        self.connection_file = str(self._folder / "kernel.json")
        if os.name == "posix" and len(os.fsencode(str(self._folder))) <= 95:  # a socket's path may have about 100 bytes
            self.transport, self.ip = "ipc", str(self._folder / "k")

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """The spec of the kernel's name, provisioned by us; python3 is this Python, whatever else is installed by that name."""
        own = self.kernel_name == NATIVE_KERNEL_NAME
        spec: Any = KernelSpec(argv=_COMMAND, display_name="Python 3", language="python") if own else super().kernel_spec
        if spec:
            config = {"address": self.address, "memory": self.memory}
            spec.metadata = {**spec.metadata, "kernel_provisioner": {"provisioner_name": PROVISIONER, "config": config}}
        return spec  # type: ignore[no-any-return]

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:  # noqa: ANN401
        await super()._async_launch_kernel(kernel_cmd, **kw)
        process: Any = getattr(self.provisioner, "process", None)
        self.used = process if isinstance(process, ForkedKernel) else None

    async def _async_wait(self, pollinterval: float = 0.005) -> None:
        await super()._async_wait(pollinterval=min(pollinterval, 0.005))

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources


def _arguments(cmd: list[str]) -> list[str]:
    """The part of a kernel's command that is for ipykernel. Raises ForkRefused where it is another Python or another kernel."""
    python, *rest = cmd
    if os.path.realpath(python) != os.path.realpath(sys.executable) or rest[:2] != ["-m", "ipykernel_launcher"]:
        raise ForkRefused(f"{' '.join(cmd[:3])} is not this Python's own kernel")
    return rest[2:]
