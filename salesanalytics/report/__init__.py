"""From a snapshot and notebooks to one page per team.

    plan         which notebook runs for whom, with which parameters   in: snapshot, params, notebooks  out: `Plan`
    run          all of it: the company first, then the teams          in: `Plan`                       out: pages, `RunResult`
    workers      where the work is done: processes here, or Dask       in: function calls               out: futures
    kernels      one notebook executed by a kernel                     in: `Job`                        out: `Execution`
    page         executed notebooks as one self-contained page         in: notebooks                    out: HTML
    page_result  how one page went                                     failure  what went wrong, in one line

A run gives work to the workers; these know kernels and pages; none of them looks up again (`.importlinter` holds it). Knows
notebooks by path and analyses not at all.
"""
