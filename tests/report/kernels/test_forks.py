"""A forked kernel does what a plain one does, is alone, and ends with who asked for it; where none is to be had, all works."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import pytest

from salesanalytics.report.kernels import Limits, execute
from salesanalytics.report.kernels import server as server_module
from salesanalytics.report.kernels.preload import imported
from salesanalytics.report.kernels.server import PLAIN, ForkRefused, ForkServer, ask
from salesanalytics.report.plan import Job
from tests.report.faults.house import until, working
from tests.report.report_parts import code, write

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux")]

PROJECT = Path(__file__).parents[3]
# what is compared, cell by cell
CELLS = {
    "parameters": "team = 'nobody'",
    "text": "print('Iași ✓', team)\nteam.upper()",
    "both streams": "import sys\nprint('out')\nprint('err', file=sys.stderr)",
    "a table": "import numpy as np, pandas as pd\nframe = pd.DataFrame({'deal': ['a', 'b'], 'amount': [1.5, None]})\nframe",
    "a plain picture": "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);",
    "a picture again": "%matplotlib inline\nplt.bar(['a', 'b'], [1, 2]);",
    "a picture by seaborn": "import seaborn\nseaborn.barplot(frame.fillna(1), x='deal', y='amount', errorbar=None);",
    "a chart of ours": (
        "from salesanalytics import show\n"
        "show.bars(frame.fillna(2), 'deal', 'amount', words=show.Words('ro'), title='Titlu', alt='Bare')"
    ),
    "settings of charts": "print(sorted(map(str, plt.rcParams.items())))",
    "settings of tables": "print([pd.get_option(f'display.{name}') for name in ('width', 'max_rows')], np.geterr())",
    "seeded numbers": "import random\nnp.random.seed(1); random.seed(1)\nprint(np.random.random(), random.random())",
    "an error that is caught": "import traceback\ntry: 1 / 0\nexcept ZeroDivisionError: traceback.print_exc()",
    "a warning": "import warnings\nwarnings.warn('careful')",
    "magic words": "%history\n%who",
    "a shell command": "!echo $OMP_NUM_THREADS",
    "waiting": "import asyncio\nawait asyncio.sleep(0, 'well')",
    "updates": "from IPython.display import display\nshown = display('1', display_id=True)\nshown.update('2')",
    "its place": "import os\nprint(os.getcwd(), sys.path, __name__, sys.stdin, os.isatty(0))",
    "its arguments": "print(os.path.basename(sys.argv[0]), sys.argv[1], os.path.basename(sys.argv[2]), sys.argv[3:])",
    "its environment": (
        "import hashlib\n"
        "known = {name: value for name, value in os.environ.items() if not name.startswith(('JPY', 'PYDEVD'))}\n"
        "print(sorted(known), hashlib.sha256(repr(sorted(known.items())).encode()).hexdigest())"
    ),
    "a module beside it": "import beside\nbeside.name",
    "signals": "from signal import *\nprint([getsignal(one) for one in (SIGINT, SIGCHLD, SIGPIPE, SIGTERM)])",
}
# a fork that starts something in a session of its own and waits
STARTS = """
import subprocess, time
def prepare(modules): pass
def become(request, server):
    subprocess.Popen(["sleep", "1000"], cwd=request["cwd"], start_new_session=True)
    time.sleep(1000)
