// Where two pictures lie over or beside each other, with one view for both. Joined between view.js and compare.js.
//
// The stage's data-mode says how they are shown, data-held that the left one is shown alone; `at` is where the slider
// stands, 0 to 1 of the frame. The two pictures have one shape, and one view is that of both: they zoom and move together.

const NUDGE = 0.01; // of the frame: one press of an arrow key
const FAST_NUDGE = 0.1;
const KEY_PAN_PX = 40;
const LEAST_WIDTH_PX = 480; // an icon is enlarged to it
const ENLARGED = 2; // CSS pixels for one of the picture, from which on its pixels are shown as squares

function makeStage(onChange) {
  const images = ["left", "right", "heat"].map(() => element("img", "", { alt: "", draggable: "false" }));
  const names = images.map(() => element("span", "inb-cmp-name"));
  const layers = ["left", "right", "heat"].map((name, number) => element("div", `inb-cmp-layer inb-cmp-${name}`, {}, images[number], names[number]));
  const slider = element("div", "inb-cmp-slider", { role: "slider", tabindex: "0", "aria-orientation": "horizontal", "aria-valuemin": "0", "aria-valuemax": "100" });
  const root = element("div", "inb-cmp-stage", { "data-mode": "slider" }, ...layers, slider);
  let picture = [1, 1];
  let frame = [1, 1];
  let view = { scale: 1, x: 0, y: 0 };
  let isFit = true;
  let at = 0.5;
  let drag = null;

  function place() {
    for (const image of images) {
      image.style.width = `${picture[0] * view.scale}px`;
      image.style.height = `${picture[1] * view.scale}px`;
      image.style.transform = `translate(${view.x}px, ${view.y}px)`;
      image.classList.toggle("inb-enlarged", view.scale >= ENLARGED);
    }
    root.style.setProperty("--at", `${at * 100}%`);
    slider.setAttribute("aria-valuenow", String(Math.round(at * 100)));
    slider.setAttribute("aria-valuetext", `${names[0].textContent} ${Math.round(at * 100)} %, ${names[1].textContent} ${Math.round(100 - at * 100)} %`);
    root.dataset.view = JSON.stringify(view);
    root.classList.toggle("inb-cmp-magnified", !isFit);
    onChange();
  }
  function show(next, fits = false) {
    isFit = fits || next.scale <= fitted(picture, frame).scale * (1 + 1e-9);
    view = next;
    place();
  }
  function slide(to) {
    at = Math.min(1, Math.max(0, to));
    place();
  }
  const pan = (dx, dy) => show(inside({ ...view, x: view.x + dx, y: view.y + dy }, picture, frame));
  const middle = () => [frame[0] / 2, frame[1] / 2];
  const zoom = (factor, where = middle()) => show(magnified(view, factor, ...where, picture, frame));

  // The layer with the frame's size is the right one: it is shown in every mode but the heat map's.
  function measure() {
    const layer = root.dataset.mode === "difference" ? layers[2] : layers[1];
    if (!layer.clientWidth) return;
    frame = [layer.clientWidth, layer.clientHeight];
    if (isFit) show(fitted(picture, frame), true);
    else show(inside(view, picture, frame));
  }
  function shape() {
    const columns = root.dataset.mode === "side" ? 2 : 1;
    root.style.setProperty("--ratio", `${columns * picture[0]} / ${picture[1]}`);
    root.style.setProperty("--width", `${columns * Math.max(LEAST_WIDTH_PX, picture[0])}px`);
    measure();
  }
  function setPicture(size, labels) {
    const isOther = String(size) !== String(picture);
    picture = size;
    labels.forEach((label, number) => { names[number].textContent = label; images[number].alt = label; });
    names[2].textContent = "Difference";
    images[2].alt = `Heat map of the difference of ${labels.join(" and ")}`;
    slider.setAttribute("aria-label", `Slider between ${labels.join(" and ")}`);
    if (isOther) isFit = true;
    shape();
  }
  const focus = () => (root.dataset.mode === "slider" ? slider : root).focus({ preventScroll: true });
  function setMode(mode) {
    const hasFocus = root.contains(document.activeElement);
    root.dataset.mode = mode;
    shape();
    if (hasFocus) focus(); // what is hidden loses it, and its keys would go to the notebook
  }
  const hold = (held) => root.toggleAttribute("data-held", held);

  // ---- the hand: the slider follows it, anywhere in the picture; what is magnified is moved with Shift or the middle button

  const point = (event) => {
    const box = (event.target.closest(".inb-cmp-layer") ?? layers[1]).getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const share = (event) => (event.clientX - layers[1].getBoundingClientRect().left) / frame[0];

  root.addEventListener("pointerdown", (event) => {
    if (event.button > 1 || drag) return;
    const { mode } = root.dataset;
    const moves = event.button === 1 || event.shiftKey || mode === "side" || mode === "difference";
    drag = { id: event.pointerId, kind: moves ? "pan" : mode, x: event.clientX, y: event.clientY };
    root.setPointerCapture(event.pointerId);
    focus(); // first: what loses the focus lets go of what is held
    if (drag.kind === "slider") slide(share(event));
    if (drag.kind === "blink") hold(true);
    event.preventDefault();
  });
  root.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drag?.id) return;
    if (drag.kind === "slider") slide(share(event));
    if (drag.kind === "pan") pan(event.clientX - drag.x, event.clientY - drag.y);
    [drag.x, drag.y] = [event.clientX, event.clientY];
  });
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
    root.addEventListener(type, (event) => {
      if (event.pointerId !== drag?.id) return;
      if (drag.kind === "blink") hold(false);
      drag = null;
    });
  }
  root.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
    event.preventDefault();
    zoom(event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP, point(event));
  }, { passive: false });

  const size = new ResizeObserver(measure);
  size.observe(root);
  root.tabIndex = 0;
  return {
    root, slider, images, setPicture, setMode, hold, zoom, pan,
    get mode() { return root.dataset.mode; },
    nudge: (way, isFast) => slide(at + way * (isFast ? FAST_NUDGE : NUDGE)),
    fit: () => show(fitted(picture, frame), true),
    full: () => zoom(1 / view.scale),
    focus,
    stop: () => size.disconnect(),
  };
}
