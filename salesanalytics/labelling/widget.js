const KEYS = { p: "positive", n: "negative", s: "neither" };

function render({ model, el }) {
  const box = document.createElement("div");
  box.className = "label-queue";
  box.tabIndex = 0;
  const text = document.createElement("p");
  text.className = "label-queue-text";
  text.lang = "";
  const row = document.createElement("div");
  const said = document.createElement("p");
  said.className = "label-queue-said";
  said.setAttribute("role", "status");

  const decide = (label) => model.send({ label });
  const undo = () => model.send({ undo: true });
  const button = (name, act) => {
    const one = document.createElement("button");
    one.type = "button";
    one.className = `label-queue-${name}`;
    one.textContent = model.get("names")[name] ?? name;
    one.addEventListener("click", act);
    row.append(one);
    return one;
  };
  const buttons = Object.values(KEYS).map((label) => button(label, () => decide(label)));
  button("undo", undo);

  const show = () => {
    text.textContent = model.get("text");
    said.textContent = `${model.get("said")} ${model.get("names").keys ?? ""}`;
    buttons.forEach((one) => { one.disabled = !model.get("text"); });
  };
  box.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (KEYS[key] && model.get("text")) decide(KEYS[key]);
    else if (key === "u") undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  model.on("change:text", show);
  model.on("change:said", show);
  box.append(text, row, said);
  el.append(box);
  show();
  box.focus({ preventScroll: true });
}

export default { render };
