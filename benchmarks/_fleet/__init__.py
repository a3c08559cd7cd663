"""What `fleet.py` is made of.

reaper  a parent for one command that collects everything the command leaves behind   in: command        out: CPU, wall
spent   what a command costs, with all its processes                                  in: command        out: `Spent`
loops   the other ways to make the same reports: a process each                       in: snapshot, way  out: phases
floor   one chapter in a warm process without Jupyter                                 in: job            out: notebook
ways    every way once, side by side                                                  in: snapshot       out: `Cost` by way
start   what is paid before the first report                                          in: notebooks      out: CPU, wall
scale   the same reports from larger companies, and for more teams                    in: sizes          out: `Size`, `Many`
marks   what was promised, and whether it holds                                       in: figures        out: `Mark`
table   all of it for a reader                                                        in: figures        out: lines
"""
