// The row of named masks: tabs, history, which mask is looked at, how it is drawn, import and export.
//
// Python → here:  {type: "masks", names, active}, {type: "history", position, last, first, titles},
//                 {type: "view", view, style, feather_px, feather, note}, {type: "words", text},
//                 {type: "answer", view, seq, said | error, hint, offer, added, code, lines, file} and the file's bytes
//                 {type: "alive", view, lost: [seqs]}: what never came is sent again
// here → Python:  {type: "ready"}, {type: "alive", view, open: [seqs]} while an answer is late, {type: "fold", open: [names]}, {type: "part", upload, index} with one part of a file, and
//                 what is answered, each with `view` and `seq`: "add", "use" {name}, "rename" {name, to}, "remove" {name},
//                 "restore", "go" {step}, "look" {which}, "feather" {px, side}, "style" {style}, "export", "code" {to},
//                 "import" {file, channel, invert, into, upload, parts}
// For tests: .inb-mask-tab (data-name), .inb-history-step (data-step), .inb-view (data-view), .inb-masks-said

const LATE_MS = 1500;
const ASKING_MS = [3000, 6000, 12000, 30000]; // between two questions whether anything was lost on the way
const LOOKS = [["painted", "Painted", "The mask as it is painted"], ["sent", "Sent", "What the provider is asked to change"], ["blended", "Blended", "How strongly the answer is laid over the picture"]];
const STYLES = [["tint", "Tint"], ["checker", "Checker"], ["ants", "Ants"]];

function historyList(ask) {
  const list = element("ol", "inb-history inb-mask-fold", { "aria-label": "History of this mask" });
  function show({ position, last, first, titles }) {
    const had = list.contains(document.activeElement);
    list.replaceChildren(...titles.map((title, index) => step(first + index, title, position)));
    if (first > 0) list.prepend(element("li", "inb-history-more", {}, `${first} earlier steps`));
    if (first + titles.length <= last) list.append(element("li", "inb-history-more", {}, `${last + 1 - first - titles.length} later steps`));
    const current = list.querySelector('[aria-current="step"]');
    if (had) current?.focus();
    if (current) list.scrollTop = current.offsetTop - list.offsetTop - list.clientHeight / 2;
  }
  function step(number, title, position) {
    const state = number > position ? ", undone" : "";
    const made = element("button", `inb-history-step${state ? " inb-undone" : ""}`, { type: "button", "data-step": number, "aria-label": `${number} ${title}${state}` },
      element("span", "inb-history-number", {}, String(number)), ` ${title}`);
    made.title = `Go to this step${state ? " again" : ""}`;
    if (number === position) made.setAttribute("aria-current", "step");
    made.onclick = () => ask({ type: "go", step: number }, `going to step ${number}`);
    return element("li", "", {}, made);
  }
  return { root: list, show };
}

