// The grid of a sweep as elements: where each cell stands, its headings, and how the arrow keys move. Joined between elements.js and sweepview.js.
//
// Rows are boxes of their own with a known height, so that the browser skips those that are out of sight.

const PLANNED = { planned: "not sent yet", waiting: "waiting", submitting: "sending", queued: "queued", running: "running" };
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// ---- where cells stand: cell numbers count the axes' positions, the last axis fastest; so do rows, columns and pages

function layoutOf(grid) {
  const byName = new Map(grid.axes.map((axis) => [axis.name, axis]));
  const strides = new Map();
  let stride = 1;
  for (const axis of [...grid.axes].reverse()) {
    strides.set(axis.name, stride);
    stride *= axis.labels.length;
  }
  const shown = new Set([...grid.rows, ...grid.columns]);
  const pages = grid.axes.map((axis) => axis.name).filter((name) => !shown.has(name));

  // Every combination of the axes' values: what it adds to the cell's number, its label, and its words in full.
  const steps = (names) => names.reduce((made, name) => made.flatMap((step) => {
    const axis = byName.get(name);
    return axis.labels.map((label, at) => ({
      number: step.number + at * strides.get(name),
      labels: [...step.labels, label],
      full: [...step.full, `${name}: ${axis.texts[at]}`],
    }));
  }), [{ number: 0, labels: [], full: [] }]);
  return { pageNames: pages, pages: steps(pages), rows: steps(grid.rows), columns: steps(grid.columns) };
}

// Putting an axis on one side takes it from the other; a side that would be empty gets what the first had.
function relaid(grid, side, names) {
  const other = side === "rows" ? "columns" : "rows";
  const without = (list) => list.filter((name) => !names.includes(name));
  const kept = without(grid[other]);
  return { ...grid, [side]: names, [other]: kept.length ? kept : without(grid[side]) };
}

// What the two menus offer: each axis, several together where there are few, and none.
function choices(grid) {
  const names = grid.axes.map((axis) => axis.name);
  const many = names.length > 4 ? [] : names.reduce((made, name) => [...made, ...made.map((each) => [...each, name])], [[]]);
  const all = [...names.map((name) => [name]), ...many.filter((each) => each.length > 1), []];
  for (const side of [grid.rows, grid.columns]) {
    if (!all.some((each) => each.join("\n") === side.join("\n"))) all.unshift(side);
  }
  return all;
}

// ---- one cell

function stateWords(state) {
  if (state.status === "done") return state.recorded ? `recorded ${state.recorded}` : state.seconds === null ? "done" : seconds(state.seconds);
  if (state.status === "running") {
    const share = state.progress === null ? "" : `${Math.round(state.progress * 100)} %`;
    return [state.stage || (share ? "" : "running"), share].filter(Boolean).join(" ");
  }
  return PLANNED[state.status] ?? state.status;
}

function cellLabel(cell) {
  const { state, where } = cell;
  const error = state.error ? `: ${state.error}` : "";
  const keys = state.status === "failed" || state.status === "cancelled" ? ". Press R to run it again" : "";
  return `${where.join("; ")}; ${state.status === "done" ? "done, " : ""}${stateWords(state)}${error}${keys}`;
}

function drawCell(cell, again) {
  const { state, node } = cell;
  const failed = state.status === "failed" || state.status === "cancelled";
  node.dataset.status = state.status;
  node.setAttribute("aria-label", cellLabel(cell));
  node.toggleAttribute("data-recorded", Boolean(state.recorded));
  const line = element("div", "inb-cell-line", state.recorded ? { title: `recorded on ${state.recorded}` } : {}, stateWords(state));
  const box = element("div", "inb-cell-box");
  if (failed) {
    const button = element("button", "inb-again", { type: "button", tabindex: "-1" }, "Run again");
    button.onclick = (event) => { event.stopPropagation(); again(cell.number); };
    box.append(element("div", "inb-cell-error", { title: [state.error, state.hint].filter(Boolean).join("\n") }, state.error || "cancelled"), button);
  } else if (cell.url) {
    box.append(element("img", "inb-cell-image", { src: cell.url, alt: "", decoding: "async", draggable: "false" }));
  } else if (state.status === "running" || state.status === "submitting") {
    const bar = element("progress", "inb-cell-progress", { max: 1, "aria-hidden": "true" });
    if (state.progress !== null) bar.value = state.progress;
    box.append(bar);
  }
  node.replaceChildren(box, line);
}

// ---- the whole

function heading(role, step, grid) {
  const made = element("div", "inb-heading", { role, tabindex: "-1" }, element("span", "inb-heading-text", {}, step.labels.join(" · ") || "all"));
  made.dataset.full = step.full.join("\n") || grid.title;
  made.setAttribute("aria-label", made.dataset.full);
  return made;
}

function pageOf(page, layout, grid, cells) {
  const corner = element("div", "inb-corner", { role: "columnheader" },
    element("span", "", {}, `${grid.rows.join(" · ") || " "} ↓`), element("span", "", {}, `${grid.columns.join(" · ")} →`));
  const heads = layout.columns.map((step) => heading("columnheader", step, grid));
  const rows = [element("div", "inb-row inb-heads", { role: "row" }, corner, ...heads)];
  const lines = [[null, ...heads]];
  for (const row of layout.rows) {
    const head = heading("rowheader", row, grid);
    const line = layout.columns.map((column) => {
      const cell = cells[page.number + row.number + column.number];
      cell.where = [...page.full, ...row.full, ...column.full];
      return cell.node;
    });
    rows.push(element("div", "inb-row", { role: "row" }, head, ...line));
    lines.push([head, ...line]);
  }
  const name = page.full.join(", ") || "Results";
  const table = element("div", "inb-table", { role: "grid", "aria-label": name, "aria-readonly": "true" }, ...rows);
  const title = page.labels.length ? [element("div", "inb-page-title", {}, name)] : [];
  return { section: element("section", "inb-page", {}, ...title, table), lines };
}

// The arrow keys go through headings and cells alike; one of them can be reached with Tab.
function rover(body) {
  let lines = [];
  let current = null;

  function take(node) {
    if (current) current.tabIndex = -1;
    current = node;
    node.tabIndex = 0;
  }
  function go(row, column) {
    const line = lines[Math.max(0, Math.min(lines.length - 1, row))];
    const node = line[Math.max(0, Math.min(line.length - 1, column))];
    if (!node) return;
    take(node);
    node.focus();
  }
  function place() {
    const row = lines.findIndex((line) => line.includes(current));
    return [row, lines[row]?.indexOf(current) ?? 0];
  }
  function key(event) {
    const [row, column] = place();
    if (row < 0) return false;
    if (event.key in ARROWS) go(row + ARROWS[event.key][0], column + ARROWS[event.key][1]);
    else if (event.key === "Home") go(event.ctrlKey ? 0 : row, event.ctrlKey ? 1 : 0);
    else if (event.key === "End") go(event.ctrlKey ? lines.length - 1 : row, Infinity);
    else return false;
    return true;
  }
  function fill(next) {
    lines = next;
    if (!lines.flat().includes(current)) current = null;
    const first = current ?? lines.find((line) => line.length > 1 && line[0])?.[1];
    if (first) take(first);
  }
  body.addEventListener("focusin", (event) => {
    const node = event.target.closest(".inb-cell, .inb-heading");
    if (node) take(node);
  });
  return { fill, key, go: (number, cells) => { take(cells[number].node); cells[number].node.focus(); } };
}