"""
# in the server's own process, before and after its fork
AT_FORK = """
import os, sys
at_fork = set()
os.register_at_fork(after_in_child=lambda: at_fork.update(sys.modules))
"""


def job(notebook: Path, **parameters: object) -> Job:
    return Job("", "x", notebook.stem, notebook, parameters, notebook.with_suffix(".out"))


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """The notebook of `CELLS`, and a module beside it."""
    folder = tmp_path_factory.mktemp("forks")
    (folder / "beside.py").write_text("name = 'beside'")
    cells = [code(source, *(["parameters"] if name == "parameters" else [])) for name, source in CELLS.items()]
    return write(folder / "all.ipynb", *cells)


@pytest.fixture(scope="module")
def server(notebook, tmp_path_factory):
    """A fork server for all tests here, which also remembers what it had imported."""
    folder = tmp_path_factory.mktemp("more")
    (folder / "remembers.py").write_text(AT_FORK)
    modules = imported([notebook, PROJECT / "notebooks/6_dashboard.ipynb"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        with ForkServer([*modules, "remembers"]) as found:
            yield found


def run(server: ForkServer, notebook: Path, *, timeout: float = 60, **parameters: object) -> list[str]:
    """What each code cell printed."""
    done = execute(job(notebook, **parameters), Limits(timeout, 0, server.address))
    assert done.ok, done.error
    assert done.cpu > 0, "it was no forked kernel"
    cells = json.loads(done.notebook)["cells"]
    return ["".join(output.get("text", "") for output in cell["outputs"]) for cell in cells if cell["cell_type"] == "code"]


@pytest.fixture(scope="module")
def both(server, notebook):
    """Cells by name as a forked kernel executed them, and as a plain one did."""
    outputs = []
    for address in (server.address, ""):
        done = execute(job(notebook, team="north"), Limits(60, 0, address))
        assert done.ok, done.error
        assert bool(done.cpu) == bool(address)
        cells = [cell for cell in json.loads(done.notebook)["cells"] if "injected-parameters" not in cell["metadata"]["tags"]]
        outputs.append(dict(zip(CELLS, map(_comparable, cells), strict=True)))
    return outputs


class TestOutputs:
    @pytest.mark.parametrize("name", CELLS)
    def test_are_those_of_a_plain_kernel(self, both, name):
        forked, plain = both
        assert forked[name] == plain[name]
        assert forked[name] or name == "parameters"

    def test_hold_pictures(self, both):
        mimes = {mime for name in CELLS if "picture" in name for output in both[0][name] for mime in output["data"]}
        assert "image/png" in mimes
        assert "<svg" in json.dumps(both[0]["a chart of ours"])


def _comparable(cell):
    """A cell's outputs without what is never the same: numbers of processes, addresses, into how many pieces a text was cut."""
    outputs = []
    for output in cell["outputs"]:
        last = outputs[-1] if outputs else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            outputs.append(dict(output))
    return json.loads(re.sub(r"(ipykernel)_\d+/\d+|0x[0-9a-f]{6,}", r"\1", json.dumps(outputs)))


class TestAFork:
    def test_has_random_numbers_of_its_own(self, server, tmp_path):
        dice = write(
            tmp_path / "dice.ipynb", code("import random, numpy\nprint(random.random())"), code("print(numpy.random.random())")
        )
        first, second = run(server, dice), run(server, dice)
        assert first[0] != second[0]
        assert first[1] != second[1]

    def test_loses_nothing_of_what_it_puts_out_faster_than_it_is_read(self, server, tmp_path):
        burst = "for n in range(4000): print(n, flush=True)"
        (printed,) = run(server, write(tmp_path / "burst.ipynb", code(burst)))
        assert printed.split() == [str(n) for n in range(4000)]

    def test_imports_little_of_its_own(self, server, demo_snapshot, tmp_path):
        shutil.copytree(PROJECT / "notebooks", tmp_path / "notebooks")
        path = tmp_path / "notebooks/6_dashboard.ipynb"
        made = nbformat.read(path, 4)
        made.cells.append(code("import sys, remembers\nprint(*sorted(set(sys.modules) - remembers.at_fork))"))
        nbformat.write(made, path)
        late = run(server, path, snapshot=str(demo_snapshot.path), team="north")[-1].split()
        assert len(late) < 25, late

    def test_runs_what_the_notebook_left_for_its_end(self, server, tmp_path):
        last = write(tmp_path / "last.ipynb", code("import subprocess\nsubprocess.Popen(['sleep', '1000'])\nprint(1)"))
        assert run(server, last) == ["1\n"]
        assert until(lambda: not _at_work(tmp_path), 5)

    def test_comes_from_a_process_of_one_thread_without_papermill_and_zeromq_sockets(self, server, tmp_path):
        look = write(
            tmp_path / "look.ipynb", code("import sys, remembers\nprint({name.split('.')[0] for name in remembers.at_fork})")
        )
        (names,) = run(server, look)
        assert "'seaborn'" in names
        assert "'papermill'" not in names
        assert len(list(Path(f"/proc/{server.pid}/task").iterdir())) == 1
        opened = {str(link.readlink()) for link in Path(f"/proc/{server.pid}/fd").iterdir()}
        assert not [name for name in opened if "eventfd" in name]  # ZeroMQ would wake itself with one


