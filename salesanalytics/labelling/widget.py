"""One text after the other in JupyterLab, with buttons and keys: p positive, n negative, s neither, u take back.

In: tables of a snapshot. Out: labels in the file, and a model that has learned from them at once. Texts are shown as text,
never as markup.
"""

import getpass
from pathlib import Path
from typing import Any

import anywidget
import pandas as pd
import traitlets

from salesanalytics.base.types import Tables
from salesanalytics.facts.written_answers import written_answers
from salesanalytics.labelling.queue import agreement, ask_next
from salesanalytics.labelling.store import LabelStore, decided
from salesanalytics.models.sentiment.estimator import SentimentModel
from salesanalytics.show.words import Words

AHEAD = 20
LEARN_EVERY = 10


class LabelQueue(anywidget.AnyWidget):
    """`text` is the one asked about, `said` how far it is; a message {"label": …} or {"undo": true} from the page decides."""

    _esm = Path(__file__).with_name("widget.js")
    _css = Path(__file__).with_name("widget.css")
    text = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    names = traitlets.Dict().tag(sync=True)

    def __init__(self, tables: Tables, file: Path, words: Words, by: str = "", seed: int = 0) -> None:
        super().__init__()
        self.store = LabelStore(file, by or getpass.getuser())
        self.words, self.seed = words, seed
        self.rows = written_answers(tables)[["feedback_id", "text", "label"]]
        self.names = {name: words.say(f"labelling.{name}") for name in ("positive", "negative", "neither", "undo", "keys")}
        self.ahead: list[str] = []
        self.chance = pd.Series(dtype="float64")
        self.learn()
        self.on_msg(self._told)
        self._show()

    def learn(self) -> None:
        """Read all texts by a model of all labels, and choose the next ones."""
        by_people = decided(self.store.read()).set_index("feedback_id")["label"]
        labels = self.rows["feedback_id"].map(by_people).fillna(self.rows["label"])
        given = [None if one != one else int(one) for one in labels] if labels.nunique() > 1 else None
        model = SentimentModel(scale="binary").fit(self.rows["text"], given)
        self.chance = model.read(self.rows["text"])["chance"].set_axis(self.rows["feedback_id"])
        self._choose()

    def _choose(self) -> None:
        asked = self.rows.assign(chance=self.chance.to_numpy())
        self.ahead = ask_next(asked, self.store.read(), self.store.by, AHEAD, self.seed)

    def _told(self, _: Any, message: dict[str, Any], __: Any) -> None:  # noqa: ANN401 - as ipywidgets calls it
        if message.get("undo"):
            back = self.store.undo()
            self.ahead = [back, *(one for one in self.ahead if one != back)] if back else self.ahead
        elif self.ahead:
            self.store.add(self.ahead.pop(0), message["label"])
            if len(self.store.read()) % LEARN_EVERY == 0:
                self.learn()
            elif not self.ahead:
                self._choose()
        self._show()

    def _show(self) -> None:
        done = self.store.read()
        texts = self.rows.set_index("feedback_id")["text"]
        self.text = str(texts.get(self.ahead[0], "")) if self.ahead else ""
        alike = agreement(done)
        told = [self.words.say("labelling.done", n=int(done["feedback_id"].nunique()))]
        if alike is not None:
            told.append(self.words.say("labelling.agreement", n=alike.n, kappa=alike.kappa, low=alike.low, high=alike.high))
        if not self.ahead:
            told.append(self.words.say("labelling.nothing"))
        self.said = " ".join(told)
