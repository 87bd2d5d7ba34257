// The named masks as tabs, with what can be done to the one in use. Joined in front of maskbar.js.

function maskButton(className, label, title, act, attributes = {}) {
  const made = element("button", `inb-mask-button ${className}`, { type: "button", ...attributes }, label);
  made.title = title;
  made.setAttribute("aria-label", attributes["aria-label"] ?? title);
  made.onclick = act;
  return made;
}

// `ask(content, doing)` tells Python; `doing` says what is waited for.
function maskTabs(ask) {
  const list = element("div", "inb-mask-tabs", { role: "tablist", "aria-label": "Masks" });
  const plus = maskButton("inb-mask-new", "+", "New mask", () => ask({ type: "add" }, "a new mask"));
  const pen = maskButton("inb-mask-rename", "✎", "Rename this mask (F2)", () => rename());
  const bin = maskButton("inb-mask-remove", "×", "Remove this mask", () => ask({ type: "remove", name: shown.active }, "removing a mask"));
  const root = element("div", "inb-mask-names", {}, list, pen, bin, plus);
  let shown = { names: [], active: "" };

  function tab(name) {
    const isActive = name === shown.active;
    const made = element("button", "inb-mask-tab", { type: "button", role: "tab", "aria-selected": String(isActive), tabindex: isActive ? 0 : -1, "data-name": name }, name);
    made.title = `Work on the mask “${name}”`;
    made.onclick = () => use(name);
    made.ondblclick = () => rename();
    return made;
  }
  function use(name) {
    if (name !== shown.active) ask({ type: "use", name }, `switching to ${name}`);
  }
  function show(content) {
    const hadFocus = list.contains(document.activeElement);
    shown = content;
    if (list.querySelector("input")) return; // a name is being typed; it is drawn when that ends
    draw(hadFocus);
  }
  function draw(hasFocus) {
    list.replaceChildren(...shown.names.map(tab));
    bin.disabled = shown.names.length < 2;
    if (hasFocus) list.querySelector('[aria-selected="true"]')?.focus();
  }
  function rename() {
    const old = shown.active;
    const field = element("input", "inb-mask-name", { type: "text", maxlength: 60, "aria-label": `New name of the mask ${old}`, size: Math.max(6, old.length) });
    field.value = old;
    list.querySelector('[aria-selected="true"]')?.replaceWith(field);
    field.select();
    field.focus();
    const end = (isKept) => {
      if (!field.isConnected) return;
      const to = field.value.trim();
      field.remove();
      if (isKept && to && to !== old) ask({ type: "rename", name: old, to }, `renaming ${old}`);
      draw(isKept !== null);
    };
    field.onblur = () => end(true);
    field.onkeydown = (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      field.onblur = null;
      end(event.key === "Enter");
    };
  }
  list.onkeydown = (event) => {
    if (event.target.matches("input")) return;
    const at = shown.names.indexOf(event.target.dataset.name);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: shown.names.length - 1 }[event.key];
    if (event.key === "F2") rename();
    else if (event.key === "Delete") bin.click();
    else if (to !== undefined) {
      if (shown.names[to]) use(shown.names[to]);
    } else return;
    event.preventDefault();
  };
  return { root, show };
}
