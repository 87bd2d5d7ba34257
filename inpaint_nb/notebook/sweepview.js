// The live grid of a sweep: headings, cells that fill in, one progress line, and a cell large with its whole request.
//
// Python → here:  {type: "update", grid?, overall?, cells: [[number, status, progress, stage, seconds, error, hint, recorded]],
//                  pictures: [number]} and one JPEG buffer for each of `pictures`
//                 {type: "large", number, request: [[name, text]], code, uses} and one JPEG buffer for each picture
//                 {type: "note", error, hint}
// here → Python:  {type: "ready"}, {type: "layout", rows, columns}, {type: "again" | "open", number}, {type: "use", number, index},
//                 {type: "start" | "cancel"}
// Pictures are messages, never traits: they are not kept in the notebook's widget state.
// For tests: .inb-sweep, .inb-cell (data-number, data-status), .inb-again, .inb-rows, .inb-columns, .inb-swap, .inb-overall, .inb-large

function overallLine() {
  const bar = element("progress", "inb-progress", { max: 1, "aria-label": "Progress of the sweep" });
  const text = element("span", "inb-overall");
  const spoken = element("span", "inb-spoken", { role: "status" });
  let shown = null;
  let since = 0;
  let saidAt = -Infinity;

  function parts(elapsed) {
    const { total, counts, spent, recorded } = shown;
    const count = (...names) => names.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
    const onTheWay = count("waiting", "submitting", "queued", "running");
    const some = [[count("failed"), "failed"], [count("cancelled"), "cancelled"], [onTheWay, "on the way"], [recorded, "recorded"]];
    return [`${count("done")} of ${total} done`, ...some.filter(([n]) => n).map(([n, word]) => `${n} ${word}`),
      ...(elapsed ? [seconds(elapsed)] : []), ...(spent ? [`cost so far ${spent}`] : [])];
  }
  // The browser counts the seconds itself, so they go on while the kernel is busy.
  function tick() {
    if (!shown) return;
    const elapsed = shown.elapsed + (shown.ticking ? (performance.now() - since) / 1000 : 0);
    text.textContent = parts(elapsed).join(" · ");
  }
  function show(overall) {
    const ended = shown?.ticking && !overall.ticking;
    shown = overall;
    since = performance.now();
    const over = ["done", "failed", "cancelled"].reduce((sum, name) => sum + (overall.counts[name] ?? 0), 0);
    bar.value = overall.total ? over / overall.total : 0;
    bar.hidden = !overall.ticking;
    tick();
    if (ended || since - saidAt > 5000) { // read aloud now and then, and at the end
      saidAt = since;
      spoken.textContent = parts(0).join(", ");
    }
  }
  return { nodes: [bar, text, spoken], show, tick };
}

function messageBox() {
  const box = element("div", "inb-message", { role: "alert" });
  box.hidden = true;
  function show(error, hint) {
    box.hidden = !error;
    box.replaceChildren(...(error ? [element("strong", "", {}, error)] : []), ...(hint ? [element("span", "", {}, hint)] : []));
  }
  return { box, show };
}

function layoutMenus(change) {
  const rows = element("select", "inb-rows");
  const columns = element("select", "inb-columns");
  const swap = element("button", "inb-swap", { type: "button", title: "Rows become columns" }, "⇄ Swap");
  let grid = null;
  let offered = [];
  rows.onchange = () => change(relaid(grid, "rows", offered[rows.value]));
  columns.onchange = () => change(relaid(grid, "columns", offered[columns.value]));
  swap.onclick = () => change({ ...grid, rows: grid.columns, columns: grid.rows });
  function show(next) {
    grid = next;
    offered = choices(grid);
    for (const [menu, side] of [[rows, grid.rows], [columns, grid.columns]]) {
      menu.replaceChildren(...offered.map((names, at) => element("option", "", { value: at }, names.join(" × ") || "(none)")));
      menu.value = offered.findIndex((names) => names.join("\n") === side.join("\n"));
    }
  }
  const label = (text, menu) => element("label", "inb-menu", {}, `${text} `, menu);
  return { nodes: [label("Rows", rows), label("Columns", columns), swap], show };
}

// The words of a heading in full, beside it while it is pointed at or has the focus.
function tipOver(root) {
  const tip = element("div", "inb-tip", { "aria-hidden": "true" }); // the heading's own name says the same
  tip.hidden = true;
  function show(event) {
    const head = event.target.closest?.(".inb-heading");
    tip.hidden = !head;
    if (!head) return;
    tip.textContent = head.dataset.full;
    const [place, area] = [head.getBoundingClientRect(), root.getBoundingClientRect()];
    tip.style.left = `${Math.max(0, Math.min(place.left - area.left, area.width - tip.offsetWidth))}px`;
    tip.style.top = `${place.bottom - area.top + 2}px`;
  }
  const hide = () => { tip.hidden = true; };
  root.addEventListener("pointerover", show);
  root.addEventListener("focusin", show);
  root.addEventListener("pointerleave", hide);
  root.addEventListener("focusout", hide);
  root.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  return tip;
}

