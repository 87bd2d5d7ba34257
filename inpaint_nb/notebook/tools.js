// What each tool makes of the pointer. Joined in front of ink.js.
//
// A gesture is {tool, mode, radius, …settings, samples, kind}; `samples` is flat (x, y, pressure), in picture pixels.
// Kinds: a stroke follows the hand; a box has two corners; a path is closed when the hand is lifted; a polygon is open from
// click to click; a click is one point; hints are gathered, and what they select is shown before it is taken.

const KINDS = {
  brush: 'stroke', eraser: 'stroke', rectangle: 'box', ellipse: 'box', lasso: 'path', polygon: 'polygon', wand: 'click', range: 'hints', select: 'hints',
};
const SETTINGS = ['hardness', 'strength', 'pressure', 'tolerance', 'softness', 'space', 'contiguous', 'stops', 'selector'];
const STEADY_PX = 4; // a box smaller than this on the screen was a slip of the hand
const CLOSING_PX = 8; // this near to its first point a polygon is closed
const DOUBLE_MS = 350;

const last = (samples) => samples.slice(-3);
const count = (samples) => samples.length / 3;

// Two corners as the keys want them: a square with Shift, the first as the centre with Alt.
function corners([x, y], [toX, toY], event) {
  let [dx, dy] = [toX - x, toY - y];
  if (event.shiftKey) {
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    [dx, dy] = [side * (Math.sign(dx) || 1), side * (Math.sign(dy) || 1)];
  }
  return event.altKey ? [[x - dx, y - dy], [x + dx, y + dy]] : [[x, y], [x + dx, y + dy]];
}

const OPPOSITE = {add: 'subtract', subtract: 'add', intersect: 'intersect'};

