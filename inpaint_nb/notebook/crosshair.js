// The hand of those who use no pointer: arrows move a crosshair, Enter places what is in hand. Joined in front of ink.js.

const STEPS_PX = {plain: 8, coarse: 40}; // CSS pixels; the finest step is one pixel of the picture
const ARROWS = {arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1]};
const SAID_MS = 400; // a screen reader is told where the crosshair is when it rests

function makeCrosshair(model, camera, tools, frame) {
  const root = element('div', 'inb-crosshair', {'aria-hidden': 'true', hidden: ''});
  const said = element('div', 'inb-said', {'aria-live': 'polite'});
  let at = null; // in picture pixels
  let isDrawing = false;
  let placedAt = null;
  let timer = null;

  const size = () => [model.get('width'), model.get('height')];
  const event = (keys = {}) => ({button: 0, buttons: 1, shiftKey: false, altKey: false, ...keys});
  const sample = () => [...at, 0.5];
  const isSame = (one, other) => one && other && one[0] === other[0] && one[1] === other[1];

  function start() {
    const box = frame.getBoundingClientRect();
    const [x, y] = toPicture(camera.view, box.width / 2, box.height / 2);
    at = [Math.round(x), Math.round(y)];
  }
  function move(key, {shiftKey, ctrlKey, metaKey}) {
    const [dx, dy] = ARROWS[key];
    if (!at) start();
    else {
      const step = shiftKey ? 1 : (ctrlKey || metaKey ? STEPS_PX.coarse : STEPS_PX.plain) / camera.view.scale;
      const [width, height] = size();
      const clamp = (value, most) => Math.round(100 * Math.min(most, Math.max(0, value))) / 100;
      at = [clamp(at[0] + dx * step, width), clamp(at[1] + dy * step, height)];
    }
    reveal();
    show();
    if (isDrawing) tools.extend([sample()], event());
    else tools.hover(sample());
    say(`${Math.round(at[0])}, ${Math.round(at[1])}`);
  }
  // The picture follows a crosshair that leaves the frame.
  function reveal() {
    const box = frame.getBoundingClientRect();
    const [x, y] = toScreen(camera.view, ...at);
    const out = (value, most) => (value < 0 ? -value + 20 : value > most ? most - value - 20 : 0);
    const [dx, dy] = [out(x, box.width), out(y, box.height)];
    if (dx || dy) camera.pan(dx, dy);
  }
  function show() {
    root.hidden = !at;
    if (!at) return;
    const [x, y] = toScreen(camera.view, ...at);
    root.style.transform = `translate(${x}px, ${y}px)`;
    root.classList.toggle('inb-drawing', isDrawing);
  }
  function place() {
    if (!at) start();
    const {kind} = tools.held(event());
    const follows = kind === 'stroke' || kind === 'box' || kind === 'path' || (kind === 'hints' && model.get('tool') === 'select');
    if (isDrawing || !follows) click(follows);
    else {
      isDrawing = true;
      tools.begin(event(), sample());
      say('Begun; arrows draw, Enter ends');
    }
    placedAt = [...at];
    show();
  }
  function click(follows) {
    if (!follows) tools.begin(event(), sample());
    isDrawing = false;
    tools.finish();
    say(follows ? 'Placed' : `Placed at ${Math.round(at[0])}, ${Math.round(at[1])}`);
  }
  function say(text) {
    clearTimeout(timer);
    timer = setTimeout(() => { said.textContent = text; }, SAID_MS);
  }
  function hide() {
    if (isDrawing) tools.drop();
    isDrawing = false;
    at = placedAt = null;
    show();
  }
  return {
    root,
    said,
    move,
    place,
    show,
    hide,
    say,
    get isShown() { return at !== null; },
    get isDrawing() { return isDrawing; },
    get hasMoved() { return !isSame(at, placedAt); },
  };
}
