// How strokes and rectangles look before Python knows of them, and the brush cursor. Joined in front of ink.js.

function stripes(context) {
  const tile = make('canvas', {width: 10, height: 10});
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
  const add = make('canvas', {class: 'inb-ink-add', 'aria-hidden': 'true'});
  const subtract = make('canvas', {class: 'inb-ink-subtract', 'aria-hidden': 'true'});
  const pens = {add: add.getContext('2d'), subtract: subtract.getContext('2d')};
  const striped = stripes(pens.subtract);
  const used = {add: false, subtract: false};
  let ratio = 1; // bitmap pixels per CSS pixel

  // `draw(pen, x, y, k)`: x and y take picture coordinates to the bitmap, k lengths.
  function withPens(gesture, draw) {
    used[gesture.mode] = true;
    const view = viewOf();
    const k = view.scale * ratio;
    for (const [mode, pen] of Object.entries(pens)) {
      if (!used[mode]) continue;
      pen.globalCompositeOperation = mode === gesture.mode ? 'source-over' : 'destination-out';
      pen.strokeStyle = pen.fillStyle = mode === 'add' ? model.get('colour') : striped;
      draw(pen, (x) => x * k + view.x * ratio, (y) => y * k + view.y * ratio, k);
    }
  }
  function dot(pen, x, y, radius) {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 7);
    pen.fill();
  }
  // Draws the samples from number `from` on; samples are flat (x, y, pressure).
  function paint(gesture, from = 0) {
    if (gesture.tool === 'rectangle') {
      const [left, top, right, bottom] = boxOf(gesture, model);
      return withPens(gesture, (pen, x, y, k) => pen.fillRect(x(left), y(top), (right - left) * k, (bottom - top) * k));
    }
    const {samples, radius} = gesture;
    return withPens(gesture, (pen, x, y, k) => {
      pen.lineCap = pen.lineJoin = 'round';
      pen.lineWidth = 2 * radius * k;
      if (from === 0) dot(pen, x(samples[0]), y(samples[1]), radius * k);
      if (samples.length <= 3) return;
      const first = Math.max(0, from - 1);
      pen.beginPath();
      pen.moveTo(x(samples[3 * first]), y(samples[3 * first + 1]));
      for (let i = 3 * (first + 1); i < samples.length; i += 3) pen.lineTo(x(samples[i]), y(samples[i + 1]));
      pen.stroke();
    });
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

// Every pixel touched between the first and the last sample: the same box as `box_between` in Python.
function boxOf({samples}, model) {
  const end = samples.length - 3;
  const clamp = (value, most) => Math.min(most, Math.max(0, value));
  const [width, height] = [model.get('width'), model.get('height')];
  return [
    clamp(Math.floor(Math.min(samples[0], samples[end])), width), clamp(Math.floor(Math.min(samples[1], samples[end + 1])), height),
    clamp(Math.ceil(Math.max(samples[0], samples[end])), width), clamp(Math.ceil(Math.max(samples[1], samples[end + 1])), height),
  ];
}

function makeRing() {
  const ring = make('div', {class: 'inb-ring', 'aria-hidden': 'true', hidden: ''});
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

