// The pointer layer. Draws ink inside the pointer event's own dispatch; sends one message per gesture.
//
// DOM (inside `.inb-stage`): .inb-toolbar (row 1) [data-action=NAME] [data-mode=add|subtract] [data-colour] .inb-size
//   .inb-size-text .inb-px .inb-opacity .inb-waiting; .inb-ink (row 2, over the picture) > canvas.inb-ink-add (ink that
//   adds), canvas.inb-ink-subtract (ink that takes away), .inb-band (rectangle being drawn), .inb-ring (brush cursor),
//   canvas.inb-surface (takes the pointer and the keys); .inb-help (row 3, all keys).
// Sent:     {type: 'ready', view}
//           {type: 'gesture', view, seq, tool, mode, radius} + one buffer, float32 (x, y, pressure)*, image pixels
//           {type: 'command', view, seq, name, px}
// Received: {type: 'ready', view}, {type: 'ack', view, seq}; sent when Python has drawn the outcome

const PATIENCE_MS = 1500; // after that the tool bar says that the kernel is busy
const READY_AGAIN_MS = [0, 500, 2000]; // the kernel's second lane may not exist yet when the layer appears
const STEADY_PX = 4; // a rectangle smaller than this on the screen was a slip of the hand
const HOST_CHORDS = new Set(['mod+s']); // the notebook is saved as ever; all other keys stay here

function chordOf(event) {
  const key = event.key.toLowerCase();
  const mod = event.ctrlKey || event.metaKey ? 'mod+' : '';
  const shift = event.shiftKey && (mod || key.length > 1 || key !== event.key) ? 'shift+' : ''; // a sign has its own name
  return mod + shift + key;
}

