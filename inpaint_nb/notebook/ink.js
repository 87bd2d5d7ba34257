// The pointer layer. Draws ink inside the pointer event's own dispatch; sends one message per gesture.
//
// DOM (inside `.inb-stage`, a grid): row 1 .inb-toolbar > .inb-row[role=toolbar] ([data-action=NAME], [data-mode=MODE],
//   [data-colour], .inb-opacity, .inb-zoom) + .inb-options (.inb-option[data-for=TOOLS], .inb-size, .inb-refine, .inb-px,
//   .inb-proposal) + .inb-news (what Python does not have yet); row 2, over the picture, .inb-ink > .inb-detail (sharp part
//   drawn by Python), canvas.inb-ink-add and -subtract (ink that Python has not drawn), canvas.inb-ink-live (what is being
//   drawn), .inb-ring (brush), canvas.inb-surface (takes pointer and keys; data-tool, data-kind, data-view, data-open),
//   .inb-crosshair, .inb-said (spoken), .inb-welcome (first use); over it .inb-help (dialog); row 3 .inb-essentials.
// Sent, each with `view`, and numbered by `seq` where Python does it once and answers it:
//   {type: 'ready'} on arrival, and to ask whether Python is there
//   {type: 'gesture', seq, tool, mode, radius, opacity, …settings} + one buffer, float32 (x, y, pressure)*, picture pixels
//   {type: 'propose', seq, …as a gesture, hints} or {type: 'propose', seq, refine, px}; {type: 'settle', seq, taken}
//   {type: 'command', seq, name, px}; {type: 'look', box, size}, not answered
// Received: {type: 'ready', view, seq}, {type: 'ack', view, seq} when Python has drawn the outcome, {type: 'detail', box, size}
//   and {type: 'patch', at}, with bitmaps

const READY_AGAIN_MS = [0, 500, 2000]; // the kernel's second lane may not exist yet when the layer appears
const OF_MASK = new Set(['clear', 'invert', 'grow', 'shrink', 'redo']);

