// Blind rating: one picture or two at a time, by number only. Joined behind elements.js and stars.js.
//
// Python → here:  {type: "state", who, paired, total, next, answers, captions, summary, heard}: an answer is null or
//                 {stars, starred, rejected, preference, given}; captions are null and the summary, a table in HTML, is
//                 empty until all is revealed; heard is the last answer's number that came from each view
//                 {type: "pictures", pictures: [{size, number, side}, …]} and as many JPEG buffers
//                 {type: "refused", error, hint}
// here → Python:  {type: "ready"}, {type: "want", pictures: [[size, number], …]}, {type: "reveal"},
//                 {type: "answer", view, seq, number, stars | starred | rejected | preference}
// For tests: .inb-blind (data-number, data-ready), .inb-blind-status, .inb-blind-figure, .inb-blind-choice (data-preference),
// .inb-blind-tile (data-number), .inb-blind-reveal, .inb-blind-summary, .inb-blind-message, .inb-rating (see stars.js)

const AHEAD = 2; // large pictures asked for before they are needed
const LARGE_KEPT = 16; // the browser need not hold all
const NOTHING = { stars: 0, starred: false, rejected: false, preference: null, given: false };
const CHOICES = [["left", "A is better", "A"], ["tie", "No difference", "T"], ["right", "B is better", "B"]];
const PREFERENCE_OF = { left: "left", right: "right", tie: "tie" };

// Pictures by size, number and side, as addresses of this page; the oldest large ones are let go.
function pictureShelf() {
  const urls = new Map();
  const asked = new Set();
  const name = (size, number, side = 0) => `${size} ${number} ${side}`;
  const get = (size, number, side) => urls.get(name(size, number, side));
  function add({ size, number, side }, buffer) {
    const key = name(size, number, side);
    if (urls.has(key)) URL.revokeObjectURL(urls.get(key));
    urls.delete(key);
    urls.set(key, URL.createObjectURL(new Blob([buffer], { type: "image/jpeg" })));
  }
  function letGo(current) {
    const large = [...urls.keys()].filter((key) => key.startsWith("large "));
    for (const key of large.slice(0, Math.max(0, large.length - LARGE_KEPT))) {
      const number = Number(key.split(" ")[1]);
      if (Math.abs(number - current) <= AHEAD) continue;
      URL.revokeObjectURL(urls.get(key));
      urls.delete(key);
      asked.delete(`large ${number}`);
    }
  }
  // Which of these nobody has asked for yet.
  function missing(wanted) {
    const fresh = wanted.filter(([size, number]) => !asked.has(`${size} ${number}`));
    for (const [size, number] of fresh) asked.add(`${size} ${number}`);
    return fresh;
  }
  function clear() {
    for (const url of urls.values()) URL.revokeObjectURL(url);
  }
  return { get, add, letGo, missing, clear };
}

function progressHead(reveal) {
  const bar = element("progress", "inb-progress", { max: 1, value: 0, "aria-label": "Progress of the rating" });
  const text = element("span", "inb-blind-status", { role: "status" });
  const button = element("button", "inb-blind-reveal", { type: "button" }, "Reveal");
  let left = 0;
  let isSure = false;
  function ask(sure) {
    isSure = sure;
    button.textContent = sure ? `Reveal with ${left} not rated?` : "Reveal";
  }
  button.onclick = () => (left && !isSure ? ask(true) : reveal());
  button.onblur = () => ask(false);
  button.title = "Show what made the pictures; after that they cannot be rated blind any more";
  function show(state, answered, said) {
    left = state.total - answered;
    const things = state.paired ? "pairs" : "pictures";
    const done = left ? "" : state.captions ? " · revealed" : " · all rated";
    bar.value = answered / state.total;
    text.textContent = `${answered} of ${state.total} ${things} rated${done} · blind, by ${state.who}${said ? ` · ${said}` : ""}`;
    button.hidden = Boolean(state.captions);
    button.classList.toggle("inb-blind-due", !left);
    if (!isSure) ask(false);
  }
  return { head: element("div", "inb-blind-head", {}, bar, text, button), show };
}