function render({model, el}) {
  el.classList.add('inb-ink-root');
  const view = Math.random().toString(36).slice(2);
  const helpName = `inb-help-${view}`;
  const ink = makeInk(model, () => camera.view);
  const detail = makeDetail();
  const ring = makeRing();
  const band = make('div', {class: 'inb-band', 'aria-hidden': 'true', hidden: ''});
  const surface = make('canvas', {
    class: 'inb-surface', tabindex: 0, role: 'application', 'aria-label': 'Mask: paint over the part to change',
    'aria-describedby': helpName, 'data-lm-suppress-shortcuts': 'true',
  });
  const frame = make('div', {class: 'inb-ink'}, detail.root, ...ink.canvases, band, ring.root, surface);
  const help = makeHelp(model.get('actions'), helpName);
  const toolbar = makeToolbar(model, act);
  el.append(toolbar.root, frame, help);
  const roots = [surface, toolbar.root];

  const pending = new Map(); // seq -> gesture (or null for a command) not yet answered
  const modes = {brush: 'add', eraser: 'subtract', rectangle: 'add', [model.get('tool')]: model.get('mode')};
  const chords = new Map(model.get('actions').flatMap((action) => action.keys.map((key) => [key, action])));
  const listening = new AbortController();
  const on = (target, name, listener, options = {}) => target.addEventListener(name, listener, {...options, signal: listening.signal});
  const other = (mode) => (mode === 'add' ? 'subtract' : 'add');
  const set = (values) => { model.set(values); model.save_changes(); };
  let gesture = null; // the one under way
  let hover = null; // the last pointer event over the layer
  let heldAction = null;
  let seq = 0;
  const camera = makeCamera(model, frame, detail, (content) => model.send({...content, view}), moved);
  const hand = makeHand(surface, camera, {begin, extend, finish, drop, hover: hovering, rest}, on);

  // ---- messages

  function send(content, shown, buffers = []) {
    pending.set(++seq, shown);
    const number = seq;
    setTimeout(() => { if (pending.has(number)) toolbar.showWaiting(pending.size); }, PATIENCE_MS);
    try {
      model.send({...content, view, seq: number}, undefined, buffers);
    } catch (error) {
      console.warn('inpaint_nb: the kernel cannot be reached', error); // the ink stays: nothing is lost silently
    }
  }
  function receive(message, buffers) {
    if (message.type === 'detail' || message.type === 'patch') return detail.receive(message, buffers, camera.place);
    if (message.type === 'ready') return camera.forget();
    if (message.view !== view || message.type !== 'ack') return undefined;
    return detail.done().then(() => answered(message));
  }
  function answered(message) {
    // Two frames later: the page may still be decoding the overlay that replaces the ink.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const shown = pending.get(message.seq);
      pending.delete(message.seq);
      if (shown) repaint();
      if (!pending.size || toolbar.root.querySelector('.inb-waiting').textContent) toolbar.showWaiting(pending.size);
    }));
  }
  function repaint() {
    ink.repaint([...pending.values(), gesture].filter((each) => each && (each !== gesture || each.tool !== 'rectangle')));
  }

  // ---- actions

  function act(name) {
    const radius = model.get('radius');
    const largest = Math.max(2, model.get('width'), model.get('height'));
    const diameter = Math.round(2 * radius);
    const step = Math.max(1, Math.round(diameter * 0.12));
    const resize = (to) => set({radius: Math.min(largest, Math.max(1, to)) / 2});
    const fade = (by) => set({overlay: true, opacity: Math.min(1, Math.max(0.1, Math.round(100 * (model.get('opacity') + by)) / 100))});
    const colours = model.get('colours');
    const inPage = {
      brush: () => set({tool: 'brush', mode: modes.brush}),
      eraser: () => set({tool: 'eraser', mode: modes.eraser}),
      rectangle: () => set({tool: 'rectangle', mode: modes.rectangle}),
      swap: () => set({mode: other(model.get('mode'))}),
      smaller: () => resize(diameter - step),
      larger: () => resize(diameter + step),
      colour: () => set({overlay: true, colour: colours[(colours.indexOf(model.get('colour')) + 1) % colours.length]}),
      fainter: () => fade(-0.1),
      stronger: () => fade(0.1),
      overlay: () => set({overlay: !model.get('overlay')}),
      zoom_in: () => camera.zoom(ZOOM_STEP, pointed()),
      zoom_out: () => camera.zoom(1 / ZOOM_STEP, pointed()),
      fit: () => camera.fit(),
      full: () => camera.zoomTo(1 / devicePixelRatio, pointed()),
      pan: () => hand.hold(true),
      pan_end: () => hand.hold(false),
      unit: changeUnit,
      help: () => { help.classList.toggle('inb-closed'); toolbar.showHelp(!help.classList.contains('inb-closed')); },
      leave: () => { if (gesture) { hand.drop(); drop(); } else document.activeElement?.blur(); },
    };
    if (inPage[name]) inPage[name]();
    else send({type: 'command', name, px: model.get('grow_px')}, null);
  }
  // Where the pointer is over the picture, to zoom there; the middle where it is not.
  function pointed() {
    const box = surface.getBoundingClientRect();
    return hover ? [hover.clientX - box.left, hover.clientY - box.top] : undefined;
  }
  // The brush keeps the size that it has on the screen now.
  function changeUnit() {
    const isScreen = model.get('unit') === 'screen';
    const scale = camera.view.scale;
    set({unit: isScreen ? 'picture' : 'screen', radius: Math.max(1, Math.round(2 * model.get('radius') * (isScreen ? 1 / scale : scale))) / 2});
  }
  // Of the brush, in picture pixels; two decimals keep the printed code short.
  function radiusInPicture() {
    if (model.get('unit') === 'picture') return model.get('radius');
    return Math.max(0.5, Math.round((100 * model.get('radius')) / camera.view.scale) / 100);
  }
  function keyDown(event) {
    const isTyping = event.target.matches('input[type=number]') && !event.ctrlKey && !event.metaKey && event.key !== 'Escape';
    const action = isTyping ? null : chords.get(chordOf(event));
    if (!action || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (gesture && action.name !== 'leave') return; // nothing changes under the hand
    if (action.held && event.repeat) return;
    if (action.held) heldAction = {name: action.name, key: event.key};
    act(action.name);
  }
  // The notebook's own shortcuts are looked up before a key gets here, and not at all below this attribute.
  function letHostSave(event) {
    if (!HOST_CHORDS.has(chordOf(event))) return;
    for (const root of roots.filter((each) => each.contains(event.target))) {
      root.removeAttribute('data-lm-suppress-shortcuts');
      setTimeout(() => root.setAttribute('data-lm-suppress-shortcuts', 'true'));
    }
  }
  function release(event) {
    if (!heldAction || (event.type === 'keyup' && event.key !== heldAction.key)) return;
    act(`${heldAction.name}_end`);
    heldAction = null;
  }

  // ---- what the hand draws

  function swaps(event) {
    return event.shiftKey || event.button === 2 || (event.buttons & 2) !== 0;
  }
  function toolOf(event) {
    if (event.button === 5 || (event.buttons & 32) !== 0) return {tool: 'eraser', mode: 'subtract'}; // a pen's other end
    const mode = model.get('mode');
    return {tool: model.get('tool'), mode: swaps(event) ? other(mode) : mode};
  }
  function begin(event, samples) {
    gesture = {...toolOf(event), radius: radiusInPicture(), samples};
    if (!model.get('overlay')) set({overlay: true});
    draw(0);
  }
  // The last sample is where the pointer was lifted: it presses no more.
  function extend(samples, event, isLast = false) {
    if (isLast) {
      const [[x, y]] = samples;
      const [lastX, lastY, pressure] = gesture.samples.slice(-3);
      if (x === lastX && y === lastY) return;
      samples = [[x, y, pressure]];
    }
    const from = gesture.samples.length / 3;
    gesture.samples.push(...samples.flat());
    draw(from);
  }
  function draw(from) {
    if (gesture.tool !== 'rectangle') ink.paint(gesture, from);
    else showBand();
  }
  function showBand() {
    const [left, top, right, bottom] = boxOf(gesture, model);
    const [x, y] = toScreen(camera.view, left, top);
    band.hidden = false;
    band.classList.toggle('inb-subtracts', gesture.mode === 'subtract');
    Object.assign(band.style, {
      left: `${x}px`, top: `${y}px`, width: `${(right - left) * camera.view.scale}px`, height: `${(bottom - top) * camera.view.scale}px`,
    });
  }
  function finish() {
    const done = gesture;
    gesture = null;
    band.hidden = true;
    if (!done) return;
    if (done.tool === 'rectangle') {
      if (isSlip(done)) return;
      ink.paint(done);
    }
    const {tool, mode, radius} = done;
    send({type: 'gesture', tool, mode, radius}, done, [new Float32Array(done.samples).buffer]);
  }
  function isSlip({samples}) {
    const end = samples.length - 3;
    return Math.max(Math.abs(samples[end] - samples[0]), Math.abs(samples[end + 1] - samples[1])) * camera.view.scale < STEADY_PX;
  }
  function drop() {
    gesture = null;
    band.hidden = true;
    repaint();
  }
  function hovering(event) {
    hover = event;
    const {tool, mode} = gesture ?? toolOf(event);
    const radius = (gesture?.radius ?? radiusInPicture()) * camera.view.scale;
    if (tool === 'rectangle' || (event.pointerType === 'touch' && !gesture)) return ring.hide();
    const box = surface.getBoundingClientRect();
    surface.classList.toggle('inb-precise', radius < 4);
    return ring.show(event.clientX - box.left, event.clientY - box.top, radius, mode === 'subtract');
  }
  function rest() {
    hover = null;
    ring.hide();
  }
  // The view is another one: what is not part of the picture follows it.
  function moved() {
    toolbar.showZoom(camera.view.scale * devicePixelRatio, camera.isFit);
    surface.dataset.view = JSON.stringify(camera.view);
    repaint();
    if (gesture?.tool === 'rectangle') showBand();
  }

  // ---- looks

  function refresh() {
    modes[model.get('tool')] = model.get('mode');
    toolbar.refresh();
    fitFrame();
    frame.style.setProperty('--inb-colour', model.get('colour'));
    frame.style.setProperty('--inb-opacity', model.get('opacity'));
    surface.dataset.tool = model.get('tool');
    if (hover) hovering(hover);
    repaint();
  }
  function fitFrame() {
    const stage = frame.closest('.inb-stage');
    if (!stage) return;
    stage.classList.add('inb-live');
    stage.style.setProperty('--inb-width', model.get('css_width'));
    stage.style.setProperty('--inb-aspect', `${model.get('width')} / ${model.get('height')}`);
    const told = `${model.get('width')} ${model.get('height')}`;
    if (told !== surface.dataset.picture) {
      surface.dataset.picture = told;
      camera.fit();
    }
  }
  function resized([entry]) {
    const exact = entry.devicePixelContentBoxSize?.[0];
    const {width, height} = entry.contentRect;
    if (!width || !height) return;
    const bitmap = exact ? [exact.inlineSize, exact.blockSize] : [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)];
    ink.resize(...bitmap, bitmap[0] / width);
    camera.resized([width, height]);
  }
  const observer = new ResizeObserver(resized);
  try { observer.observe(frame, {box: 'device-pixel-content-box'}); } catch { observer.observe(frame); }

  on(window, 'blur', (event) => { hand.lost(); release(event); });
  on(window, 'keydown', letHostSave, {capture: true});
  for (const root of roots) {
    on(root, 'keydown', keyDown);
    on(root, 'keyup', release);
    on(root, 'focusout', release);
  }
  const watched = ['tool', 'mode', 'radius', 'grow_px', 'colour', 'opacity', 'overlay', 'can_undo', 'can_redo', 'width', 'height', 'css_width', 'unit'];
  for (const name of watched) model.on(`change:${name}`, refresh);
  model.on('msg:custom', receive);
  model.on('change:shown_scale', camera.forget);
  toolbar.showHelp(true);
  refresh();
  // ipycanvas makes its canvas when it likes, before this layer or after it.
  const arrivals = new MutationObserver(camera.place);
  requestAnimationFrame(() => { const stage = frame.closest('.inb-stage'); if (stage) { fitFrame(); arrivals.observe(stage, {childList: true, subtree: true}); camera.place(); } });
  const timers = READY_AGAIN_MS.map((wait) => setTimeout(() => model.send({type: 'ready', view}), wait));

  return () => {
    timers.forEach(clearTimeout);
    listening.abort();
    observer.disconnect();
    arrivals.disconnect();
    camera.stop();
    model.off('change:shown_scale', camera.forget);
    model.off('msg:custom', receive);
    for (const name of watched) model.off(`change:${name}`, refresh);
  };
}

export default {render};
