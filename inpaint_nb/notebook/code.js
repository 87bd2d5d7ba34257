// Gestures as the Python calls that do the same: for strokes that a kernel never heard of. Joined in front of ink.js.

const SIGNS = {add: '|=', subtract: '-=', intersect: '&='};
const CALLS = {
  clear: () => 'session.mask = Mask.empty(size)', invert: () => 'session.mask = ~session.mask', grow: (px) => `session.mask = session.mask.grow(${px})`,
  shrink: (px) => `session.mask = session.mask.shrink(${px})`, undo: () => 'session.undo()', redo: () => 'session.redo()',
};

// `told` are messages with the gestures they are about.
function codeOf(told, size) {
  const lines = told.map(({content, shown}) => (shown ? gestureCode(shown, size) : CALLS[content.name]?.(content.px) ?? '# a preview was taken here; it cannot be told in code'));
  return ['from inpaint_nb import Mask', '', '# `session` is what inp.open or %inpaint returned', 'image, size = session.image, session.image.size', ...lines.filter(Boolean), ''].join('\n');
}

function gestureCode(gesture, size) {
  const shape = shapeCode(gesture, size);
  return shape && `session.mask ${SIGNS[gesture.mode]} ${shape}`;
}

// The calls that Python's own tools make of a gesture.
function shapeCode(gesture, size) {
  const {tool, samples} = gesture;
  const points = pointsOf(samples);
  const list = `[${points.map(([x, y]) => `(${x}, ${y})`).join(', ')}]`;
  switch (tool) {
    case 'brush': case 'eraser': return strokeCode(gesture, list);
    case 'rectangle': case 'ellipse': return boxCode(tool, samples, size);
    case 'lasso': case 'polygon': return points.length > 2 ? `Mask.polygon(size, ${list})` : '';
    case 'wand': return wandCode(gesture, points[points.length - 1]);
    default: return '';
  }
}

function strokeCode({samples, radius, hardness, opacity, pressure}, list) {
  const pressures = samples.filter((_, index) => index % 3 === 2).map((each) => +Math.min(1, Math.max(0, Math.fround(each))).toFixed(3));
  const soft = [hardness === 1 ? '' : `hardness=${hardness}`, opacity === 1 ? '' : `opacity=${opacity}`];
  const pressed = pressure === 'none' ? [] : [`pressures=[${pressures.join(', ')}]`, `pressure_size=${python(pressure !== 'opacity')}`, `pressure_opacity=${python(pressure !== 'size')}`];
  return `Mask.stroke(${['size', list, radius, ...soft, ...pressed].filter((each) => each !== '').join(', ')})`;
}

function boxCode(tool, samples, [width, height]) {
  const [left, top, right, bottom] = touchedBox(pointsOf(samples).flatMap(([x, y]) => [x, y, 0]));
  const inside = [Math.max(0, left), Math.max(0, top), Math.min(width, right), Math.min(height, bottom)];
  if (inside[0] >= inside[2] || inside[1] >= inside[3]) return '';
  const box = tool === 'rectangle' ? inside : [left, top, right, bottom]; // an ellipse may hang out of the picture
  return `Mask.${tool}(size, (${box.join(', ')}))`;
}

function wandCode({tolerance, contiguous, space, stops}, [x, y]) {
  return `Mask.wand(image, (${x}, ${y}), ${tolerance}, contiguous=${python(contiguous)}, space="${space}"${stops ? ', stop_at=session.mask' : ''})`;
}

// Rounded as Python rounds what it gets.
function pointsOf(samples) {
  const rounded = (value) => +Math.fround(value).toFixed(2);
  return Array.from({length: samples.length / 3}, (_, i) => [rounded(samples[3 * i]), rounded(samples[3 * i + 1])]);
}

const python = (value) => (value ? 'True' : 'False');
