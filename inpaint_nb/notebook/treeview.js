// The tree of runs: folded behind one button; unfolded, every picture in its place and what can be done with it.
//
// Python → here:  {type: "summary", runs, open}
//                 {type: "tree", nodes, width, height, side, gap}; a node is {key, parent, level, name, words, title, captions,
//                 label, prompt, why, worn, status, pictures, count, here, opens, rates, branch, ratings, x, y, path}
//                 {type: "picture", digest} and one JPEG buffer
// here → Python:  {type: "ready"}, {type: "toggle", open}, {type: "open" | "branch", key, index},
//                 {type: "rate", key, index, stars | starred | rejected}
// Keys in the tree: arrows go to parent, child and brothers, Enter opens, B branches, and those of the ratings.
// For tests: .inb-tree-toggle, .inb-tree-node (data-key, data-here), .inb-tree-open, .inb-tree-branch, .inb-tree-details

const SVG = "http://www.w3.org/2000/svg";

function shape(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function runsWord(runs) {
  return runs === 1 ? "1 run" : `${runs} runs`;
}

function edges(tree) {
  const drawing = shape("svg", { class: "inb-tree-edges", width: tree.width, height: tree.height, "aria-hidden": "true" });
  for (const node of tree.nodes.filter((each) => each.path)) {
    drawing.append(shape("path", { d: node.path }));
    const x = node.x - tree.gap + 38;
    const y = node.y + tree.side / 2 - 7 - 14 * (node.label.length - 1);
    drawing.append(shape("text", {}, ...node.label.map((line, number) => shape("tspan", { x, y: y + 14 * number }, line))));
  }
  return drawing;
}

function tiles(node, side, urls) {
  const several = node.pictures.length > 1;
  return node.pictures.map((digest, index) => {
    const size = several ? side / 2 - 1 : side;
    const image = element("img", "inb-tree-image", { alt: "", draggable: "false", "data-digest": digest, "data-index": index });
    image.style.width = image.style.height = `${size}px`;
    if (urls.has(digest)) image.src = urls.get(digest);
    image.classList.toggle("inb-dimmed", Boolean(node.ratings[index]?.dimmed));
    image.classList.toggle("inb-tree-here", node.here === index);
    return image;
  });
}

function nodeElement(node, side, urls) {
  const box = element("div", "inb-tree-box", {}, ...tiles(node, side, urls));
  if (!node.pictures.length) box.append(element("span", "inb-tree-status", {}, `${node.status} ${node.why}`));
  const captions = node.captions.map((line) => element("span", "inb-tree-caption", {}, line));
  const here = node.here >= 0 ? ", being worked on" : "";
  const made = element("div", "inb-tree-node", { role: "treeitem", tabindex: "-1", "data-key": node.key, "aria-level": node.level,
    "aria-selected": "false", "aria-label": `${node.words}${here}`, "data-here": String(node.here >= 0) }, box, ...captions);
  made.title = node.title;
  Object.assign(made.style, { left: `${node.x}px`, top: `${node.y}px`, width: `${side}px` });
  return made;
}

function details(send) {
  const words = element("div", "inb-tree-words");
  const worn = element("div", "inb-tree-worn");
  const buttons = element("div", "inb-tree-buttons");
  const bar = element("div", "inb-tree-details", { role: "group", "aria-label": "The chosen run" }, words, worn, buttons);
  let rating = null;

  function button(className, label, name, title, type, at) {
    const made = element("button", className, { type: "button", "aria-label": name }, label);
    made.title = title;
    made.onclick = () => send({ type, ...at });
    return made;
  }

  function picker(node, index, choose) {
    if (node.count < 2) return [];
    const group = element("span", "inb-tree-picker", { role: "radiogroup", "aria-label": "Which picture" });
    for (let number = 0; number < node.count; number += 1) {
      const one = element("button", "inb-tree-pick", { type: "button", role: "radio", "aria-checked": String(number === index),
        "aria-label": `Picture ${number + 1}`, "data-index": number }, String(number + 1));
      one.onclick = () => choose(number);
      group.append(one);
    }
    return [group];
  }

  function show(node, index, choose) {
    const at = { key: node.key, index };
    const focused = bar.contains(document.activeElement) ? document.activeElement.className : "";
    words.textContent = node.words + (node.why && node.prompt ? ` “${node.prompt}”` : "");
    worn.textContent = node.worn;
    worn.hidden = !node.worn;
    buttons.replaceChildren(...picker(node, index, choose));
    if (node.opens) buttons.append(button("inb-tree-open", "Open", `Open ${node.name}`, "Make this the picture to edit (Enter)", "open", at));
    if (node.branch) buttons.append(button("inb-tree-branch", node.branch, `${node.branch}: ${node.name}`,
      "Go there with the mask and the prompt of this run (B)", "branch", at));
    rating = node.rates ? ratingRow(node.name, (said) => send({ type: "rate", ...at, ...said })) : null;
    if (rating) {
      rating.show(node.ratings[index] ?? {});
      buttons.append(rating.row);
    }
    if (focused) [...bar.querySelectorAll("button")].find((each) => each.className === focused)?.focus();
  }
  return { bar, show, meaning: (action, key) => rating?.meaning(action, key) ?? null };
}

function render({ model, el }) {
  const urls = new Map();
  let tree = { nodes: [] };
  let chosen = { key: "", index: 0 };
  const send = (content) => model.send(content);
  const actions = new Map(model.get("actions").flatMap((action) => action.keys.map((key) => [key, action])));

  const toggle = element("button", "inb-tree-toggle", { type: "button", "aria-expanded": "false" });
  const canvas = element("div", "inb-tree-canvas", { role: "tree", "aria-label": "Runs by what they came from" });
  const scroll = element("div", "inb-tree-scroll", {}, canvas);
  const chosenDetails = details(send);
  const body = element("div", "inb-tree-body", {}, scroll, chosenDetails.bar);
  el.classList.add("inb-tree");
  keepKeys(el);
  el.hidden = body.hidden = true;
  el.append(toggle, body);
  toggle.onclick = () => send({ type: "toggle", open: body.hidden });

  const find = (key) => tree.nodes.find((node) => node.key === key);
  const itemOf = (key) => [...canvas.querySelectorAll(".inb-tree-node")].find((each) => each.dataset.key === key);

  function choose(key, index = 0, focuses = false) {
    const node = find(key);
    if (!node) return;
    chosen = { key, index: Math.min(index, Math.max(0, node.count - 1)) };
    for (const item of canvas.querySelectorAll(".inb-tree-node")) {
      const isChosen = item.dataset.key === key;
      item.setAttribute("aria-selected", String(isChosen));
      item.tabIndex = isChosen ? 0 : -1;
      for (const image of item.querySelectorAll("img")) {
        image.classList.toggle("inb-tree-picked", isChosen && node.count > 1 && Number(image.dataset.index) === chosen.index);
      }
      if (isChosen && focuses) item.focus();
    }
    chosenDetails.show(node, chosen.index, (number) => choose(key, number));
  }

  function draw(content) {
    const hadFocus = canvas.contains(document.activeElement);
    const place = [scroll.scrollLeft, scroll.scrollTop];
    const before = tree.nodes.find((node) => node.here >= 0)?.key;
    tree = content;
    canvas.style.width = `${tree.width}px`;
    canvas.style.height = `${tree.height}px`;
    canvas.replaceChildren(edges(tree), ...tree.nodes.map((node) => nodeElement(node, tree.side, urls)));
    const here = tree.nodes.find((node) => node.here >= 0);
    const moved = here && here.key !== before;
    if (moved || !find(chosen.key)) choose((here ?? tree.nodes[0]).key, here?.here ?? 0, hadFocus);
    else choose(chosen.key, chosen.index, hadFocus);
    [scroll.scrollLeft, scroll.scrollTop] = place;
    if (moved) reveal(here);
  }

  // Only inside its own box: the page stays where it is.
  function reveal(node) {
    const right = node.x + tree.side + 20, bottom = node.y + tree.side + 40;
    if (right > scroll.scrollLeft + scroll.clientWidth) scroll.scrollLeft = right - scroll.clientWidth;
    if (node.x < scroll.scrollLeft) scroll.scrollLeft = node.x - 20;
    if (bottom > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = bottom - scroll.clientHeight;
    if (node.y < scroll.scrollTop) scroll.scrollTop = node.y - 20;
  }

  function neighbour(key) {
    const node = find(chosen.key);
    const nearest = (nodes) => nodes.sort((a, b) => Math.abs(a.y - node.y) - Math.abs(b.y - node.y))[0];
    if (key === "ArrowLeft") return find(node.parent);
    if (key === "ArrowRight") return nearest(tree.nodes.filter((each) => each.parent === node.key));
    if (key === "ArrowUp") return nearest(tree.nodes.filter((each) => each.level === node.level && each.y < node.y));
    if (key === "ArrowDown") return nearest(tree.nodes.filter((each) => each.level === node.level && each.y > node.y));
    if (key === "Home") return tree.nodes[0];
    if (key === "End") return tree.nodes.at(-1);
    return undefined;
  }

  canvas.onclick = (event) => {
    const item = event.target.closest(".inb-tree-node");
    if (item) choose(item.dataset.key, Number(event.target.dataset.index ?? 0), true);
  };
  canvas.ondblclick = (event) => {
    if (event.target.closest(".inb-tree-node") && find(chosen.key)?.opens) send({ type: "open", ...chosen });
  };
  canvas.onkeydown = (event) => {
    const chord = chordOf(event);
    const to = neighbour(event.key);
    const said = chosenDetails.meaning(actions.get(chord), event.key);
    const node = find(chosen.key);
    if (to) { choose(to.key, 0, true); reveal(to); }
    else if (chord === "enter" && node?.opens) send({ type: "open", ...chosen });
    else if (chord === "b" && node?.branch) send({ type: "branch", ...chosen });
    else if (said) send({ type: "rate", ...chosen, ...said });
    else if (!/^(arrow|home|end)/.test(chord)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  function receive(content, buffers) {
    if (content.type === "summary") {
      el.hidden = !content.runs;
      body.hidden = !content.open;
      toggle.setAttribute("aria-expanded", String(content.open));
      toggle.textContent = `Tree of ${runsWord(content.runs)}`;
    } else if (content.type === "tree") {
      draw(content);
    } else if (content.type === "picture" && !urls.has(content.digest)) {
      const url = URL.createObjectURL(new Blob([buffers[0]], { type: "image/jpeg" }));
      urls.set(content.digest, url);
      for (const image of canvas.querySelectorAll("img")) if (image.dataset.digest === content.digest) image.src = url;
    }
  }

  model.on("msg:custom", receive);
  send({ type: "ready" });
  return () => {
    model.off("msg:custom", receive);
    for (const url of urls.values()) URL.revokeObjectURL(url);
  };
}

export default { render };
