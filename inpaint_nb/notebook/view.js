// The view: which part of the picture stands where. Joined in front of ink.js.
//
// A view is {scale, x, y}: the picture point (px, py) lies (px * scale + x, py * scale + y) CSS pixels from the corner of
// the frame. Sizes are [width, height]: `picture` in picture pixels, `frame` in CSS pixels.

const ZOOM_STEP = 1.25;
const LARGEST_SCALE = 64; // CSS pixels per picture pixel
const SETTLED_MS = 80; // after the last change of the view Python is asked for the part in it, sharply
const BARELY_SHARPER = 1.05;

const toScreen = (view, x, y) => [x * view.scale + view.x, y * view.scale + view.y];
const toPicture = (view, x, y) => [(x - view.x) / view.scale, (y - view.y) / view.scale];

function fitted(picture, frame) {
  const scale = Math.min(frame[0] / picture[0], frame[1] / picture[1]);
  return {scale, x: (frame[0] - picture[0] * scale) / 2, y: (frame[1] - picture[1] * scale) / 2};
}

// The same view moved so that no room is left beside a picture that could fill it; a smaller picture stands in the middle.
function inside(view, picture, frame) {
  const along = (offset, axis) => {
    const room = frame[axis] - picture[axis] * view.scale;
    return room >= 0 ? room / 2 : Math.min(0, Math.max(room, offset));
  };
  return {scale: view.scale, x: along(view.x, 0), y: along(view.y, 1)};
}

// The view magnified `factor` times, with what lies at (x, y) of the frame staying there. Never smaller than the fit.
function magnified(view, factor, x, y, picture, frame) {
  const least = fitted(picture, frame).scale;
  const scale = Math.min(Math.max(LARGEST_SCALE, least), Math.max(least, view.scale * factor));
  const [px, py] = toPicture(view, x, y);
  return inside({scale, x: x - px * scale, y: y - py * scale}, picture, frame);
}

// The box of picture pixels that are in the frame, as [left, top, right, bottom].
function visible(view, picture, frame) {
  const [left, top] = toPicture(view, 0, 0);
  const [right, bottom] = toPicture(view, frame[0], frame[1]);
  const clamp = (value, axis) => Math.min(picture[axis], Math.max(0, value));
  return [clamp(Math.floor(left), 0), clamp(Math.floor(top), 1), clamp(Math.ceil(right), 0), clamp(Math.ceil(bottom), 1)];
}

// Puts a bitmap where `box` of the picture is, without laying the page out anew.
function put(canvas, view, box) {
  const [x, y] = toScreen(view, box[0], box[1]);
  const across = ((box[2] - box[0]) * view.scale) / canvas.width;
  const along = ((box[3] - box[1]) * view.scale) / canvas.height;
  const values = {width: `${canvas.width}px`, height: `${canvas.height}px`, transform: `translate(${x}px, ${y}px) scale(${across}, ${along})`};
  for (const [name, value] of Object.entries(values)) {
    if (canvas.style.getPropertyValue(name) !== value) canvas.style.setProperty(name, value, 'important');
  }
}

// The part of the picture that Python draws at the resolution of the screen, over the whole one that ipycanvas shows.
function makeDetail() {
  const layers = ['picture', 'overlay'].map((name) => element('canvas', `inb-detail-${name}`, {'aria-hidden': 'true', width: 1, height: 1}));
  const root = element('div', 'inb-detail', {hidden: ''}, ...layers);
  let box = null;
  let drawn = Promise.resolve();

  const decoded = (buffer) => createImageBitmap(new Blob([buffer]));
  async function replace(content, buffers) {
    const bitmaps = await Promise.all(buffers.map(decoded));
    box = content.box;
    root.hidden = !box;
    layers.forEach((layer, number) => {
      [layer.width, layer.height] = box ? content.size : [1, 1];
      if (bitmaps[number]) layer.getContext('2d').drawImage(bitmaps[number], 0, 0, ...content.size);
    });
  }
  async function patch(content, buffers) {
    const bitmap = await decoded(buffers[0]);
    const pen = layers[1].getContext('2d');
    pen.clearRect(...content.at, bitmap.width, bitmap.height);
    pen.drawImage(bitmap, ...content.at);
  }
  // One after the other: a patch belongs to the detail before it.
  function receive(content, buffers, then) {
    const draw = content.type === 'detail' ? replace : patch;
    drawn = drawn.then(() => draw(content, buffers)).then(then).catch((error) => console.warn('inpaint_nb: a detail cannot be drawn', error));
  }
  return {root, receive, done: () => drawn, place: (view) => { if (box) layers.forEach((layer) => put(layer, view, box)); }};
}

// Moves the picture under the hand and asks for sharp parts. `onChange` is called whenever the view is another one.
function makeCamera(model, frame, detail, ask, onChange) {
  const picture = () => [model.get('width'), model.get('height')];
  let size = [1, 1]; // of the frame
  let view = {scale: 1, x: 0, y: 0};
  let isFit = true;
  let timer = null;
  let asked = 'null';

  function show(next, fits = false) {
    isFit = fits || next.scale <= fitted(picture(), size).scale * (1 + 1e-9);
    view = next;
    place();
    onChange();
    clearTimeout(timer);
    timer = setTimeout(sharpen, SETTLED_MS);
  }
  function place() {
    const base = frame.closest('.inb-stage')?.querySelector('.inb-viewport > canvas');
    const squares = view.scale >= 2 || (!isFit && view.scale > 1);
    if (base) {
      put(base, view, [0, 0, ...picture()]);
      base.classList.toggle('inb-enlarged', squares);
    }
    detail.root.classList.toggle('inb-enlarged', squares);
    detail.place(view);
  }
  function sharpen() {
    const pixels = Math.min(1, view.scale * devicePixelRatio); // of the screen or of the picture, for one of the picture
    const wanted = pixels > model.get('shown_scale') * BARELY_SHARPER ? visible(view, picture(), size) : null;
    const told = JSON.stringify([wanted, pixels]);
    if (told === asked || (!wanted && asked === 'null')) return;
    asked = wanted ? told : 'null';
    const sides = wanted ? [wanted[2] - wanted[0], wanted[3] - wanted[1]] : [0, 0];
    ask({type: 'look', box: wanted, size: sides.map((side) => Math.max(1, Math.round(side * pixels)))});
  }
  function resized(next) {
    size = next;
    show(isFit ? fitted(picture(), size) : inside(view, picture(), size), isFit);
  }
  const middle = () => [size[0] / 2, size[1] / 2];
  return {
    get view() { return view; },
    get isFit() { return isFit; },
    resized,
    place,
    fit: () => show(fitted(picture(), size), true),
    zoom: (factor, at = middle()) => show(magnified(view, factor, ...at, picture(), size)),
    zoomTo: (scale, at = middle()) => show(magnified(view, scale / view.scale, ...at, picture(), size)),
    // Returns what of the way could not be gone, since the picture ends there.
    pan(dx, dy) {
      const next = inside({...view, x: view.x + dx, y: view.y + dy}, picture(), size);
      const left = [view.x + dx - next.x, view.y + dy - next.y];
      show(next);
      return left;
    },
    forget: () => { asked = ''; }, // Python may be another one now, or show what was asked for before
    stop: () => clearTimeout(timer),
  };
}
