// Two pictures of the panel against each other. Joined behind elements.js, view.js and comparestage.js.
//
// Python → here:  {type: "pair", left, right, choices: [[key, label], …], size, words, mimes, focus} and two files,
//                 {type: "choices", choices}, {type: "heat", words, mimes, stops, most} and one file
// here → Python:  {type: "ready"}, {type: "choose", left, right}, {type: "heat"}, {type: "save"}, {type: "close"}
// For tests: .inb-cmp, .inb-cmp-stage (data-mode, data-view, data-held), .inb-cmp-slider, [data-cmp] of each button,
// .inb-cmp-choice, .inb-cmp-words

const MODES = [["slider", "Slider"], ["side", "Side by side"], ["blink", "Blink"], ["difference", "Difference"]];

function cmpButton(name, label, title, act) {
  const button = element("button", "inb-cmp-button", { type: "button", "data-cmp": name, "aria-label": title, title }, label);
  button.onclick = act;
  return button;
}

function chooser(label, onChoose) {
  const menu = element("select", "inb-cmp-choice", { "aria-label": `${label} picture` });
  menu.onchange = onChoose;
  function fill(choices, key = menu.value) {
    menu.replaceChildren(...choices.map(([value, text]) => element("option", "", { value }, text)));
    menu.value = key;
  }
  return { menu, fill, label: () => menu.selectedOptions[0]?.textContent ?? "", row: element("label", "inb-cmp-side", {}, `${label} `, menu) };
}

function render({ model, el }) {
  el.classList.add("inb-cmp-view");
  keepKeys(el);
  const actions = new Map(model.get("actions").map((action) => [action.name, action]));
  const chords = new Map([...actions.values()].flatMap((action) => action.keys.map((key) => [key, action])));
  const helpOf = (name) => { const { help, shown } = actions.get(name); return `${help[0].toUpperCase()}${help.slice(1)} (${shown})`; };
  const urls = [null, null, null];
  let shown = null; // the pair

  const stage = makeStage(() => {});
  const words = element("div", "inb-cmp-words", { role: "status" });
  const scale = element("span", "inb-cmp-scale", { "aria-hidden": "true" });
  const most = element("span");
  const legend = element("div", "inb-cmp-legend", {}, "Difference of the worst channel: 0 ", scale, " ", most);
  const left = chooser("Left", () => choose(left.menu.value, right.menu.value));
  const right = chooser("Right", () => choose(left.menu.value, right.menu.value));
  const modes = MODES.map(([name, label]) => cmpButton(name, label, label, () => setMode(name)));
  const acts = {
    mode: () => setMode(MODES[(MODES.findIndex(([name]) => name === stage.mode) + 1) % MODES.length][0]),
    swap: () => choose(shown.right, shown.left),
    zoom_in: () => stage.zoom(ZOOM_STEP),
    zoom_out: () => stage.zoom(1 / ZOOM_STEP),
    fit: stage.fit,
    full: stage.full,
    blink: () => stage.hold(true),
    blink_end: () => stage.hold(false),
    save: () => model.send({ type: "save" }),
    close,
  };
  const button = (name, label) => cmpButton(name, label, helpOf(name), acts[name]);
  const bar = element("div", "inb-cmp-bar", { role: "toolbar", "aria-label": "Comparison" },
    element("span", "inb-cmp-group", { role: "group", "aria-label": "How they are compared" }, ...modes),
    element("span", "inb-cmp-group", {}, left.row, button("swap", "⇄"), right.row),
    element("span", "inb-cmp-group", {}, button("zoom_out", "−"), button("zoom_in", "+"), button("fit", "Fit"), button("full", "1:1")),
    element("span", "inb-cmp-group", {}, button("save", "Save"), button("close", "Close")));
  const help = element("div", "inb-cmp-keys", {}, [...actions.values()].map((action) => `${action.shown} ${action.help}`).join(" · "));
  const root = element("section", "inb-cmp", { "aria-label": "Comparison of two pictures" }, bar, stage.root, legend, words, help);
  root.hidden = legend.hidden = true;
  el.append(root);
  setMode("slider");

  function setMode(mode) {
    stage.setMode(mode);
    modes.forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.cmp === mode)));
    legend.hidden = mode !== "difference" || !urls[2];
    if (mode === "difference" && shown && !urls[2]) {
      words.textContent = "Comparing every pixel…";
      model.send({ type: "heat" });
    }
  }
  function choose(first, second) {
    model.send({ type: "choose", left: first, right: second });
  }
  function close() {
    root.hidden = true;
    stage.hold(false);
    const opener = el.closest(".inb-panel")?.querySelector(`.inb-thumb[data-key="${CSS.escape(shown?.right ?? "")}"] .inb-compare`);
    shown = null;
    opener?.focus({ preventScroll: true });
    model.send({ type: "close" });
  }

  function put(number, mime, buffer) {
    if (urls[number]) URL.revokeObjectURL(urls[number]);
    urls[number] = buffer ? URL.createObjectURL(new Blob([buffer], { type: mime })) : null;
    if (buffer) stage.images[number].src = urls[number];
    else stage.images[number].removeAttribute("src");
  }
  function showPair(content, buffers) {
    shown = content;
    root.hidden = false;
    left.fill(content.choices, content.left);
    right.fill(content.choices, content.right);
    buffers.forEach((buffer, number) => put(number, content.mimes[number], buffer));
    put(2);
    words.textContent = content.words;
    stage.setPicture(content.size, [left.label(), right.label()]);
    setMode(stage.mode);
    if (content.focus && !root.contains(document.activeElement)) {
      root.scrollIntoView({ block: "nearest" });
      stage.focus();
    }
  }
  function showHeat(content, buffers) {
    put(2, content.mimes[0], buffers[0]);
    scale.style.background = `linear-gradient(90deg, ${content.stops})`;
    most.textContent = content.most;
    words.textContent = content.words;
    legend.hidden = stage.mode !== "difference";
  }
  function receive(content, buffers) {
    if (content.type === "pair") showPair(content, buffers);
    else if (content.type === "heat" && shown) showHeat(content, buffers);
    else if (content.type === "choices") [left, right].forEach((each) => each.fill(content.choices));
  }

  // Keys work wherever the focus is in the comparison; a menu keeps its own, but for Esc.
  root.addEventListener("keydown", (event) => {
    const action = chords.get(chordOf(event));
    if (!action || event.altKey || (event.target.matches("select") && action.name !== "close")) return;
    event.preventDefault();
    event.stopPropagation();
    if (action.name === "move") move(event);
    else if (action.name === "pan") pan(event);
    else acts[action.name]();
  });
  root.addEventListener("keyup", (event) => {
    if (chords.get(event.key.toLowerCase())?.name === "blink") acts.blink_end();
  });
  root.addEventListener("focusout", acts.blink_end);
  function move(event) {
    const way = event.key === "ArrowLeft" ? -1 : 1;
    if (stage.mode === "slider") stage.nudge(way, event.ctrlKey || event.metaKey);
    else stage.pan(-way * KEY_PAN_PX, 0);
  }
  function pan(event) {
    const [x, y] = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    stage.pan(x * KEY_PAN_PX, y * KEY_PAN_PX);
  }

  model.on("msg:custom", receive);
  model.send({ type: "ready" });
  return () => {
    model.off("msg:custom", receive);
    stage.stop();
    for (const url of urls) if (url) URL.revokeObjectURL(url);
  };
}

export default { render };