function tileStrip(select, wantSmall) {
  const strip = element("div", "inb-blind-tiles", { role: "group", "aria-label": "All pictures" });
  const tiles = [];
  const seen = new IntersectionObserver((entries) => {
    wantSmall(entries.filter((entry) => entry.isIntersecting).map((entry) => Number(entry.target.dataset.number)));
  }, { root: strip, rootMargin: "200px" });
  function fill(total) {
    for (let number = tiles.length; number < total; number += 1) {
      const image = element("img", "inb-blind-small", { alt: "", draggable: "false" });
      const words = element("span", "inb-blind-tile-words");
      const tile = element("button", "inb-blind-tile", { type: "button", "data-number": number, tabindex: "-1" }, image, words);
      image.hidden = true;
      tile.onclick = () => select(number);
      tiles.push(tile);
      strip.append(tile);
      seen.observe(tile);
    }
  }
  function showPicture(number, url) {
    const image = tiles[number]?.querySelector("img");
    if (!image) return;
    image.src = url;
    image.hidden = false;
  }
  function show(state, current) {
    fill(state.total);
    tiles.forEach((tile, number) => {
      const { stars, rejected } = state.answers[number] ?? NOTHING;
      tile.querySelector(".inb-blind-tile-words").textContent = `${number + 1}${stars ? ` ${"★".repeat(stars)}` : ""}`;
      tile.setAttribute("aria-label", `Picture ${number + 1}, ${stars ? starCount(stars) : "not rated"}${rejected ? ", rejected" : ""}`);
      tile.toggleAttribute("aria-current", number === current);
      tile.classList.toggle("inb-dimmed", rejected);
      if (state.captions) tile.title = state.captions[number].join(" / ");
    });
    keepInView(tiles[current]);
  }
  // Without moving the notebook, as scrollIntoView would.
  function keepInView(tile) {
    if (!tile) return;
    const above = tile.offsetTop - strip.offsetTop;
    if (above < strip.scrollTop) strip.scrollTop = above;
    else if (above + tile.offsetHeight > strip.scrollTop + strip.clientHeight) strip.scrollTop = above + tile.offsetHeight - strip.clientHeight;
  }
  return { strip, show, showPicture, stop: () => seen.disconnect() };
}

function choiceRow(choose) {
  const buttons = CHOICES.map(([preference, label, key]) => {
    const button = element("button", "inb-blind-choice", { type: "button", "data-preference": preference, "aria-pressed": "false" }, label);
    button.title = `${label} (${key})`;
    button.onclick = () => choose(preference);
    return button;
  });
  const row = element("div", "inb-blind-choices", { role: "group", "aria-label": "Which one is better?" }, ...buttons);
  const show = (preference) => buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.preference === preference)));
  return { row, show };
}

