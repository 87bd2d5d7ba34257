// Watches one canvas from inside the page: how long after a pointer event is the pixel under it inked?
(canvas) => {
  const context = canvas.getContext('2d');
  const probe = { moves: [], ups: [], changes: [] };
  let waiting = [];
  let before = null;

  const now = () => performance.timeOrigin + performance.now();

  const colour = (x, y) => {
    const box = canvas.getBoundingClientRect();
    const px = Math.floor((x - box.left) * canvas.width / box.width);
    const py = Math.floor((y - box.top) * canvas.height / box.height);
    return context.getImageData(px, py, 1, 1).data.join();
  };

  const look = () => {
    waiting = waiting.filter((spot) => {
      if (colour(spot.x, spot.y) === spot.before) return true;
      spot.record.push(now() - spot.seen);
      return false;
    });
  };

  // As soon as the event's own handlers are through, then once before and once after each frame.
  const soon = new MessageChannel();
  soon.port1.onmessage = look;
  const eachFrame = () => {
    look();
    soon.port2.postMessage(0);
    if (probe.watching) requestAnimationFrame(eachFrame);
  };

  const watch = (event, seen, record) => {
    const { clientX: x, clientY: y } = event;
    waiting.push({ x, y, seen, record, before: colour(x, y) });
    soon.port2.postMessage(0);
  };

  const onMove = (event) => {
    if (probe.hovering || event.buttons & 1) watch(event, now(), probe.moves);
  };
  const onDown = (event) => {
    const { clientX: x, clientY: y } = event;
    before = { x, y, colour: colour(x, y) };
  };
  const onUp = () => {
    const seen = now();
    probe.ups.push(seen);
    if (probe.afterUp) waiting.push({ x: before.x, y: before.y, seen, record: probe.changes, before: before.colour });
  };

  probe.start = (afterUp, hovering = false) => {
    Object.assign(probe, { moves: [], ups: [], changes: [], afterUp, hovering, watching: true });
    waiting = [];
    if (!afterUp) addEventListener('pointermove', onMove, true);
    addEventListener('pointerdown', onDown, true);
    addEventListener('pointerup', onUp, true);
    requestAnimationFrame(eachFrame);
  };

  probe.stop = () => {
    probe.watching = false;
    removeEventListener('pointermove', onMove, true);
    removeEventListener('pointerdown', onDown, true);
    removeEventListener('pointerup', onUp, true);
    const { moves, ups, changes } = probe;
    return { moves, ups, changes, never: waiting.length };
  };

  window.inkProbe = probe;
}
