// Previews of a mask before it is taken: of what hints select, and of refinements. Joined in front of ink.js.
//
// Only the newest wish counts: while Python makes one, the next waits, and a slider says more than can be shown.

function makeWishes(model, tools, send, showRefining) {
  const settings = () => ['mode', ...SETTINGS].map((name) => model.get(name)).join();
  let refining = null; // {name, px} of the refinement that is shown
  let asked = 0; // the number of the message under way
  let wantsMore = false;
  let shown = settings();
  let wasProposed = false;

  function wish() {
    if (asked) { wantsMore = true; return; }
    if (refining) asked = send({type: 'propose', refine: refining.name, px: refining.px}, null);
    else if (tools.hasHints) asked = send(...tools.proposal());
  }
  // Nothing is shown any more: it was taken, or the mask has become another one meanwhile.
  function over() {
    tools.forgetHints();
    refining = null;
    showRefining(null);
  }
  // Nobody waits any more for what Python makes: a selector that takes long must not hold up the next wish.
  function forget() {
    asked = 0;
    wantsMore = false;
    send({type: 'settle', taken: false}, null);
  }
  return {
    wish,
    answered(number) {
      if (number !== asked) return;
      asked = 0;
      if (wantsMore) { wantsMore = false; wish(); } else if (!model.get('proposal')) over();
    },
    // A refinement to show, or none.
    refine(name, px) {
      if (name && tools.hasHints) this.settle(true);
      tools.forgetHints();
      refining = name ? {name, px} : null;
      showRefining(name);
      if (name) wish();
      else forget();
    },
    // What is shown is taken, as one step, or forgotten.
    settle(isTaken) {
      over();
      if (!isTaken) return forget();
      wantsMore = false;
      send({type: 'settle', taken: true}, null);
    },
    // Settings of the tool have changed: what is shown follows.
    refresh() {
      if (tools.hasHints && settings() !== shown) wish();
      shown = settings();
      const isProposed = Boolean(model.get('proposal'));
      if (wasProposed && !isProposed && !asked) over();
      wasProposed = isProposed;
    },
    get isRefining() { return refining !== null; },
    get isProposing() { return Boolean(model.get('proposal')) || asked !== 0; },
  };
}