function largeDialog(send, cellAt, leave) {
  const title = element("div", "inb-large-title");
  const pictures = element("div", "inb-large-pictures");
  const request = element("dl", "inb-large-request");
  const code = element("code", "inb-large-code");
  const buttons = element("div", "inb-buttons");
  const dialog = element("dialog", "inb-large", { "aria-label": "One cell of the sweep" }, title, pictures, request, code, buttons);
  let number = null;
  let urls = [];

  const button = (name, label, action) => {
    const made = element("button", name, { type: "button" }, label);
    made.onclick = action;
    return made;
  };
  function forget() {
    urls.forEach((url) => URL.revokeObjectURL(url));
    urls = [];
  }
  function figure(url, index, uses) {
    const use = button("inb-use", "Use", () => { send({ type: "use", number, index }); dialog.close(); });
    use.title = "Open the editor on this picture, below the grid";
    use.setAttribute("aria-label", `Use picture ${index + 1}`);
    return element("figure", "inb-large-figure", {}, element("img", "", { src: url, alt: `Picture ${index + 1}: ${cellLabel(cellAt(number))}` }), ...(uses ? [use] : []));
  }
  function draw() {
    const cell = cellAt(number);
    title.textContent = cell.where.join(" · ") || "The one run";
    const failed = cell.state.status === "failed" || cell.state.status === "cancelled";
    const again = button("inb-again", "Run again", () => { send({ type: "again", number }); dialog.close(); });
    buttons.replaceChildren(button("inb-before", "‹ Before", () => step(-1)), button("inb-next", "Next ›", () => step(1)),
      ...(failed ? [again] : []), button("inb-close", "Close", () => dialog.close()));
    if (!urls.length) pictures.replaceChildren(...(cell.url ? [figure(cell.url, 0, false)] : []));
  }
  function open(next) {
    if (number !== next) {
      forget();
      request.replaceChildren();
      code.textContent = "";
    }
    number = next;
    draw();
    if (!dialog.open) dialog.showModal();
    send({ type: "open", number });
  }
  function step(by) {
    if (cellAt(number + by)) open(number + by);
  }
  function fill(content, buffers) {
    if (content.number !== number) return;
    forget();
    urls = buffers.map((buffer) => URL.createObjectURL(new Blob([buffer], { type: "image/jpeg" })));
    if (urls.length) pictures.replaceChildren(...urls.map((url, index) => figure(url, index, content.uses)));
    request.replaceChildren(...content.request.flatMap(([name, text]) => [element("dt", "", {}, name), element("dd", "", {}, text)]));
    code.textContent = content.code;
  }
  dialog.addEventListener("close", () => leave(number));
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  return { dialog, open, fill, forget, redraw: (changed) => { if (dialog.open && changed === number) draw(); } };
}

