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
const PINCH_MS = 250; // a second finger this soon means scrolling, not drawing

function scrollerOf(element) {
  for (let each = element; each; each = each.parentElement) {
    if (each.scrollHeight > each.clientHeight && /auto|scroll/.test(getComputedStyle(each).overflowY)) return each;
  }
  return document.scrollingElement;
}

function render({model, el}) {
  el.classList.add('inb-ink-root');
  const view = Math.random().toString(36).slice(2);
  const helpName = `inb-help-${view}`;
  const ink = makeInk(model);
  const ring = makeRing();
  const band = make('div', {class: 'inb-band', 'aria-hidden': 'true', hidden: ''});
  const surface = make('canvas', {
    class: 'inb-surface', tabindex: 0, role: 'application', 'aria-label': 'Mask: paint over the part to change',
    'aria-describedby': helpName, 'data-lm-suppress-shortcuts': 'true',
  });
  const frame = make('div', {class: 'inb-ink'}, ...ink.canvases, band, ring.root, surface);
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
  let scrolling = null; // {x, y} of two fingers
  let hover = null; // the last pointer event over the layer
  let heldAction = null;
  let seq = 0;

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
  function receive(message) {
    if (message.view !== view || message.type !== 'ack') return;
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
      help: () => { help.classList.toggle('inb-closed'); toolbar.showHelp(!help.classList.contains('inb-closed')); },
      leave: () => { if (gesture) drop(); else document.activeElement?.blur(); },
    };
    if (inPage[name]) inPage[name]();
    else send({type: 'command', name, px: model.get('grow_px')}, null);
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
    act(action.digits ? `${action.name}_${event.key}` : action.name);
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
    send({type: 'command', name: `${heldAction.name}_end`, px: 0}, null);
    heldAction = null;
  }

  // ---- the pointer

  function sample(event, box) {
    return [
      ((event.clientX - box.left) * model.get('width')) / box.width,
      ((event.clientY - box.top) * model.get('height')) / box.height,
      event.pressure,
    ];
  }
  function swaps(event) {
    return event.shiftKey || event.button === 2 || event.button === 5 || (event.buttons & 34) !== 0;
  }
  function down(event) {
    if (gesture) return secondPointer(event);
    if (scrolling || ![0, 2, 5].includes(event.button)) return undefined;
    event.preventDefault();
    surface.focus({preventScroll: true});
    try { surface.setPointerCapture(event.pointerId); } catch { /* a pointer that is gone already, or a script's */ }
    const mode = model.get('mode');
    gesture = {
      pointer: event.pointerId, began: event.timeStamp, kind: event.pointerType, tool: model.get('tool'),
      mode: swaps(event) ? other(mode) : mode, radius: model.get('radius'), samples: sample(event, surface.getBoundingClientRect()),
    };
    if (!model.get('overlay')) set({overlay: true});
    draw(0);
    return hovering(event);
  }
  function secondPointer(event) {
    const isScroll = event.pointerType === 'touch' && gesture.kind === 'touch' && event.timeStamp - gesture.began < PINCH_MS;
    if (!isScroll) return; // a palm, or a finger too many: the stroke goes on
    scrolling = {pointer: gesture.pointer, y: null, x: null};
    drop();
  }
  function move(event) {
    hovering(event);
    if (scrolling) return scroll(event);
    if (!gesture || event.pointerId !== gesture.pointer) return undefined;
    if (event.pointerType === 'mouse' && event.buttons === 0) return finish(); // the up went elsewhere
    return extend(event);
  }
  function extend(event) {
    const box = surface.getBoundingClientRect();
    const from = gesture.samples.length / 3;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) gesture.samples.push(...sample(each, box));
    draw(from);
  }
  function draw(from) {
    if (gesture.tool !== 'rectangle') return ink.paint(gesture, from);
    const [left, top, right, bottom] = boxOf(gesture, model);
    const percent = (value, whole) => `${(100 * value) / whole}%`;
    band.hidden = false;
    band.classList.toggle('inb-subtracts', gesture.mode === 'subtract');
    band.style.left = percent(left, model.get('width'));
    band.style.width = percent(right - left, model.get('width'));
    band.style.top = percent(top, model.get('height'));
    band.style.height = percent(bottom - top, model.get('height'));
    return undefined;
  }
  function scroll(event) {
    if (event.pointerId !== scrolling.pointer) return;
    if (scrolling.y !== null) scrollerOf(frame).scrollBy(scrolling.x - event.clientX, scrolling.y - event.clientY);
    Object.assign(scrolling, {x: event.clientX, y: event.clientY});
  }
  function up(event) {
    if (scrolling?.pointer === event.pointerId) scrolling = null;
    if (!gesture || event.pointerId !== gesture.pointer) return;
    if (event.type === 'pointerup') reachTo(event);
    finish();
  }
  function reachTo(event) {
    const [x, y] = sample(event, surface.getBoundingClientRect());
    const [lastX, lastY, pressure] = gesture.samples.slice(-3);
    if (x === lastX && y === lastY) return;
    gesture.samples.push(x, y, pressure); // a lifted pointer presses no more
    draw(gesture.samples.length / 3 - 1);
  }
  // A cancelled or lost pointer ends the stroke too: what was drawn is kept.
  function finish() {
    const done = gesture;
    gesture = null;
    band.hidden = true;
    if (done.tool === 'rectangle') {
      if (isSlip(done)) return;
      ink.paint(done);
    }
    const {tool, mode, radius} = done;
    send({type: 'gesture', tool, mode, radius}, done, [new Float32Array(done.samples).buffer]);
  }
  function isSlip({samples}) {
    const box = surface.getBoundingClientRect();
    const end = samples.length - 3;
    const across = (Math.abs(samples[end] - samples[0]) * box.width) / model.get('width');
    const along = (Math.abs(samples[end + 1] - samples[1]) * box.height) / model.get('height');
    return Math.max(across, along) < STEADY_PX;
  }
  function drop() {
    gesture = null;
    band.hidden = true;
    repaint();
  }
  function hovering(event) {
    hover = event;
    const tool = gesture?.tool ?? model.get('tool');
    const box = surface.getBoundingClientRect();
    const rx = (model.get('radius') * box.width) / model.get('width');
    const ry = (model.get('radius') * box.height) / model.get('height');
    if (tool === 'rectangle' || scrolling || (event.pointerType === 'touch' && !gesture)) return ring.hide();
    const mode = gesture?.mode ?? (swaps(event) ? other(model.get('mode')) : model.get('mode'));
    surface.classList.toggle('inb-precise', rx < 4);
    return ring.show(event.clientX - box.left, event.clientY - box.top, rx, ry, mode === 'subtract');
  }
  function leave() {
    hover = null;
    if (!gesture) ring.hide();
  }

  // ---- looks

  function refresh() {
    modes[model.get('tool')] = model.get('mode');
    toolbar.refresh();
    frame.style.width = model.get('css_width');
    frame.style.setProperty('--inb-colour', model.get('colour'));
    frame.style.setProperty('--inb-opacity', model.get('opacity'));
    surface.dataset.tool = model.get('tool');
    if (hover) hovering(hover);
    repaint();
  }
  function resized([entry]) {
    const exact = entry.devicePixelContentBoxSize?.[0];
    const width = exact ? exact.inlineSize : Math.round(entry.contentRect.width * devicePixelRatio);
    const height = exact ? exact.blockSize : Math.round(entry.contentRect.height * devicePixelRatio);
    if (width && height && ink.resize(width, height)) repaint();
  }
  const observer = new ResizeObserver(resized);
  try { observer.observe(frame, {box: 'device-pixel-content-box'}); } catch { observer.observe(frame); }

  on(surface, 'pointerdown', down);
  on(surface, 'pointermove', move);
  for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) on(surface, name, up);
  on(surface, 'pointerleave', leave);
  on(surface, 'contextmenu', (event) => { event.preventDefault(); event.stopPropagation(); }); // nor JupyterLab's menu
  on(window, 'blur', (event) => { if (gesture) finish(); scrolling = null; release(event); });
  on(window, 'keydown', letHostSave, {capture: true});
  for (const root of roots) {
    on(root, 'keydown', keyDown);
    on(root, 'keyup', release);
    on(root, 'focusout', release);
  }
  const watched = ['tool', 'mode', 'radius', 'grow_px', 'colour', 'opacity', 'overlay', 'can_undo', 'can_redo', 'width', 'height', 'css_width'];
  for (const name of watched) model.on(`change:${name}`, refresh);
  model.on('msg:custom', receive);
  toolbar.showHelp(true);
  refresh();
  const timers = READY_AGAIN_MS.map((wait) => setTimeout(() => model.send({type: 'ready', view}), wait));

  return () => {
    timers.forEach(clearTimeout);
    listening.abort();
    observer.disconnect();
    model.off('msg:custom', receive);
    for (const name of watched) model.off(`change:${name}`, refresh);
  };
}

export default {render};