def request(folder: Path) -> dict[str, object]:
    """What it takes to ask for a kernel."""
    ipc = ["--IPKernelApp.transport=ipc", f"--IPKernelApp.ip={folder}/k", "-f", f"{folder}/kernel.json"]
    return {"argv": ipc, "env": dict(os.environ), "cwd": str(folder), "memory": None}


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


@pytest.fixture
def short():
    """A folder with a short name, as sockets need it."""
    with TemporaryDirectory(prefix="t") as folder:
        yield Path(folder)


ASKS = """
import json, sys
from salesanalytics.report.kernels.server import ask
kernel = ask(sys.argv[1], json.loads(sys.argv[2]))
print(kernel.pid, flush=True)
kernel.wait()
"""


class TestTheServer:
    def test_ends_the_kernel_of_an_asker_who_died_and_no_other(self, server, short):
        ours = ask(server.address, request(short))
        asker = subprocess.Popen(
            [sys.executable, "-c", ASKS, server.address, json.dumps(request(short))], stdout=subprocess.PIPE, text=True
        )
        with asker:
            theirs = int(asker.stdout.readline())
            assert is_alive(theirs)
            asker.kill()
        assert until(lambda: not is_alive(theirs), 5)
        assert is_alive(ours.pid)
        ours.close()
        assert until(lambda: not is_alive(ours.pid), 5)

    @pytest.mark.parametrize(
        "said",
        [
            b"\n", b"hello\n", b"\xff\xfe\x00\n", b"{}\n", b"[]\n", b"7\n", b'{"argv": 1, "env": 2, "cwd": 3}\n',
            b'{"argv": [], "env": {"A": 1}, "cwd": "/"}\n', b'{"argv": ["--no=1"], "env": {}, "cwd": "/nowhere"}\n',
            b"x" * 10_000_000, b"[" * 100_000 + b"\n", b'{"argv": ["half',
        ],
        ids=lambda said: said[:30].decode("latin"),
    )  # fmt: skip
    def test_outlives_what_it_does_not_understand(self, server, short, said):
        with socket.socket(socket.AF_UNIX) as talk, contextlib.suppress(BrokenPipeError, ConnectionResetError):
            talk.settimeout(10)
            talk.connect(server.address)
            talk.sendall(said)
            if said.endswith(b"\n"):
                talk.recv(1000)
        kernel = ask(server.address, request(short))
        assert is_alive(kernel.pid)
        kernel.close()

    @pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can be somebody else")
    @pytest.mark.parametrize("opened", [False, True], ids=["in its private folder", "if the folder were open"])
    def test_answers_no_other_user(self, server, opened):
        script = (
            "import os, socket, sys\nos.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "talk = socket.socket(socket.AF_UNIX)\n"
            "talk.connect(sys.argv[1])\ntalk.sendall(b'{}\\n')\nprint('answered', talk.recv(100))"
        )
        if opened:
            server.folder.chmod(0o755)
            server.folder.parent.chmod(0o755)
            Path(server.address).chmod(0o777)
        try:
            said = subprocess.run([sys.executable, "-c", script, server.address], capture_output=True, text=True, check=False)
        finally:
            server.folder.chmod(0o700)
            server.folder.parent.chmod(0o700)
        if opened:
            assert "answered b''" in said.stdout or "ConnectionResetError" in said.stderr or "BrokenPipeError" in said.stderr
        else:
            assert "PermissionError" in said.stderr