function render({ model, el }) {
  const view = Math.random().toString(36).slice(2);
  const waiting = new Map(); // seq -> {doing, then}
  const listening = new AbortController();
  let seq = 0;
  let open = [];

  const said = element("span", "inb-masks-said", { role: "status" });
  const offer = maskButton("inb-mask-offer", "Undo", "Bring it back", () => ask({ type: "restore" }, "bringing it back"), { hidden: "" });
  function tell(text, kind = "done", offers = false) {
    said.textContent = text;
    said.dataset.kind = kind;
    offer.hidden = !offers;
  }

  // ---- messages

  // Sends a wish, the bytes of a file before it in parts; `then` hears the answer.
  function ask(content, doing, bytes = null, then = null) {
    const number = ++seq;
    if (el.closest(".jupyter-widgets-disconnected")) {
      tell(`The kernel of this session is gone: ${doing} was not done.`, "error");
      return;
    }
    waiting.set(number, { content, doing, bytes, then });
    setTimeout(() => late(number), LATE_MS);
    deliver(number);
  }
  function deliver(number) {
    const { content, bytes } = waiting.get(number);
    try {
      const file = bytes ? upload(bytes, `${view}-${number}`) : {};
      model.send({ ...content, ...file, view, seq: number });
    } catch (error) {
      console.warn("inpaint_nb: the kernel cannot be reached", error); // it is told again
    }
  }
  function late(number, asked = 0) {
    if (!waiting.has(number) || listening.signal.aborted) return;
    const doing = [...waiting.values()].map((each) => each.doing).join(", ");
    if (said.dataset.kind !== "error") tell(`The kernel is busy or away. Waiting: ${doing}. Nothing is lost while this page is open.`, "waiting");
    if (number === Math.min(...waiting.keys())) try { model.send({ type: "alive", view, open: [...waiting.keys()] }); } catch { /* asked again */ }
    setTimeout(() => late(number, asked + 1), ASKING_MS[Math.min(asked, ASKING_MS.length - 1)]);
  }
  function upload(bytes, name) {
    const size = model.get("part_bytes");
    const parts = Math.ceil(bytes.length / size);
    for (let index = 0; index < parts; index += 1) {
      model.send({ type: "part", upload: name, index }, undefined, [bytes.slice(index * size, (index + 1) * size).buffer]);
    }
    return { upload: name, parts };
  }
  function answered(message, buffers) {
    const asked = waiting.get(message.seq);
    waiting.delete(message.seq);
    if (!asked) return;
    if (message.error) tell([message.error, message.hint].filter(Boolean).join(" "), "error");
    else if (message.said) tell(message.said, "done", message.offer === "restore");
    else if (said.dataset.kind !== "done" || !offer.hidden) tell("");
    if (message.file && buffers[0]) download(buffers[0], message.file);
    asked.then?.(message);
  }
  function receive(message, buffers) {
    const shows = { masks: tabs.show, history: showHistory, view: showView, words: ({ text }) => { words.textContent = text; } };
    if (message.type === "alive") { if (message.view === view) message.lost.filter((each) => waiting.has(each)).forEach(deliver); }
    else if (message.type === "answer") { if (message.view === view) answered(message, buffers); } else shows[message.type]?.(message);
  }

  // ---- parts

  const tabs = maskTabs(ask);
  const history = historyList(ask);
  const words = element("pre", "inb-mask-words inb-mask-fold", { "aria-label": "The mask in words", tabindex: "0" });
  const imports = maskImport(model, ask, tell);
  const exports = maskExport(ask, tell);
  const folds = { history: history.root, import: imports.root, export: exports.root, words };
  const toggles = {
    history: toggle("history", "History", "The steps of this mask; click one to go there"),
    import: toggle("import", "Import", "Make a mask of a picture"),
    export: toggle("export", "Export", "Download this mask, or take it as code"),
    words: toggle("words", "Outline", "What is masked, in words"),
  };
  function toggle(name, label, title) {
    return maskButton(`inb-${name}-toggle inb-fold-toggle`, label, title, () => fold(open.includes(name) ? open.filter((each) => each !== name) : [...open, name]), { "aria-expanded": "false", "aria-label": label });
  }
  function fold(next) {
    open = next;
    for (const [name, root] of Object.entries(folds)) {
      root.hidden = !open.includes(name);
      toggles[name].setAttribute("aria-expanded", String(!root.hidden));
    }
    model.send({ type: "fold", open });
  }
  function showHistory(content) {
    const text = `History ${content.position}/${content.last}`;
    toggles.history.textContent = text;
    toggles.history.setAttribute("aria-label", `${text}: the steps of this mask`);
    history.show(content);
  }

  const looks = LOOKS.map(([name, label, title]) => {
    const made = maskButton("inb-view", label, title, () => ask({ type: "look", which: name }, `the view “${label}”`), { role: "radio", "data-view": name, "aria-label": `${label}: ${title}` });
    return made;
  });
  const px = element("input", "inb-mask-feather", { type: "number", min: 0, max: 999, step: 1, "aria-label": "Feather of a run, in pixels", title: "How softly a run lays its answer over the picture, in pixels" });
  const side = maskMenu("inb-mask-side", "Where the feather lies", [["inside", "inside"], ["ring", "around"]]);
  const feather = () => ask({ type: "feather", px: Math.max(0, +px.value || 0), side: side.value }, "the feather");
  px.onchange = side.onchange = feather;
  const note = element("span", "inb-mask-advice");
  const style = maskMenu("inb-mask-style", "How the mask is drawn", STYLES);
  style.onchange = () => ask({ type: "style", style: style.value }, "the look of the mask");
  function showView(content) {
    for (const each of looks) {
      const isOn = each.dataset.view === content.view;
      each.setAttribute("aria-checked", String(isOn));
      each.tabIndex = isOn ? 0 : -1;
    }
    if (document.activeElement !== px) px.value = content.feather_px;
    side.value = content.feather;
    side.hidden = !content.feather_px;
    style.value = content.style;
    note.textContent = content.view === "sent" ? content.note : "";
    root.dataset.view = content.view;
  }
  const choice = element("div", "inb-mask-looks", { role: "radiogroup", "aria-label": "Which mask is shown" }, ...looks);
  choice.onkeydown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = looks[(looks.indexOf(event.target) + step + looks.length) % looks.length];
    next.focus();
    next.click();
  };

  const label = (text, ...children) => element("label", "inb-mask-option", {}, text, ...children);
  const row = element("div", "inb-masks-row", {}, tabs.root, toggles.history, choice,
    label("Feather ", px, " px "), side, note, style, toggles.import, toggles.export, toggles.words);
  const news = element("div", "inb-masks-news", {}, said, offer);
  const root = element("div", "inb-masks", { role: "group", "aria-label": "Masks" }, row, ...Object.values(folds), news);
  keepKeys(root);
  root.onkeydown = (event) => {
    if (event.key === "Escape") {
      if (open.length) fold([]);
      else document.activeElement?.blur();
    }
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  };
  el.append(root);
  for (const each of Object.values(folds)) each.hidden = true;

  model.on("msg:custom", receive);
  model.send({ type: "ready" });
  model.send({ type: "fold", open });
  requestAnimationFrame(() => { const panel = el.closest(".inb-panel"); if (panel) imports.listen(panel, listening.signal); });
  return () => {
    listening.abort();
    model.off("msg:custom", receive);
  };
}

export default { render };
