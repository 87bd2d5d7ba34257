// What every widget of ours makes its page of. Joined in front of the widgets' own modules.

function element(tag, className, attributes = {}, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// How long something took, in words.
function seconds(value) {
  if (value < 60) return `${value.toFixed(1)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

function chordOf(event) {
  const key = event.key.toLowerCase();
  const mod = event.ctrlKey || event.metaKey ? "mod+" : "";
  const shift = event.shiftKey && (mod || key.length > 1 || key !== event.key) ? "shift+" : ""; // a sign has its own name
  return mod + shift + key;
}

// Keys pressed within `el` are its own: JupyterLab looks for its shortcuts from the focused element upwards, so that one
// must bear the mark itself.
function keepKeys(el) {
  el.dataset.lmSuppressShortcuts = "true";
  el.addEventListener("focusin", (event) => { event.target.dataset.lmSuppressShortcuts = "true"; });
}
