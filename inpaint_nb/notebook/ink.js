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
const HOST_CHORDS = new Set(['mod+s']); // the notebook is saved as ever; all other keys stay here

function render({model, el}) {
  el.classList.add('inb-ink-root');
  const view = Math.random().toString(36).slice(2);
  const helpName = `inb-help-${view}`;
  const ink = makeInk(model, () => camera.view);
  const live = makeLive(model, () => camera.view);
  const detail = makeDetail();
  const ring = makeRing();
  const surface = make('canvas', {
    class: 'inb-surface', tabindex: 0, role: 'application', 'aria-label': 'Mask: paint over the part to change',
    'aria-describedby': helpName, 'data-lm-suppress-shortcuts': 'true',
  });
  const frame = make('div', {class: 'inb-ink'}, detail.root, ...ink.canvases, live.canvas, ring.root, surface);
  const help = makeHelp(model.get('actions'), helpName);
  const toolbar = makeToolbar(model, act, (name, px) => wishes.refine(name, px));
  el.append(toolbar.root, frame, help);
  const roots = [surface, toolbar.root];

  const pending = new Map(); // seq -> gesture (or null for a command) not yet answered
  const modes = {eraser: 'subtract', [model.get('tool')]: model.get('mode')}; // each tool keeps its own
  const chords = new Map(model.get('actions').flatMap((action) => action.keys.map((key) => [key, action])));
  const listening = new AbortController();
  const on = (target, name, listener, options = {}) => target.addEventListener(name, listener, {...options, signal: listening.signal});
  const other = (mode) => (mode === 'add' ? 'subtract' : 'add');
  const set = (values) => { model.set(values); model.save_changes(); };
  let hover = null; // the last pointer event over the layer
  let heldAction = null;
  let seq = 0;
  const camera = makeCamera(model, frame, detail, (content) => model.send({...content, view}), moved);
  const tools = makeTools({model, camera, ink, live, radius: radiusInPicture, send, repaint, changed,
    settle, wish: () => wishes.wish()});
  const wishes = makeWishes(model, tools, send);
  const crosshair = makeCrosshair(model, camera, tools, surface);
  const hand = makeHand(surface, camera, {begin, extend: tools.extend, finish: tools.finish, drop: tools.drop, hover: hovering, rest}, on);
  frame.append(crosshair.root, crosshair.said);

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
    return number;
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
      wishes.answered(message.seq);
      if (shown) repaint();
      if (!pending.size || toolbar.root.querySelector('.inb-waiting').textContent) toolbar.showWaiting(pending.size);
    }));
  }
  function repaint() {
    const open = tools.gesture?.kind === 'stroke' && !tools.gesture.straight ? [tools.gesture] : [];
    ink.repaint([...[...pending.values()].filter(Boolean), ...open]);
    tools.redraw();
  }

  // ---- actions

  function act(name, event = null) {
    const radius = model.get('radius');
    const largest = Math.max(2, model.get('width'), model.get('height'));
    const diameter = Math.round(2 * radius);
    const step = Math.max(1, Math.round(diameter * 0.12));
    const resize = (to) => set({radius: Math.min(largest, Math.max(1, to)) / 2});
    const fade = (by) => set({overlay: true, opacity: Math.min(1, Math.max(0.1, Math.round(100 * (model.get('opacity') + by)) / 100))});
    const colours = model.get('colours');
    const inPage = {
      ...Object.fromEntries(Object.keys(KINDS).map((tool) => [tool, () => choose(tool)])),
      swap: () => set({mode: other(model.get('mode'))}),
      intersect: () => set({mode: model.get('mode') === 'intersect' ? 'add' : 'intersect'}),
      move: () => crosshair.move(event.key.toLowerCase(), event),
      place,
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
      apply: () => settle(true),
      discard: () => settle(false),
      leave,
      clear: () => (tools.isOpen ? tools.removeCorner() : send({type: 'command', name: 'clear', px: 0}, null)),
    };
    if (inPage[name]) inPage[name]();
    else send({type: 'command', name, px: model.get('grow_px')}, null);
  }
  function choose(tool) {
    if (tools.isOpen) tools.close();
    if (model.get('proposal') && tool !== model.get('tool')) settle(true);
    set({tool, mode: modes[tool] ?? 'add'});
  }
  function settle(isTaken) {
    toolbar.showRefining(null);
    wishes.settle(isTaken);
  }
  function place() {
    if (crosshair.isShown && (crosshair.hasMoved || crosshair.isDrawing || !model.get('proposal'))) crosshair.place();
    else if (tools.isOpen) tools.close();
    else if (model.get('proposal')) settle(true);
    else crosshair.place();
  }
  function leave() {
    if (tools.gesture) { hand.drop(); tools.drop(); crosshair.hide(); }
    else if (model.get('proposal')) settle(false);
    else if (crosshair.isShown) crosshair.hide();
    else document.activeElement?.blur();
  }
  function changed() {
    surface.dataset.open = String(tools.isOpen);
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
    const isTyping = event.target.matches('input[type=number], select') && !event.ctrlKey && !event.metaKey && event.key !== 'Escape';
    const action = isTyping ? null : actionOf(event);
    if (!action || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (hand.isBusy && action.name !== 'leave') return; // nothing changes under the hand
    if (action.held && event.repeat) return;
    if (action.held) heldAction = {name: action.name, key: event.key};
    act(action.digits ? `${action.name}_${event.key}` : action.name, event);
  }
  function actionOf(event) {
    const isOnButton = event.target !== surface && (event.key === 'Enter' || event.key === ' ' || event.key.startsWith('Arrow'));
    if (isOnButton) return null; // buttons and sliders have keys of their own
    const chord = chordOf(event);
    return chords.get(chord) ?? chords.get(chord.replace('shift+', '')) ?? null;
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

  function begin(event, samples) {
    crosshair.hide();
    if (!model.get('overlay')) set({overlay: true});
    tools.begin(event, samples);
  }
  function hovering(event) {
    hover = event;
    const box = surface.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const {kind, mode} = tools.gesture ?? tools.held(event);
    tools.hover([...toPicture(camera.view, x, y), 0.5]);
    const radius = (tools.gesture?.radius ?? radiusInPicture()) * camera.view.scale;
    surface.classList.toggle('inb-precise', kind === 'stroke' && radius < 4);
    surface.dataset.kind = kind;
    if (kind !== 'stroke' || (event.pointerType === 'touch' && !tools.gesture)) return ring.hide();
    return ring.show(x, y, radius, mode === 'subtract');
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
    crosshair.show();
  }

  // ---- looks

  function refresh() {
    modes[model.get('tool')] = model.get('mode');
    toolbar.refresh();
    wishes.refresh();
    fitFrame();
    frame.style.setProperty('--inb-colour', model.get('colour'));
    frame.style.setProperty('--inb-opacity', model.get('opacity'));
    surface.dataset.tool = model.get('tool');
    surface.dataset.kind = KINDS[model.get('tool')];
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
    live.resize(...bitmap, bitmap[0] / width);
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
  const watched = ['tool', 'mode', 'radius', 'grow_px', 'colour', 'opacity', 'overlay', 'can_undo', 'can_redo', 'width', 'height', 'css_width', 'unit', 'proposal', 'hint', ...SETTINGS];
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
