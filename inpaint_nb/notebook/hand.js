// The hand on the picture: one pointer draws, Space or the middle button moves the picture, two fingers move and magnify
// it, and a wheel magnifies with Ctrl or ⌘. Joined in front of ink.js.
//
// `does` is what it leads to: {begin(event, samples), extend(from), finish(), drop(), hover(event), rest(), busy()}.

const PINCH_MS = 250; // a second finger this soon means the picture, not ink
const PEN_NEAR_MS = 1000; // this long after a pen was seen a touch is the palm that holds it
const WHEEL_STEP = 0.0022; // one notch of a common mouse is 100 or 120 units

function scrollerOf(element) {
  for (let each = element; each; each = each.parentElement) {
    if (each.scrollHeight > each.clientHeight && /auto|scroll/.test(getComputedStyle(each).overflowY)) return each;
  }
  return document.scrollingElement;
}

function makeHand(surface, camera, does, on) {
  const fingers = new Map(); // id -> {x, y} of the touches that are down
  let drawing = null; // {pointer, kind, began}
  let panning = null; // {pointer, x, y}
  let pinching = null; // {x, y, distance} of two fingers
  let penAt = -Infinity;
  let isSpaceDown = false;

  const frameOf = () => surface.getBoundingClientRect();
  const inFrame = (event, box = frameOf()) => [event.clientX - box.left, event.clientY - box.top];
  const sample = (event, box) => [...toPicture(camera.view, ...inFrame(event, box)), event.pressure];
  const isPalm = (event) => event.pointerType === 'touch' && event.timeStamp - penAt < PEN_NEAR_MS;

  function down(event) {
    if (event.pointerType === 'pen') penAt = event.timeStamp;
    if (isPalm(event)) return;
    if (event.pointerType === 'pen' && (drawing?.kind === 'touch' || pinching)) touchless();
    if (event.pointerType === 'touch') fingers.set(event.pointerId, {x: event.clientX, y: event.clientY});
    if (fingers.size === 2 && mayPinch(event)) return pinch();
    if (drawing || panning || pinching || ![0, 1, 2, 5].includes(event.button)) return;
    event.preventDefault();
    surface.focus({preventScroll: true});
    try { surface.setPointerCapture(event.pointerId); } catch { /* a pointer that is gone already, or a script's */ }
    if (event.button === 1 || isSpaceDown) return pan(event);
    drawing = {pointer: event.pointerId, kind: event.pointerType, began: event.timeStamp};
    does.begin(event, sample(event, frameOf()));
    does.hover(event);
  }
  // What touched before the pen came was the palm that holds it.
  function touchless() {
    fingers.clear();
    if (drawing) does.drop();
    drawing = pinching = null;
  }
  // A palm, or a finger too many, long after the first: the stroke goes on.
  function mayPinch(event) {
    return !drawing || (drawing.kind === 'touch' && event.timeStamp - drawing.began < PINCH_MS);
  }
  function pan(event) {
    panning = {pointer: event.pointerId, x: event.clientX, y: event.clientY};
    surface.classList.add('inb-grabbing');
    does.rest();
  }
  function pinch() {
    if (drawing) does.drop();
    drawing = panning = null;
    pinching = between();
    does.rest();
  }
  function between() {
    const [one, other] = [...fingers.values()];
    return {x: (one.x + other.x) / 2, y: (one.y + other.y) / 2, distance: Math.max(1, Math.hypot(one.x - other.x, one.y - other.y))};
  }
  function move(event) {
    if (event.pointerType === 'pen') penAt = event.timeStamp;
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, {x: event.clientX, y: event.clientY});
    if (pinching) return fingers.size === 2 ? pinched() : undefined;
    if (panning) return event.pointerId === panning.pointer ? panned(event) : undefined;
    does.hover(event);
    if (!drawing || event.pointerId !== drawing.pointer) return undefined;
    if (event.pointerType === 'mouse' && event.buttons === 0) return finish(); // the up went elsewhere
    const box = frameOf();
    const events = event.getCoalescedEvents?.() ?? [];
    return does.extend((events.length ? events : [event]).map((each) => sample(each, box)), event);
  }
  function panned(event) {
    const [dx, dy] = [event.clientX - panning.x, event.clientY - panning.y];
    Object.assign(panning, {x: event.clientX, y: event.clientY});
    camera.pan(dx, dy);
  }
  // What the picture cannot be moved by, since all of it is shown, moves the page.
  function pinched() {
    const before = pinching;
    pinching = between();
    const box = frameOf();
    camera.zoom(pinching.distance / before.distance, [pinching.x - box.left, pinching.y - box.top]);
    const [dx, dy] = camera.pan(pinching.x - before.x, pinching.y - before.y);
    if (camera.isFit) scrollerOf(surface).scrollBy(-dx, -dy);
  }
  function up(event) {
    fingers.delete(event.pointerId);
    if (pinching) {
      if (!fingers.size) pinching = null;
    } else if (panning?.pointer === event.pointerId) {
      panning = null;
      surface.classList.remove('inb-grabbing');
    } else if (drawing?.pointer === event.pointerId) {
      if (event.type === 'pointerup') does.extend([sample(event, frameOf())], event, true);
      finish();
    }
  }
  // A cancelled or lost pointer ends the stroke too: what was drawn is kept.
  function finish() {
    drawing = null;
    does.finish();
  }
  function wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 400 : 1;
    const way = Math.max(-240, Math.min(240, event.deltaY * lines));
    camera.zoom(Math.exp(-way * WHEEL_STEP * (Math.abs(way) < 40 ? 4 : 1)), inFrame(event)); // a track pad pinches in small steps
    does.hover(event);
  }
  function lost() {
    fingers.clear();
    pinching = panning = null;
    hold(false);
    surface.classList.remove('inb-grabbing');
    if (drawing) finish();
  }
  function hold(isDown) {
    isSpaceDown = isDown;
    surface.classList.toggle('inb-pans', isDown);
    if (isDown) does.rest();
  }

  on(surface, 'pointerdown', down);
  on(surface, 'pointermove', move);
  for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) on(surface, name, up);
  on(surface, 'pointerleave', () => { if (!drawing) does.rest(); });
  on(surface, 'wheel', wheel, {passive: false});
  on(surface, 'contextmenu', (event) => { event.preventDefault(); event.stopPropagation(); }); // nor JupyterLab's menu
  on(surface, 'auxclick', (event) => event.preventDefault()); // no paste by the middle button
  return {
    hold,
    lost,
    drop: () => { drawing = null; },
    get isBusy() { return Boolean(drawing); },
  };
}