// `page` has {model, camera, ink, live, radius(), send(message, shown, buffers), repaint(), settle(isTaken), isProposing(),
// wish(), changed()}.
function makeTools(page) {
  const {model, camera, ink, live} = page;
  let gesture = null; // the one under way
  let hints = []; // [{hint, samples}] of the selection that is being made
  let strokeEnd = null; // {picture, sample} where the last stroke was lifted, for a straight line from there
  let clickedAt = -Infinity;

  const isEraserEnd = (event) => event.button === 5 || (event.buttons & 32) !== 0; // a pen's other end
  const isOpposite = (event) => event.button === 2 || (event.buttons & 2) !== 0;

  function held(event) {
    if (isEraserEnd(event)) return {tool: 'eraser', mode: 'subtract', kind: 'stroke'};
    const [tool, mode] = [model.get('tool'), model.get('mode')];
    const turns = isOpposite(event) && tool !== 'select'; // there the other button marks the surroundings
    return {tool, mode: turns ? OPPOSITE[mode] : mode, turns, kind: KINDS[tool]};
  }
  function made(event, samples) {
    const settings = Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]));
    return {...held(event), ...settings, opacity: settings.strength, radius: page.radius(), samples};
  }
  const isPlain = ({kind, hardness, opacity, pressure, straight}) => kind === 'stroke' && hardness === 1 && opacity === 1 && pressure === 'none' && !straight;

  // ---- from the hand

  function begin(event, sample) {
    if (gesture?.kind === 'polygon' && held(event).kind === 'polygon') return addCorner(event, sample);
    if (gesture) close();
    if (page.isProposing() && !(hints.length && held(event).tool === hints[0].tool)) page.settle(true);
    gesture = made(event, [...sample]);
    gesture.from = sample;
    if (gesture.kind === 'stroke' && event.shiftKey && strokeEnd?.picture === pictureName()) {
      gesture.straight = true;
      gesture.samples = [...strokeEnd.sample, ...sample];
    }
    if (gesture.tool === 'select') gesture.hint = isOpposite(event) ? 'surroundings' : model.get('hint');
    if (gesture.tool === 'range') gesture.more = event.shiftKey;
    return draw(0);
  }
  function extend(samples, event, isLast = false) {
    if (!gesture) return undefined;
    if (isLast) {
      const [[x, y]] = samples;
      const [lastX, lastY, pressure] = last(gesture.samples);
      if (x === lastX && y === lastY) return undefined;
      samples = [[x, y, pressure]]; // a lifted pointer presses no more
    }
    const from = count(gesture.samples);
    const end = samples[samples.length - 1];
    if (gesture.kind === 'box' || isHintBox(gesture)) {
      const [one, other] = corners(gesture.from, end, event);
      gesture.samples = [...one, end[2], ...other, end[2]];
    } else if (gesture.kind === 'click' || gesture.tool === 'range' || gesture.kind === 'polygon') {
      gesture.samples.splice(-3, 3, ...end);
    } else if (gesture.straight || (gesture.kind === 'stroke' && event.shiftKey)) {
      gesture.straight = true;
      gesture.samples = [...gesture.samples.slice(0, 3), ...end];
      return drawAnew();
    } else {
      gesture.samples.push(...samples.flat());
    }
    return draw(from);
  }
  const isHintBox = ({tool, hint}) => tool === 'select' && hint === 'box';

  function draw(from) {
    if (isPlain(gesture)) ink.paint(gesture, from);
    else live.show(gesture, hints, null, from);
    page.changed();
  }
  // What was painted freehand so far is not in the straight line.
  function drawAnew() {
    page.repaint();
    page.changed();
  }
  function finish() {
    const done = gesture;
    if (!done) return;
    if (done.kind === 'polygon') return placed(done);
    gesture = null;
    live.clear();
    if (done.kind === 'hints') return gather(done);
    if (done.kind === 'stroke') strokeEnd = {picture: pictureName(), sample: last(done.samples)};
    const isNothing = {
      box: () => isSlip(done), path: () => count(done.samples) < 3, click: () => !isInside(done.samples),
    }[done.kind]?.();
    if (isNothing) return page.changed();
    if (!isPlain(done)) ink.paint(done);
    return send(done);
  }
  function isSlip({samples}) {
    const [x, y] = last(samples);
    return Math.max(Math.abs(x - samples[0]), Math.abs(y - samples[1])) * camera.view.scale < STEADY_PX;
  }
  const pictureName = () => `${model.get('width')} ${model.get('height')}`;
  const isInside = ([x, y]) => x >= 0 && y >= 0 && x < model.get('width') && y < model.get('height');
  function message({tool, mode, radius, samples, opacity, ...rest}, type, more = {}) {
    const settings = Object.fromEntries(SETTINGS.filter((name) => name !== 'strength').map((name) => [name, rest[name]]));
    return [{type, tool, mode, radius, opacity, ...settings, ...more}, null, [new Float32Array(samples).buffer]];
  }
  function send(done) {
    const [content, , buffers] = message(done, 'gesture');
    page.send(content, done, buffers);
  }

  // ---- polygons: every click a corner

  function addCorner(event, sample) {
    gesture.samples.push(...sample);
    draw();
  }
  function placed(done) {
    const [x, y] = last(done.samples);
    const before = count(done.samples) - 1;
    const apart = (index) => Math.hypot(x - done.samples[3 * index], y - done.samples[3 * index + 1]) * camera.view.scale;
    const now = performance.now();
    const isDouble = before > 0 && apart(before - 1) < STEADY_PX && now - clickedAt < DOUBLE_MS;
    clickedAt = now;
    if (before > 0 && (isDouble || apart(before - 1) === 0 || (before > 2 && apart(0) < CLOSING_PX))) {
      done.samples.splice(-3, 3);
      return close();
    }
    return page.changed();
  }
  function close() {
    const done = gesture;
    if (done?.kind !== 'polygon') return undefined;
    gesture = null;
    live.clear();
    if (count(done.samples) < 3) return page.changed();
    ink.paint(done);
    send(done);
    return page.changed();
  }
  function removeCorner() {
    gesture.samples.splice(-3, 3);
    if (gesture.samples.length) draw();
    else drop();
  }

  // ---- hints: what they select is shown first

  function gather(done) {
    if (done.tool === 'range' && !done.more) hints = [];
    const isNothing = isHintBox(done) ? isSlip(done) : done.tool === 'range' && !isInside(done.samples);
    if (isHintBox(done) && !isNothing) hints = hints.filter((each) => each.hint !== 'box');
    if (!isNothing) hints.push(done);
    live.showHints(hints);
    page.changed();
    if (!isNothing && hints.some((each) => each.hint !== 'surroundings')) page.wish();
  }
  // The message that asks what all hints select, with the settings of now.
  function proposal() {
    const newest = {...hints[hints.length - 1], ...Object.fromEntries(SETTINGS.map((name) => [name, model.get(name)]))};
    newest.mode = newest.turns ? OPPOSITE[model.get('mode')] : model.get('mode');
    const told = hints.flatMap((each) => Array(count(each.samples)).fill(each.hint ?? 'object'));
    return message({...newest, samples: hints.flatMap((each) => each.samples)}, 'propose', {hints: told});
  }
  function forgetHints() {
    hints = [];
    live.clear();
  }
  function drop() {
    gesture = null;
    live.clear();
    page.repaint();
    page.changed();
  }
  return {
    begin,
    extend,
    finish,
    drop,
    held,
    close,
    removeCorner,
    proposal,
    forgetHints,
    get gesture() { return gesture; },
    get isOpen() { return gesture?.kind === 'polygon'; },
    get hasHints() { return hints.length > 0; },
    // What is painted in the ink's own bitmaps while the hand moves.
    get painting() { return gesture && isPlain(gesture) ? [gesture] : []; },
    // What lies under the pointer moves the end of an open polygon.
    hover: (point) => { if (gesture?.kind === 'polygon') live.show(gesture, hints, point); },
    redraw: () => { if (gesture && !isPlain(gesture)) live.show(gesture, hints); else if (hints.length) live.showHints(hints); },
  };
}
