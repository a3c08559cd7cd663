"""Notebooks executed by real kernels, which are forked from a process that has imported everything once.

    execute  one notebook for a run                                       in: `Job`          out: `Execution`
    engine   papermill's engine `salesanalytics`                          in: notebook       out: executed notebook
    manager  jupyter_client's manager and provisioner for forked kernels  in: kernel spec    out: running kernel
    server   the fork server as its starter and its askers know it        in: module names   out: address, kernels
    zygote   the fork server itself                                       in: requests       out: forks
    child    what a fork does to become a kernel                          in: request        out: exit code
    app      ipykernel's application, half of it done before the fork     in: arguments      out: application
    preload  what the server should have imported                         in: notebooks      out: module names

The server's process must stay small and single-threaded, so `zygote`, `child` and `server` import nothing of the others.
"""

from salesanalytics.report.kernels.execute import TIMEOUT, Execution, Limits, execute

__all__ = ["TIMEOUT", "Execution", "Limits", "execute"]
