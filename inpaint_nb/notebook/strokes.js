// How gestures look before Python knows of them, and the brush cursor. Joined in front of ink.js.

function stripes(context) {
  const tile = element('canvas', '', {width: 10, height: 10});
  const pen = tile.getContext('2d');
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, 10, 10);
  pen.strokeStyle = '#333';
  pen.lineWidth = 2;
  for (const shift of [-10, 0, 10]) {
    pen.beginPath();
    pen.moveTo(shift - 2, 12);
    pen.lineTo(shift + 12, -2);
    pen.stroke();
  }
  return context.createPattern(tile, 'repeat');
}

// Two bitmaps: what adds and what takes away. Each is painted opaque and faded as a whole, so overlaps are not darker.
function makeInk(model, viewOf) {
  const add = element('canvas', 'inb-ink-add', {'aria-hidden': 'true'});
  const subtract = element('canvas', 'inb-ink-subtract', {'aria-hidden': 'true'});
  const pens = {add: add.getContext('2d'), subtract: subtract.getContext('2d')};
  const striped = stripes(pens.subtract);
  const used = {add: false, subtract: false};
  let ratio = 1; // bitmap pixels per CSS pixel

  // `draw(pen, x, y, k)`: x and y take picture coordinates to the bitmap, k lengths. What intersects looks like what will be
  // left at most.
  function withPens(gesture, draw) {
    const own = gesture.mode === 'subtract' ? 'subtract' : 'add';
    used[own] = true;
    const view = viewOf();
    const k = view.scale * ratio;
    for (const [mode, pen] of Object.entries(pens)) {
      if (!used[mode]) continue;
      pen.globalCompositeOperation = mode === own ? 'source-over' : 'destination-out';
      pen.strokeStyle = pen.fillStyle = mode === 'add' ? model.get('colour') : striped;
      draw(pen, (x) => x * k + view.x * ratio, (y) => y * k + view.y * ratio, k);
    }
  }
  // Draws the samples of a plain stroke from number `from` on; anything else as a whole.
  function paint(gesture, from = 0) {
    withPens(gesture, (pen, x, y, k) => trace(pen, gesture, x, y, k, from));
  }
  function repaint(gestures) {
    for (const pen of Object.values(pens)) pen.clearRect(0, 0, add.width, add.height);
    used.add = used.subtract = false;
    for (const gesture of gestures) paint(gesture);
  }
  function resize(width, height, perCssPixel) {
    ratio = perCssPixel;
    if (add.width === width && add.height === height) return false;
    add.width = subtract.width = width;
    add.height = subtract.height = height;
    return true;
  }
  return {canvases: [add, subtract], paint, repaint, resize};
}

// Draws a gesture with the pen's own colours, as near as a page can to what Python will make of it.
function trace(pen, gesture, x, y, k, from = 0, isFaded = true) {
  const {samples, tool} = gesture;
  pen.save();
  if (tool === 'rectangle' || tool === 'ellipse') traceBox(pen, tool, samples, x, y, k);
  else if (tool === 'lasso' || tool === 'polygon') {
    outline(pen, samples, x, y);
    pen.closePath();
    pen.fill();
  } else if (tool === 'brush' || tool === 'eraser') {
    if (isFaded) pen.globalAlpha = strength(gesture);
    traceStroke(pen, gesture, x, y, k, from);
  }
  if (tool === 'wand') dot(pen, x(samples[samples.length - 3]), y(samples[samples.length - 2]), 5);
  pen.restore();
}

const LEAST_SIZE = 0.05; // of the brush is left at no pressure, as in Python

function dot(pen, x, y, radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.fill();
}

function outline(pen, samples, x, y, from = 0) {
  pen.beginPath();
  pen.moveTo(x(samples[3 * from]), y(samples[3 * from + 1]));
  for (let i = 3 * (from + 1); i < samples.length; i += 3) pen.lineTo(x(samples[i]), y(samples[i + 1]));
}

