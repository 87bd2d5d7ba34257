// The lower part of the panel: one progress line, one message, and the thumbnails of every run.
//
// Python → here:  {type: "status", state, stage, fraction, elapsed, error, hint}
//                 {type: "picture", key, parent, label, caption, alt, use, buttons, more, saves} and one JPEG buffer,
//                 each key once; a key is the run's number and the picture's, as "2.1", or "original"
//                 {type: "rating", key, stars, starred, rejected, dimmed, words}: yours, and what others think in words
//                 {type: "note", text}, {type: "offer", text, label}, {type: "preview"} and one JPEG buffer, or none
// here → Python:  {type: "ready", view}, {type: "use" | "save", key}, {type: "press", key, label}, {type: "offer"},
//                 {type: "rate", key, stars | starred | rejected}, {type: "compare", key}
// Pictures are messages, never traits: they are not kept in the notebook's widget state.
// For tests: .inb-status (data-state), .inb-progress, .inb-message, .inb-thumb (data-key), .inb-compare, .inb-use, .inb-save,
// .inb-press (data-label), .inb-more, .inb-offer, .inb-rating (see stars.js)

function progressLine() {
  const bar = element("progress", "inb-progress", { max: 1, "aria-label": "Progress of the run" });
  const text = element("span", "inb-status-text");
  const line = element("div", "inb-status", { role: "status", "data-state": "idle" }, bar, text);
  let status = { state: "idle", stage: "", fraction: null, elapsed: 0 };
  let since = 0;

  // The browser counts the seconds itself, so they go on while the kernel is busy.
  function tick() {
    const running = status.state === "running";
    const elapsed = status.elapsed + (running ? (performance.now() - since) / 1000 : 0);
    const parts = [status.stage];
    if (running && status.fraction !== null) parts.push(`${Math.round(status.fraction * 100)} %`);
    if (status.state !== "idle") parts.push(seconds(elapsed));
    text.textContent = parts.filter(Boolean).join(" · ");
  }

  function show(message) {
    status = message;
    since = performance.now();
    line.dataset.state = message.state;
    bar.hidden = message.state !== "running";
    if (message.fraction === null) bar.removeAttribute("value");
    else bar.value = message.fraction;
    tick();
  }
  return { line, show, tick };
}

function messageBox() {
  const box = element("div", "inb-message", { role: "alert" });
  box.hidden = true;
  function show(error, hint) {
    box.hidden = !error;
    box.replaceChildren();
    if (!error) return;
    box.append(element("strong", "inb-message-error", {}, error));
    if (hint) box.append(element("span", "inb-message-hint", {}, hint));
  }
  return { box, show };
}

const HELD_MS = 350; // what is pressed no longer was not meant to be held

const KINDS = { U: "Upscale: make this one large", V: "Vary: more like this one" };

function pressButton(entry, label, send) {
  const title = KINDS[label[0]] ?? label;
  const button = element("button", "inb-press", { type: "button", "data-label": label, "aria-label": `${label}, ${title}` }, label);
  button.title = title;
  button.onclick = () => send({ type: "press", key: entry.key, label });
  return button;
}

function pressMenu(entry, send) {
  const menu = element("select", "inb-more", { "aria-label": `More to do with ${entry.label}` },
    element("option", "", { value: "" }, "More…"),
    ...entry.more.map((label) => element("option", "", { value: label }, label)));
  menu.onchange = () => {
    if (menu.value) send({ type: "press", key: entry.key, label: menu.value });
    menu.value = "";
  };
  return menu;
}

function offerLine(send) {
  const text = element("span", "inb-offer-text");
  const button = element("button", "inb-offer-button", { type: "button" });
  const line = element("div", "inb-offer inb-thumb-buttons", { role: "status" }, text, button);
  line.hidden = true;
  button.onclick = () => send({ type: "offer" });
  function show(content) {
    text.textContent = content.text;
    button.textContent = content.label;
    line.hidden = !content.text;
  }
  return { line, show };
}

// Held, it shows the picture before in the thumbnail; pressed shortly, it opens the comparison.
function compareButton(entry, parent, image, badge, send) {
  const button = element("button", "inb-compare", { type: "button", "aria-label": `Compare ${entry.label}` }, "Compare");
  button.title = parent ? "Click to compare, hold to see the picture before" : "Click to compare with another picture";
  const open = () => send({ type: "compare", key: entry.key });
  button.onclick = (event) => { if (!event.detail) open(); }; // a click that no pointer made, as screen readers do
  let since = null; // when it was pressed
  const show = (held) => {
    image.src = held && parent ? parent.url : entry.url;
    badge.hidden = !held || !parent;
    button.setAttribute("aria-pressed", String(held));
  };
  const press = () => { since ??= performance.now(); show(true); };
  const release = (isDone) => {
    const isShort = since !== null && performance.now() - since < HELD_MS;
    since = null;
    show(false);
    if (isDone && isShort) open();
  };
  button.onpointerdown = (event) => {
    if (event.button) return;
    button.setPointerCapture(event.pointerId);
    press();
  };
  button.onpointerup = () => release(true);
  button.onpointercancel = button.onblur = () => release(false);
  button.onkeydown = (event) => { if (event.key === " " || event.key === "Enter") { event.preventDefault(); press(); } };
  button.onkeyup = (event) => { if (event.key === " " || event.key === "Enter") { event.preventDefault(); release(true); } };
  return button;
}