function render({ model, el }) {
  const view = `${Date.now()}-${Math.random()}`;
  const shelf = pictureShelf();
  const chords = new Map(model.get("actions").flatMap((action) => action.keys.map((key) => [key, action])));
  let state = null;
  let current = 0;
  let said = "";
  let seq = 0;
  let unheard = []; // answers that Python has not told back yet

  const send = (content) => model.send(content);
  const head = progressHead(() => send({ type: "reveal" }));
  const tiles = tileStrip(go, (numbers) => want(numbers.map((number) => ["small", number])));
  const rating = ratingRow("this picture", answer);
  const choices = choiceRow((preference) => answer({ preference }));
  const figures = element("div", "inb-blind-figures");
  const previous = element("button", "inb-blind-step", { type: "button", "aria-label": "Previous" }, "‹");
  const next = element("button", "inb-blind-step", { type: "button", "aria-label": "Next" }, "›");
  const count = element("span", "inb-blind-count");
  const message = element("div", "inb-blind-message", { role: "alert" });
  const stage = element("div", "inb-blind-stage", { tabindex: "0", role: "group" }, figures);
  const bar = element("div", "inb-blind-bar", {}, previous, count, next);
  const help = element("p", "inb-blind-help");
  const summary = element("div", "inb-blind-summary");
  message.hidden = true;
  previous.onclick = () => go(current - 1);
  next.onclick = () => go(current + 1);
  el.classList.add("inb-blind");
  keepKeys(el);
  el.append(head.head, message, summary, stage, bar, tiles.strip, help);

  function want(pictures) {
    const fresh = shelf.missing(pictures);
    if (fresh.length) send({ type: "want", pictures: fresh });
  }
  const sides = () => (state.paired ? ["A", "B"] : [""]);
  const isReady = () => state && sides().every((_, side) => shelf.get("large", current, side));
  const numbered = (number) => `${state.paired ? "Pair" : "Picture"} ${number + 1} of ${state.total}`;

  function go(number) {
    if (!state || number < 0 || number >= state.total) return;
    current = number;
    draw();
  }
  // To the next question without an answer, after this one first; with all answered it stays.
  function goOn() {
    const numbers = Array.from({ length: state.total }, (_, step) => (current + 1 + step) % state.total);
    const open = numbers.find((number) => !state.answers[number]?.given);
    if (open !== undefined) go(open);
    else draw();
  }
  function answer(now) {
    if (!isReady() || state.captions) return; // nobody rates what is not shown
    const before = state.answers[current] ?? NOTHING;
    const after = { ...before, ...now };
    after.given = state.paired ? after.preference !== null : after.stars > 0;
    state.answers[current] = after;
    unheard.push({ seq: ++seq, number: current, after });
    said = `${numbered(current).split(" of")[0]}: ${wordsOf(after)}`;
    send({ type: "answer", view, seq, number: current, ...now });
    if (now.stars || now.preference) goOn();
    else draw();
    stage.focus({ preventScroll: true });
  }
  function wordsOf({ stars, starred, rejected, preference }) {
    if (preference) return CHOICES.find(([name]) => name === preference)[1];
    return [stars ? starCount(stars) : "no stars", starred && "starred", rejected && "rejected"].filter(Boolean).join(", ");
  }
  function keyDown(event) {
    const isPressing = event.target.matches("button") && (event.key === " " || event.key === "Enter");
    const action = event.altKey || isPressing ? null : chords.get(chordOf(event));
    if (!action || !state) return;
    const meant = state.paired ? null : rating.meaning(action, event.key);
    const preference = state.paired ? PREFERENCE_OF[action.name] : undefined;
    if (meant) answer(meant);
    else if (preference) answer({ preference });
    else if (action.name === "previous") go(current - 1);
    else if (action.name === "next") go(current + 1);
    else if (action.name === "first") go(0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function figure(side, letter) {
    const url = shelf.get("large", current, side);
    const alt = letter ? `Picture ${letter}` : numbered(current);
    const image = element("img", "inb-blind-image", { alt, draggable: "false" });
    if (url) image.src = url;
    const shown = element("figure", "inb-blind-figure", {}, url ? image : element("span", "inb-blind-wait", {}, "…"));
    const words = [letter, state.captions?.[current]?.[side]].filter(Boolean).join(": ");
    if (words) shown.append(element("figcaption", "", {}, words));
    return shown;
  }
  function draw() {
    const given = state.answers[current] ?? NOTHING;
    el.dataset.number = current;
    el.dataset.ready = String(Boolean(isReady()));
    stage.setAttribute("aria-label", `${numbered(current)}, ${given.given ? wordsOf(given) : "not rated"}`);
    figures.classList.toggle("inb-blind-pair", state.paired);
    figures.replaceChildren(...sides().map((letter, side) => figure(side, letter)));
    figures.classList.toggle("inb-dimmed", given.rejected);
    rating.show(given);
    choices.show(given.preference);
    count.textContent = numbered(current);
    previous.disabled = current === 0;
    next.disabled = current === state.total - 1;
    head.show(state, state.answers.filter((each) => each?.given).length, said);
    if (!state.paired) tiles.show(state, current);
    tiles.strip.hidden = state.paired || state.total < 2;
    bar.classList.toggle("inb-blind-over", Boolean(state.captions));
    const ahead = Array.from({ length: AHEAD + 1 }, (_, step) => current + step).filter((number) => number < state.total);
    want(ahead.map((number) => ["large", number]));
    shelf.letGo(current);
  }
  function begin() {
    const kind = state.paired ? choices.row : rating.row;
    bar.insertBefore(kind, next);
    const mine = new Set(state.paired ? ["left", "right", "tie", "previous", "next", "first"] : ["rate", "star", "reject", "previous", "next", "first"]);
    const shown = model.get("actions").filter((action) => mine.has(action.name));
    help.replaceChildren(...shown.flatMap((action) => [element("span", "inb-key", {}, element("kbd", "", {}, action.shown), ` ${action.help}`), " "]));
    current = state.next ?? 0;
  }
  function receive(content, buffers) {
    if (content.type === "state") {
      const isFirst = !state;
      state = content;
      unheard = unheard.filter((each) => each.seq > (state.heard[view] ?? 0));
      for (const { number, after } of unheard) state.answers[number] = after;
      if (isFirst) begin();
      if (state.summary) summary.innerHTML = state.summary;
      draw();
    } else if (content.type === "pictures") {
      content.pictures.forEach((picture, index) => {
        shelf.add(picture, buffers[index]);
        if (picture.size === "small") tiles.showPicture(picture.number, shelf.get("small", picture.number, 0));
      });
      if (state && content.pictures.some((picture) => picture.size === "large" && picture.number === current)) draw();
    } else if (content.type === "refused") {
      message.hidden = false;
      message.textContent = [content.error, content.hint].filter(Boolean).join(" ");
    }
  }

  el.addEventListener("keydown", keyDown, { capture: true });
  model.on("msg:custom", receive);
  model.send({ type: "ready" });
  return () => {
    el.removeEventListener("keydown", keyDown, { capture: true });
    model.off("msg:custom", receive);
    tiles.stop();
    shelf.clear();
  };
}

export default { render };