function traceBox(pen, tool, samples, x, y, k) {
  const [left, top, right, bottom] = touchedBox(samples);
  const [width, height] = [(right - left) * k, (bottom - top) * k];
  pen.beginPath();
  if (tool === 'rectangle') pen.rect(x(left), y(top), width, height);
  else pen.ellipse(x(left) + width / 2, y(top) + height / 2, width / 2, height / 2, 0, 0, 7);
  pen.fill();
}

// A soft brush is drawn to where it covers half.
function traceStroke(pen, gesture, x, y, k, from) {
  const {samples, radius, hardness = 1, pressure = 'none'} = gesture;
  const reach = radius * k * (1 + hardness) * 0.5;
  const first = Math.max(0, from - 1);
  if (pressure === 'size' || pressure === 'both') {
    pressed(pen, samples, x, y, (i) => reach * Math.max(LEAST_SIZE, samples[3 * i + 2]), first);
    pen.fill();
  } else if (samples.length <= 3) {
    dot(pen, x(samples[0]), y(samples[1]), reach);
  } else {
    pen.lineCap = pen.lineJoin = 'round';
    pen.lineWidth = 2 * reach;
    outline(pen, samples, x, y, first);
    pen.stroke();
  }
}

// How much of a stroke shows: pressure that fades it counts as it was on the whole.
function strength({samples, opacity = 1, pressure = 'none'}) {
  if (pressure !== 'opacity' && pressure !== 'both') return opacity;
  let sum = 0;
  for (let i = 2; i < samples.length; i += 3) sum += samples[i];
  return (opacity * sum) / (samples.length / 3);
}

// The outline of a stroke whose radius changes: discs and what lies between them, all turning one way, so that it is
// filled as one and nowhere twice.
function pressed(pen, samples, x, y, radius, first) {
  pen.beginPath();
  for (let i = first; 3 * i < samples.length; i += 1) {
    const [toX, toY, wide] = [x(samples[3 * i]), y(samples[3 * i + 1]), radius(i)];
    pen.moveTo(toX + wide, toY);
    pen.arc(toX, toY, wide, 0, 2 * Math.PI);
    if (i === first) continue;
    const [fromX, fromY, narrow] = [x(samples[3 * i - 3]), y(samples[3 * i - 2]), radius(i - 1)];
    const length = Math.hypot(toX - fromX, toY - fromY) || 1;
    const [across, along] = [(toY - fromY) / length, (fromX - toX) / length];
    pen.moveTo(fromX + across * narrow, fromY + along * narrow);
    pen.lineTo(toX + across * wide, toY + along * wide);
    pen.lineTo(toX - across * wide, toY - along * wide);
    pen.lineTo(fromX - across * narrow, fromY - along * narrow);
  }
}

// Every pixel touched between the first and the last sample: the same box as in Python.
function touchedBox(samples) {
  const end = samples.length - 3;
  return [
    Math.floor(Math.min(samples[0], samples[end])), Math.floor(Math.min(samples[1], samples[end + 1])),
    Math.ceil(Math.max(samples[0], samples[end])), Math.ceil(Math.max(samples[1], samples[end + 1])),
  ];
}

