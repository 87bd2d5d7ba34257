// Masks from files, drops and the clipboard, and to files and the clipboard. Joined in front of maskbar.js.

const CHANNELS = [["brightness", "Brightness"], ["alpha", "Alpha"], ["red", "Red"], ["green", "Green"], ["blue", "Blue"]];
const INTO = [["replace", "replace this mask"], ["add", "add to it"], ["subtract", "take away from it"], ["intersect", "keep what is in both"], ["new", "as a new mask"]];

function maskMenu(className, label, choices) {
  const select = element("select", className, { "aria-label": label, title: label }, ...choices.map(([value, words]) => element("option", "", { value }, words)));
  return select;
}

// `tell(text, kind)` shows a sentence; `ask` is that of the bar.
function maskImport(model, ask, tell) {
  const channel = maskMenu("inb-mask-channel", "What of the picture is the mask", CHANNELS);
  const into = maskMenu("inb-mask-into", "What becomes of this mask", INTO);
  const invert = element("input", "inb-mask-invert", { type: "checkbox" });
  const file = element("input", "inb-mask-file", { type: "file", accept: "image/*", hidden: "", "aria-label": "A picture to import as a mask" });
  const choose = maskButton("inb-mask-choose", "Choose a file…", "Choose a picture to import as a mask", () => file.click());
  const paste = maskButton("inb-mask-paste", "Paste", "Import the picture in the clipboard", pasted);
  const words = element("span", "inb-mask-advice", {}, "or drop a picture on the editor, or click it and paste");
  const root = element("div", "inb-mask-import inb-mask-fold", { role: "group", "aria-label": "Import a mask" },
    channel, element("label", "", {}, invert, " inverted"), into, choose, paste, words, file);
  file.onchange = () => { if (file.files[0]) take(file.files[0]); file.value = ""; };

  async function take(picked) {
    const most = model.get("max_bytes");
    if (picked.size > most) return tell(`${picked.name} is larger than ${most >> 20} MB. Read it in a cell: Mask.from_image(path).`, "error");
    const settings = { file: picked.name, channel: channel.value, into: into.value, invert: invert.checked };
    try {
      return ask({ type: "import", ...settings }, `importing ${picked.name}`, new Uint8Array(await picked.arrayBuffer()));
    } catch (error) {
      return tell(`${picked.name} cannot be read: ${error.message}`, "error");
    }
  }
  async function pasted() {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((each) => each.startsWith("image/"));
        if (type) return take(new File([await item.getType(type)], "the clipboard", { type }));
      }
      return tell("There is no picture in the clipboard.", "error");
    } catch {
      return tell("This browser does not let pages read the clipboard. Click the picture of the editor and press Ctrl+V or ⌘V.", "error");
    }
  }

  // Files over the whole panel, so that none opens in place of the notebook.
  function listen(panel, signal) {
    const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    const stage = () => panel.querySelector(".inb-stage");
    const mark = (on) => stage()?.classList.toggle("inb-dropping", on);
    const on = (name, listener) => panel.addEventListener(name, listener, { signal, capture: true });
    on("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      event.dataTransfer.dropEffect = "copy";
      mark(true);
    });
    on("dragleave", (event) => { if (!panel.contains(event.relatedTarget)) mark(false); });
    on("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      mark(false);
      if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    });
    on("paste", (event) => {
      const picked = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
      if (!picked) return;
      event.preventDefault();
      event.stopPropagation();
      take(picked);
    });
  }
  return { root, listen };
}

function download(bytes, name) {
  const url = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
  const link = element("a", "", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// A text that is on its way to the clipboard: browsers want to hear of it in the click itself.
function clipboardPromise() {
  let give = () => {};
  const text = new Promise((resolve, reject) => { give = { resolve, reject }; });
  text.catch(() => {});
  let written;
  try {
    written = navigator.clipboard.write([new ClipboardItem({ "text/plain": text.then((code) => new Blob([code], { type: "text/plain" })) })]);
  } catch (error) {
    written = Promise.reject(error);
  }
  written.catch(() => {});
  return {
    fail: () => give.reject(new Error("no code came")),
    async put(code) {
      give.resolve(code);
      return written.catch(() => navigator.clipboard.writeText(code));
    },
  };
}

function maskExport(ask, tell) {
  const shown = element("textarea", "inb-mask-code", { readonly: "", rows: 6, hidden: "", spellcheck: "false", "aria-label": "Code of the mask" });
  const root = element("div", "inb-mask-export inb-mask-fold", { role: "group", "aria-label": "Export this mask" },
    maskButton("inb-mask-png", "Download PNG", "Download this mask as a gray PNG", () => ask({ type: "export" }, "the PNG")),
    maskButton("inb-mask-copy", "Copy as code", "Copy the Python that makes this mask again", copy),
    maskButton("inb-mask-cell", "Code in a cell", "Put the Python that makes this mask again into a new cell", () => ask({ type: "code", to: "cell" }, "the code")),
    shown);
  function copy() {
    const clipboard = clipboardPromise();
    shown.hidden = true;
    ask({ type: "code", to: "clipboard" }, "the code", null, (answer) => {
      if (answer.code === undefined) return clipboard.fail();
      const lines = `${answer.lines} lines of code`;
      return clipboard.put(answer.code).then(() => tell(`${lines} are in the clipboard.`, "done"), () => show(answer.code, lines));
    });
  }
  function show(code, lines) {
    shown.hidden = false;
    shown.value = code;
    shown.focus();
    shown.select();
    tell(`This browser does not let pages write to the clipboard: ${lines} stand below, selected; press Ctrl+C or ⌘C.`, "error");
  }
  return { root };
}
