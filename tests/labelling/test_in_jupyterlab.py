"""The queue in a real JupyterLab in a real browser: keys and buttons label, a label is taken back, markup stays text."""

import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import nbformat
import pytest
import websocket

from salesanalytics.data.snapshot import Snapshot
from salesanalytics.labelling.store import LabelStore

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
CELL = """
from pathlib import Path
from salesanalytics import workspace
from salesanalytics.labelling.widget import LabelQueue
from salesanalytics.show import Words
view = workspace.open_company({snapshot!r})
tables = {{name: view.tables[name] for name in ("feedback", "opportunity", "product")}}
tables["feedback"] = tables["feedback"].assign(text="<b>bold</b> " + tables["feedback"]["text"])
queue = LabelQueue(tables, Path({file!r}), Words("en", "EUR"), "ana")
queue
"""

READY = """(() => {
  const panel = Array.from(window.jupyterapp.shell.widgets('main')).find((one) => one.sessionContext);
  document.querySelector('.jp-Dialog .jp-mod-accept')?.click();  // where it asks for a kernel
  if (panel?.sessionContext.session?.kernel?.status !== 'idle') return false;
  window.jupyterapp.shell.activateById(panel.id);
  return true;
})()"""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")]


class Page:
    """A browser's page, spoken to by the DevTools protocol."""

    def __init__(self, address: str) -> None:
        self._socket = websocket.create_connection(address, timeout=60, suppress_origin=True)
        self._numbers = itertools.count(1)

    def close(self) -> None:
        self._socket.close()

    def ask(self, method: str, **parameters: Any) -> Any:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    def value(self, expression: str) -> Any:
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return found["result"].get("value")

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            text = key if kind == "keyDown" else ""
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, text=text, code=f"Key{key.upper()}")

    def text(self) -> str:
        return str(self.value("document.querySelector('.label-queue-text')?.textContent ?? ''"))


def until(holds: Callable[[], Any], seconds: float = 90) -> Any:
    """What `holds` says once it says something; fails after so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.2)
    raise AssertionError("waited in vain")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
def page(demo_snapshot: Snapshot, tmp_path: Path) -> Iterator[Page]:
    """JupyterLab with the queue shown."""
    source = CELL.format(snapshot=str(demo_snapshot.path), file=str(tmp_path / "labels.csv"))
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, tmp_path / "label.ipynb")
    port, home = free_port(), tmp_path / "home"
    home.mkdir()
    env = os.environ | {"HOME": str(home), "JUPYTER_PREFER_ENV_PATH": "1"}
    lab = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", f"--port={port}", "--IdentityProvider.token=t", "--allow-root",
         "--expose-app-in-browser", "--ServerApp.port_retries=0"],
        cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    browser = subprocess.Popen(
        [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
         f"--user-data-dir={home / 'browser'}",
         "--window-size=1280,900", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    page = None
    try:
        page = shown(port, home / "browser")
        yield page
    finally:
        if page is not None:
            page.close()
        for process in (browser, lab):
            process.terminate()
            process.wait(20)


def read(address: str) -> bytes:
    with urlopen(address, timeout=10) as answer:  # noqa: S310 - this machine's
        return bytes(answer.read())


def shown(port: int, profile: Path) -> Page:
    active = until(lambda: (profile / "DevToolsActivePort").is_file() and (profile / "DevToolsActivePort").read_text())
    devtools = active.splitlines()[0]

    def up() -> bool:
        try:
            return bool(read(f"http://127.0.0.1:{port}/api?token=t"))
        except OSError:
            return False

    until(up)
    targets = json.loads(read(f"http://127.0.0.1:{devtools}/json"))
    page = Page(next(one["webSocketDebuggerUrl"] for one in targets if one["type"] == "page"))
    page.ask("Page.navigate", url=f"http://127.0.0.1:{port}/lab/tree/label.ipynb?token=t&reset")
    until(lambda: page.value("!!window.jupyterapp && !!document.querySelector('.jp-Notebook .jp-Cell')"))
    until(lambda: page.value(READY))
    page.value("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
    until(page.text)
    return page


def test_keys_and_buttons_label_and_take_back(page: Page, tmp_path: Path) -> None:
    store = LabelStore(tmp_path / "labels.csv", "ana")

    def labels() -> list[str]:
        return store.read()["label"].to_list()

    first = page.text()
    page.value("document.querySelector('.label-queue').focus()")
    page.press("p")
    until(lambda: labels() == ["positive"])
    second = until(lambda: page.text() != first and page.text())
    page.press("n")
    until(lambda: labels() == ["positive", "negative"])
    until(lambda: page.text() not in (first, second))
    page.press("u")
    until(lambda: labels() == ["positive"])
    until(lambda: page.text() == second)
    page.value("document.querySelector('.label-queue-neither').click()")
    until(lambda: labels() == ["positive", "neither"])
    until(lambda: "2 texts are labelled" in page.value("document.querySelector('.label-queue-said').textContent"))
    for _ in range(8):
        shown_now = page.text()
        page.press("n")
        until(lambda before=shown_now: page.text() != before)
    until(lambda: len(labels()) == 10)  # and the model has learned from them
    assert page.text().startswith("<b>bold</b> ")
    assert page.value("document.querySelectorAll('.label-queue-text *').length") == 0