// What is being drawn and cannot be drawn in pieces: it is shown anew with every move.
function makeLive(model, viewOf) {
  const canvas = element('canvas', 'inb-ink-live', {'aria-hidden': 'true'});
  const pen = canvas.getContext('2d');
  const striped = stripes(pen);
  let ratio = 1;
  let used = false;
  let growing = null; // the stroke that is shown, alone, and only gets longer

  function clear() {
    if (used) pen.clearRect(0, 0, canvas.width, canvas.height);
    used = false;
    growing = null;
  }
  // A stroke is painted opaque, and the bitmap faded as a whole: parts that overlap are not darker.
  function showStroke(gesture, from) {
    const [x, y, k] = scale();
    canvas.style.opacity = strength(gesture) * (gesture.mode === 'subtract' ? 0.62 : model.get('opacity'));
    pen.strokeStyle = pen.fillStyle = gesture.mode === 'subtract' ? striped : model.get('colour');
    trace(pen, gesture, x, y, k, from, false);
    growing = gesture.straight ? null : gesture;
  }
  function scale() {
    const view = viewOf();
    const k = view.scale * ratio;
    return [(x) => x * k + view.x * ratio, (y) => y * k + view.y * ratio, k];
  }
  function show(gesture, hints, pointer = null, from = 0) {
    if (growing === gesture && from > 0) return showStroke(gesture, from);
    clear();
    used = true;
    if (gesture.kind === 'stroke' && !hints.length) return showStroke(gesture, 0);
    canvas.style.opacity = 1;
    const [x, y, k] = scale();
    for (const each of hints) showHint(each, x, y);
    if (gesture.kind === 'hints') return showHint(gesture, x, y);
    const samples = pointer ? [...gesture.samples, ...pointer] : gesture.samples;
    pen.save();
    pen.globalAlpha = model.get('opacity');
    pen.strokeStyle = pen.fillStyle = gesture.mode === 'subtract' ? striped : model.get('colour');
    if (gesture.kind !== 'polygon' || samples.length > 6) trace(pen, {...gesture, samples}, x, y, k);
    pen.restore();
    if (gesture.kind !== 'stroke') edge(gesture, samples, x, y, k);
    return undefined;
  }
  // Two lines, light in dark, so that the edge shows on any picture.
  function edge({kind, tool}, samples, x, y, k) {
    if (kind === 'box') {
      const [left, top, right, bottom] = touchedBox(samples);
      pen.beginPath();
      if (tool === 'rectangle') pen.rect(x(left), y(top), (right - left) * k, (bottom - top) * k);
      else pen.ellipse(x((left + right) / 2), y((top + bottom) / 2), ((right - left) * k) / 2, ((bottom - top) * k) / 2, 0, 0, 7);
    } else {
      outline(pen, samples, x, y);
    }
    twoLines();
    if (kind === 'polygon') for (let i = 0; i < samples.length; i += 3) knot(x(samples[i]), y(samples[i + 1]), i === 0);
  }
  function twoLines() {
    pen.lineCap = pen.lineJoin = 'round'; // up to the pointer, and a little beyond
    for (const [colour, width] of [['#000', 3], ['#fff', 1.2]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = width * ratio;
      pen.stroke();
    }
  }
  function knot(x, y, isFirst) {
    pen.beginPath();
    pen.arc(x, y, (isFirst ? 5 : 3) * ratio, 0, 7);
    pen.fillStyle = isFirst ? '#fff' : '#000';
    pen.fill();
    twoLines();
  }
  // Points on the thing are full, points beside it are crossed out, a box is a box.
  function showHint({hint, samples}, x, y) {
    used = true;
    canvas.style.opacity = 1;
    if (hint === 'box') return edge({kind: 'box', tool: 'rectangle'}, samples, x, y, scale()[2]);
    pen.lineCap = pen.lineJoin = 'round';
    outline(pen, samples.length > 3 ? samples : [...samples, ...samples], x, y);
    if (hint === 'surroundings') pen.setLineDash([2 * ratio, 6 * ratio]);
    for (const [colour, width] of [['#000', 7], [hint === 'surroundings' ? '#fff' : model.get('colour'), 4]]) {
      pen.strokeStyle = colour;
      pen.lineWidth = width * ratio;
      pen.stroke();
    }
    pen.setLineDash([]);
    return undefined;
  }
  return {
    canvas,
    clear,
    show,
    showHints(hints) {
      clear();
      const [x, y] = scale();
      for (const each of hints) showHint(each, x, y);
    },
    resize(width, height, perCssPixel) {
      ratio = perCssPixel;
      if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    },
  };
}

function makeRing() {
  const ring = element('div', 'inb-ring', {'aria-hidden': 'true', hidden: ''});
  return {
    root: ring,
    hide: () => { ring.hidden = true; },
    show(x, y, radius, subtracts) {
      ring.hidden = false;
      ring.classList.toggle('inb-subtracts', subtracts);
      ring.style.width = ring.style.height = `${2 * radius}px`;
      ring.style.transform = `translate(${x - radius}px, ${y - radius}px)`;
    },
  };
}