// Keys act on the thumbnail that has the focus, or anything in it; arrows go to the next one.
function obeyKeys(figure, rating, chords, rate) {
  figure.tabIndex = 0;
  figure.setAttribute("aria-keyshortcuts", "1 2 3 4 5 0 F D");
  figure.addEventListener("keydown", (event) => {
    if (event.altKey || event.target.matches("select")) return;
    const meant = rating.meaning(chords.get(chordOf(event)), event.key);
    const next = { ArrowRight: figure.nextElementSibling, ArrowLeft: figure.previousElementSibling }[event.key];
    if (meant) rate(meant);
    else if (next && event.target === figure) next.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function thumbnail(entry, pictures, chords, send) {
  const image = element("img", "inb-thumb-image", { src: entry.url, alt: entry.alt, draggable: "false" });
  const badge = element("span", "inb-thumb-badge", {}, "parent");
  badge.hidden = true;
  const frame = element("div", "inb-thumb-frame", {}, image, badge);
  const buttons = element("div", "inb-thumb-buttons");
  const figure = element("figure", "inb-thumb", { "data-key": entry.key }, frame,
    element("figcaption", "inb-thumb-caption", { title: entry.caption }, element("b", "", {}, entry.label), ` ${entry.caption}`), buttons);

  if (entry.rates) {
    const rate = (said) => { entry.rating.show(said); send({ type: "rate", key: entry.key, ...said }); };
    entry.rating = ratingRow(entry.label, rate);
    entry.figure = figure;
    buttons.before(entry.rating.row);
    obeyKeys(figure, entry.rating, chords, rate);
  }
  if (entry.use) {
    const use = element("button", "inb-use", { type: "button", "aria-label": `${entry.use}: ${entry.label}` }, entry.use);
    use.title = "Make this the picture to edit";
    use.onclick = () => send({ type: "use", key: entry.key });
    buttons.append(use);
  }
  for (const label of entry.buttons) buttons.append(pressButton(entry, label, send));
  buttons.append(compareButton(entry, pictures.get(entry.parent), image, badge, send));
  if (entry.saves) {
    const save = element("button", "inb-save", { type: "button", "aria-label": `Save ${entry.label} as a PNG file` }, "Save");
    save.title = "Write a PNG beside the notebook";
    save.onclick = () => send({ type: "save", key: entry.key });
    buttons.append(save);
  }
  if (entry.more.length) buttons.append(pressMenu(entry, send));
  return figure;
}

function render({ model, el }) {
  const view = `${Date.now()}-${Math.random()}`;
  const pictures = new Map();
  const chords = new Map(model.get("actions").flatMap((action) => action.keys.map((key) => [key, action])));
  const progress = progressLine();
  const message = messageBox();
  const note = element("div", "inb-note", { role: "status" });
  note.hidden = true;
  const strip = element("div", "inb-strip", { role: "list", "aria-label": "Results" });
  strip.hidden = true;
  el.classList.add("inb-runs");
  keepKeys(el);
  const offer = offerLine((sent) => model.send(sent));
  const preview = element("img", "inb-preview", { alt: "Preview of the run, unfinished" });
  preview.hidden = true;
  el.append(offer.line, progress.line, preview, message.box, note, strip);

  function addPicture(content, buffer) {
    if (pictures.has(content.key)) return;
    const url = URL.createObjectURL(new Blob([buffer], { type: "image/jpeg" }));
    const entry = { ...content, url };
    pictures.set(content.key, entry);
    const figure = thumbnail(entry, pictures, chords, (sent) => model.send(sent));
    figure.setAttribute("role", "listitem");
    place(figure, content.key);
    strip.hidden = pictures.has("original") && pictures.size < 2;
  }

  function showRating(content) {
    const { rating, figure } = pictures.get(content.key) ?? {};
    if (!rating) return;
    rating.show(content);
    figure.setAttribute("aria-label", [pictures.get(content.key).label, rating.spoken()].join(", "));
    figure.classList.toggle("inb-dimmed", content.dimmed);
  }

  // The picture everything started from stays first; after it the newest run comes first, its pictures in order.
  function place(figure, key) {
    const run = key.split(".")[0];
    const rest = [...strip.children].filter((each) => each.dataset.key !== "original");
    const last = rest.filter((each) => each.dataset.key.split(".")[0] === run).at(-1);
    if (key === "original") strip.prepend(figure);
    else strip.insertBefore(figure, last ? last.nextSibling : rest[0] ?? null);
  }

  function receive(content, buffers) {
    if (content.type === "status") {
      progress.show(content);
      message.show(content.error, content.hint);
      if (content.state === "running") note.hidden = true;
    } else if (content.type === "picture") {
      addPicture(content, buffers[0]);
    } else if (content.type === "rating") {
      showRating(content);
    } else if (content.type === "preview") {
      if (preview.src) URL.revokeObjectURL(preview.src);
      preview.hidden = !buffers.length;
      if (buffers.length) preview.src = URL.createObjectURL(new Blob([buffers[0]], { type: "image/jpeg" }));
      else preview.removeAttribute("src");
    } else if (content.type === "offer") {
      offer.show(content);
    } else if (content.type === "note") {
      note.textContent = content.text;
      note.hidden = !content.text;
    }
  }

  model.on("msg:custom", receive);
  const clock = setInterval(progress.tick, 100);
  model.send({ type: "ready", view });
  return () => {
    model.off("msg:custom", receive);
    clearInterval(clock);
    for (const { url } of pictures.values()) URL.revokeObjectURL(url);
  };
}

export default { render };