class TestWhereNothingIsForked:
    """A plain kernel does it; that nothing was forked shows in that nobody counted its CPU seconds."""

    def executes_plainly(self, folder: Path, limits: Limits) -> bool:
        done = execute(job(write(folder / "sum.ipynb", code("print(1 + 1)"))), limits)
        assert done.ok, done.error
        assert json.loads(done.notebook)["cells"][0]["outputs"][0]["text"] == "2\n"
        return done.cpu == 0

    def test_because_there_is_no_server(self, tmp_path):
        assert self.executes_plainly(tmp_path, Limits(60, 0, str(tmp_path / "fork")))

    def test_because_it_was_not_wanted(self, tmp_path, monkeypatch):
        monkeypatch.setenv(PLAIN, "plain")
        with pytest.raises(ForkRefused, match=f"{PLAIN} is plain"):
            ForkServer([])
        assert self.executes_plainly(tmp_path, Limits(60))

    def test_because_something_imported_has_started_a_thread(self, tmp_path, monkeypatch, short):
        (tmp_path / "busy.py").write_text(
            "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()"
        )
        monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
        with ForkServer(["busy"]) as server:
            with pytest.raises(ForkRefused, match="1 threads beside the main one"):
                ask(server.address, request(short))
            assert self.executes_plainly(tmp_path, Limits(60, 0, server.address))

    def test_because_the_server_was_killed_while_a_notebook_ran(self, tmp_path):
        cell = """
import os, signal, subprocess, time
print("begun", file=open("begun", "a"))
subprocess.Popen(["sleep", "1000"], start_new_session=True)
subprocess.run("setsid sleep 1001 & setsid sh -c 'sleep 1002 & sleep 1003' &", shell=True)
if len(open("begun").readlines()) == 1:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(600)
"""
        with ForkServer([]) as server:
            done = execute(job(write(tmp_path / "kills.ipynb", code(cell))), Limits(60, 0, server.address))
        assert done.ok, done.error
        assert (tmp_path / "begun").read_text() == "begun\n" * 2
        assert until(lambda: not _at_work(tmp_path), 5)


def test_papermill_alone_executes_with_our_engine_and_leaves_no_process(tmp_path):
    (tmp_path / "params.yaml").write_text("team: north\n")
    print_team = "import sys\nprint(team, 'salesanalytics.report.kernels.zygote' in sys.orig_argv)"
    write(tmp_path / "in.ipynb", code("team = 'nobody'", "parameters"), code(print_team))
    words = ["--engine", "salesanalytics", "in.ipynb", "out.ipynb", "-f", "params.yaml", "-k", "python3", "-l", "python"]
    done = subprocess.run(
        [sys.executable, "-m", "papermill", *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert nbformat.read(tmp_path / "out.ipynb", 4).cells[-1].outputs[0].text == "north True\n"
    assert until(lambda: not _at_work(tmp_path), 5)


def _at_work(folder: Path) -> list[str]:
    return [line for place, line in working() if place.is_relative_to(folder)]


def test_where_the_warden_does_not_come_to_its_turn_nothing_outlives_the_server_either(tmp_path, monkeypatch):
    (tmp_path / "starts.py").write_text(STARTS)
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(server_module, "GRACE", 0.1)

    def at_work() -> list[str]:
        return [line for folder, line in working() if folder == tmp_path / "work"]

    with ForkServer((), becomes="starts") as stopped:
        fork = ask(stopped.address, {"cwd": str(tmp_path / "work")})
        assert until(at_work)
        os.kill(stopped._process.pid, signal.SIGSTOP)
    fork.close()
    assert at_work() == []
