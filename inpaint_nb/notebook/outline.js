// Marching ants: black and white stripes that move, cut out by the line that Python sent. They follow the view of the stage.
//
// Python → here:  {type: "outline", box} and a PNG, opaque on the line; box null: nothing is shown
// here → Python:  {type: "ready"}

function render({ model, el }) {
  const ants = document.createElement("div");
  ants.className = "inb-ants";
  ants.setAttribute("aria-hidden", "true");
  ants.hidden = true;
  el.classList.add("inb-ants-root");
  el.append(ants);
  let box = null;
  let url = "";

  const surface = () => el.closest(".inb-stage")?.querySelector(".inb-surface");
  function place() {
    const view = JSON.parse(surface()?.dataset.view ?? "null");
    ants.hidden = !box || !view;
    if (ants.hidden) return;
    const [left, top, right, bottom] = box;
    const size = `${(right - left) * view.scale}px ${(bottom - top) * view.scale}px`;
    const position = `${left * view.scale + view.x}px ${top * view.scale + view.y}px`;
    for (const prefix of ["", "-webkit-"]) {
      ants.style.setProperty(`${prefix}mask-size`, size);
      ants.style.setProperty(`${prefix}mask-position`, position);
    }
  }
  // The line changes when it can be drawn, so that nothing flickers.
  async function receive(message, buffers) {
    const next = message.box ? URL.createObjectURL(new Blob([buffers[0]], { type: "image/png" })) : "";
    if (next) {
      const image = new Image();
      image.src = next;
      await image.decode().catch(() => {});
    }
    for (const prefix of ["", "-webkit-"]) ants.style.setProperty(`${prefix}mask-image`, next ? `url("${next}")` : "none");
    if (url) URL.revokeObjectURL(url);
    url = next;
    box = message.box;
    place();
  }
  let drawn = Promise.resolve();
  const heard = (message, buffers) => { drawn = drawn.then(() => receive(message, buffers)); };

  // The pointer layer may come before this or after it.
  const watcher = new MutationObserver(place);
  requestAnimationFrame(() => {
    const stage = el.closest(".inb-stage");
    if (stage) watcher.observe(stage, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-view"] });
    place();
  });
  model.on("msg:custom", heard);
  model.send({ type: "ready" });
  return () => {
    watcher.disconnect();
    model.off("msg:custom", heard);
    if (url) URL.revokeObjectURL(url);
  };
}

export default { render };