function render({model, el}) {
  el.classList.add('inb-ink-root');
  const view = Math.random().toString(36).slice(2);
  const helpName = `inb-help-${view}`;
  const set = (values) => { model.set(values); model.save_changes(); };
  const news = makeNews(model);
  const ink = makeInk(model, () => camera.view);
  const live = makeLive(model, () => camera.view);
  const detail = makeDetail();
  const ring = makeRing();
  const surface = element('canvas', 'inb-surface', {
    tabindex: 0, role: 'application', 'aria-label': 'Mask: paint over the part to change',
    'aria-describedby': `${helpName}-hint ${helpName}-short ${helpName}-all`, 'data-lm-suppress-shortcuts': 'true',
  });
  const hint = makeHint(model, helpName);
  const frame = element('div', 'inb-ink', {}, detail.root, ...ink.canvases, live.canvas, ring.root, surface, hint.root);
  const toolbar = makeToolbar(model, act, set, (name, px) => wishes.refine(name, px));
  const help = makeHelp(model, helpName, toolbar.showHelp);
  toolbar.root.append(news.root);
  el.append(toolbar.root, frame, help.root, makeEssentials(model, helpName));

  const pending = makePending(model, view, el, news, repaint);
  const modes = {eraser: 'subtract', [model.get('tool')]: model.get('mode')}; // each tool keeps its own
  const listening = new AbortController();
  const on = (target, name, listener, options = {}) => target.addEventListener(name, listener, {...options, signal: listening.signal});
  const other = (mode) => (mode === 'add' ? 'subtract' : 'add');
  let hover = null; // the last pointer event over the layer
  const camera = makeCamera(model, frame, detail, pending.tell, moved);
  const tools = makeTools({model, camera, ink, live, radius: radiusInPicture, send: pending.send, repaint, changed,
    settle, isProposing: () => wishes.isProposing, wish: () => wishes.wish()});
  const wishes = makeWishes(model, tools, pending.send, (name) => toolbar.showRefining(name));
  const crosshair = makeCrosshair(model, camera, tools, surface);
  const hand = makeHand(surface, camera, {begin, extend: tools.extend, finish: tools.finish, drop: tools.drop, hover: hovering, rest}, on);
  const keyboard = makeKeyboard([surface, toolbar.root], model.get('actions'), act, (name) => hand.isBusy && name !== 'leave', on);
  frame.append(crosshair.root, crosshair.said);

  // ---- messages

  function receive(message, buffers) {
    if (message.type === 'detail' || message.type === 'patch') return detail.receive(message, buffers, camera.place);
    if (message.type === 'ready') {
      camera.forget();
      return message.view === view ? pending.heard() : undefined;
    }
    if (message.view !== view || message.type !== 'ack') return undefined;
    return detail.done().then(() => answered(message));
  }
  function answered(message) {
    // Two frames later: the page may still be decoding the overlay that replaces the ink.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      pending.answered(message.seq);
      wishes.answered(message.seq);
    }));
  }
  function repaint() {
    ink.repaint([...pending.shown, ...tools.painting]);
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
      help: help.toggle,
      apply: () => settle(true),
      discard: () => settle(false),
      leave,
      clear: () => (event && tools.isOpen ? tools.removeCorner() : command('clear')),
    };
    if (inPage[name]) inPage[name]();
    else command(name);
  }
  // A preview is taken before anything else changes the mask; Undo takes back the preview alone.
  function command(name) {
    if (wishes.isProposing && name === 'undo') return settle(false);
    if (wishes.isProposing && OF_MASK.has(name)) settle(true);
    return pending.send({type: 'command', name, px: model.get('grow_px')}, null);
  }
  function choose(tool) {
    if (tools.isOpen) tools.close();
    if (wishes.isProposing && tool !== model.get('tool')) settle(true);
    set({tool, mode: modes[tool] ?? 'add'});
  }
  function settle(isTaken) {
    wishes.settle(isTaken);
  }
  function place() {
    if (wishes.isRefining) settle(true);
    else if (crosshair.isShown && (crosshair.hasMoved || crosshair.isDrawing || !model.get('proposal'))) crosshair.place();
    else if (tools.isOpen) tools.close();
    else if (model.get('proposal')) settle(true);
    else crosshair.place();
  }
  function leave() {
    if (tools.gesture) { hand.drop(); tools.drop(); crosshair.hide(); }
    else if (wishes.isProposing || tools.hasHints) settle(false);
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
  // ---- what the hand draws

  function begin(event, samples) {
    crosshair.hide();
    if (!model.get('overlay')) set({overlay: true});
    hint.learn();
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
    hint.refresh();
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

  on(window, 'blur', (event) => { hand.lost(); keyboard.release(event); });
  const watched = ['tool', 'mode', 'radius', 'grow_px', 'colour', 'opacity', 'overlay', 'can_undo', 'can_redo', 'width', 'height', 'css_width', 'unit', 'proposal', 'trouble', 'hint', 'is_new', ...SETTINGS];
  for (const name of watched) model.on(`change:${name}`, refresh);
  model.on('msg:custom', receive);
  model.on('change:shown_scale', camera.forget);
  model.on('comm_live_update', pending.connection);
  on(window, 'online', () => pending.ask());
  on(window, 'inb-painted', hint.refresh);
  toolbar.showHelp(false);
  refresh();
  // ipycanvas makes its canvas when it likes, before this layer or after it.
  const arrivals = new MutationObserver(camera.place);
  requestAnimationFrame(() => { const stage = frame.closest('.inb-stage'); if (stage) { fitFrame(); arrivals.observe(stage, {childList: true, subtree: true}); camera.place(); } });
  const timers = READY_AGAIN_MS.map((wait) => setTimeout(() => pending.tell({type: 'ready'}), wait));

  return () => {
    timers.forEach(clearTimeout);
    listening.abort();
    observer.disconnect();
    arrivals.disconnect();
    camera.stop();
    pending.stop();
    model.off('comm_live_update', pending.connection);
    model.off('change:shown_scale', camera.forget);
    model.off('msg:custom', receive);
    for (const name of watched) model.off(`change:${name}`, refresh);
  };
}

export default {render};