function render({ model, el }) {
  const send = (content) => model.send(content);
  const overall = overallLine();
  const message = messageBox();
  const start = element("button", "inb-start", { type: "button", title: "Send what is not there yet" }, "Run");
  const cancel = element("button", "inb-cancel", { type: "button", title: "Send no more, and cancel what is on its way" }, "Cancel");
  const summary = element("div", "inb-summary");
  const caption = element("div", "inb-caption");
  const notes = element("div", "inb-provider-note");
  const menus = layoutMenus((next) => { lay(next); send({ type: "layout", rows: next.rows, columns: next.columns }); });
  const body = element("div", "inb-body");
  const cells = [];
  let grid = null;

  start.onclick = () => send({ type: "start" });
  cancel.onclick = () => send({ type: "cancel" });
  const again = (number) => send({ type: "again", number });
  const large = largeDialog(send, (number) => cells[number], (number) => rove.go(number, cells));
  const rove = rover(body);
  const tip = tipOver(body);
  el.classList.add("inb-sweep");
  keepKeys(el);
  const tools = element("div", "inb-tools inb-buttons", {}, ...menus.nodes);
  const frame = element("div", "inb-frame", {}, body, tip);
  el.append(summary, element("div", "inb-tools", {}, ...overall.nodes, element("span", "inb-buttons", {}, start, cancel)),
    message.box, tools, notes, caption, frame, large.dialog);

  function newCell(number) {
    const node = element("div", "inb-cell", { role: "gridcell", tabindex: "-1", "data-number": number });
    return { number, node, where: [], url: null, state: { status: "planned", progress: null, stage: "", seconds: null, error: "", hint: "", recorded: "" } };
  }

  function lay(next) {
    if (grid && JSON.stringify([grid.rows, grid.columns, grid.axes]) === JSON.stringify([next.rows, next.columns, next.axes])) return;
    grid = next;
    const total = grid.axes.reduce((product, axis) => product * axis.labels.length, 1);
    while (cells.length < total) cells.push(newCell(cells.length));
    const focused = body.contains(document.activeElement) ? document.activeElement : null;
    const layout = layoutOf(grid);
    const pages = layout.pages.map((page) => pageOf(page, layout, grid, cells));
    body.classList.toggle("inb-many", total > 60);
    body.replaceChildren(...pages.map((page) => page.section));
    cells.forEach((cell) => drawCell(cell, again));
    rove.fill(pages.flatMap((page) => page.lines));
    if (focused?.isConnected) focused.focus();
    menus.show(grid);
    tools.hidden = !grid.axes.length;
    const sides = [["Rows", grid.rows], ["Columns", grid.columns], ["One grid for each", layout.pageNames]];
    caption.textContent = [...sides.filter(([, names]) => names.length).map(([side, names]) => `${side}: ${names.join(" × ")}`),
      ...(grid.title ? [`The same everywhere: ${grid.title}`] : [])].join(". ");
    fit();
  }

  // Cells are as wide as the place allows, and never wider than their small pictures are sharp.
  function fit() {
    if (!grid || !body.clientWidth) return;
    const { rows, columns: { length: columns } } = layoutOf(grid);
    const letters = Math.max(...rows.map((row) => row.labels.join(" · ").length));
    const head = Math.max(72, Math.min(190, body.clientWidth * 0.2, 7.5 * letters + 16));
    const room = (body.clientWidth - head - 12) / columns - 6;
    const width = Math.round(Math.max(84, Math.min(grid.px, room)));
    body.style.setProperty("--inb-head", `${Math.round(head)}px`);
    body.style.setProperty("--inb-cell", `${width}px`);
    body.style.setProperty("--inb-box", `${Math.round(Math.max(width * 0.5, Math.min(width * 1.5, width / grid.aspect)))}px`);
    body.style.setProperty("--inb-columns", columns);
  }

  function update(content, buffers) {
    if (content.grid) {
      summary.textContent = content.grid.summary;
      notes.textContent = content.grid.notes.join(" ");
      lay(content.grid);
    }
    if (!grid) return; // meant for another page; the answer to this one's "ready" holds everything
    const changed = new Set();
    for (const [number, status, progress, stage, time, error, hint, recorded] of content.cells) {
      cells[number].state = { status, progress, stage, seconds: time, error, hint, recorded };
      changed.add(number);
    }
    content.pictures.forEach((number, at) => {
      if (cells[number].url) URL.revokeObjectURL(cells[number].url);
      cells[number].url = URL.createObjectURL(new Blob([buffers[at]], { type: "image/jpeg" }));
      changed.add(number);
    });
    for (const number of changed) {
      drawCell(cells[number], again);
      large.redraw(number);
    }
    if (content.overall) {
      overall.show(content.overall);
      start.hidden = !content.overall.start;
      start.textContent = content.overall.start;
      cancel.disabled = !content.overall.ticking;
    }
  }

  function receive(content, buffers) {
    if (content.type === "update") update(content, buffers);
    else if (content.type === "large") large.fill(content, buffers);
    else if (content.type === "note") message.show(content.error, content.hint);
  }

  const numberOf = (event) => {
    const node = event.target.closest(".inb-cell");
    return node ? Number(node.dataset.number) : null;
  };
  body.addEventListener("click", (event) => { if (numberOf(event) !== null) large.open(numberOf(event)); });
  body.addEventListener("keydown", (event) => {
    if (event.target.matches("button")) return;
    const number = numberOf(event);
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (rove.key(event)) event.preventDefault();
    else if (number === null) return;
    else if (event.key === "Enter" || event.key === " ") { event.preventDefault(); large.open(number); }
    else if (event.key.toLowerCase() === "r" && plain && ["failed", "cancelled"].includes(cells[number].state.status)) again(number);
  });

  const sizes = new ResizeObserver(fit);
  sizes.observe(body);
  model.on("msg:custom", receive);
  const clock = setInterval(overall.tick, 100);
  send({ type: "ready" });
  return () => {
    model.off("msg:custom", receive);
    clearInterval(clock);
    sizes.disconnect();
    large.forget();
    for (const { url } of cells) if (url) URL.revokeObjectURL(url);
  };
}

export default { render };
