"""From a snapshot and notebooks to one page per team: plan, run, render, publish.

    plan     which notebook runs for whom, with which parameters        in: snapshot, params, notebooks  out: `Plan`
    kernels  one notebook executed by a kernel                          in: `Job`                        out: `Execution`
    content  what an executed notebook holds, and whether it is sound   in: notebook                     out: blocks, problems
    fragment one executed notebook as HTML, without code                in: notebook                     out: markup
    render   all chapters of a team as one self-contained page          in: executed notebooks           out: HTML
    publish  a page put in its place whole, or not at all               in: HTML                         out: file
    index    the page that lists the pages                              in: results                      out: HTML
    run      all of it: company first, then teams, lane by lane         in: `Plan`                       out: `RunResult`

Knows notebooks by path and analyses not at all.
"""
