// Previews of a mask before it is taken: of what hints select, and of refinements. Joined in front of ink.js.
//
// Only the newest wish counts: while Python makes one, the next waits, and a slider says more than can be shown.

function makeWishes(model, tools, send) {
  const settings = () => SETTINGS.map((name) => model.get(name)).join();
  let refining = null; // {name, px} of the refinement that is shown
  let asked = 0; // the number of the message under way
  let wantsMore = false;
  let shown = settings();

  function wish() {
    if (asked) { wantsMore = true; return; }
    if (refining) asked = send({type: 'propose', refine: refining.name, px: refining.px}, null);
    else if (tools.hasHints) asked = send(...tools.proposal());
  }
  return {
    wish,
    answered(number) {
      if (number !== asked) return;
      asked = 0;
      if (wantsMore) { wantsMore = false; wish(); }
    },
    // A refinement to show, or none.
    refine(name, px) {
      tools.forgetHints();
      refining = name ? {name, px} : null;
      if (name) wish();
      else if (model.get('proposal')) send({type: 'settle', taken: false}, null);
    },
    // What is shown is taken, as one step, or forgotten.
    settle(isTaken) {
      tools.forgetHints();
      refining = null;
      wantsMore = false;
      send({type: 'settle', taken: isTaken}, null);
    },
    // Settings of the tool have changed: what is shown follows.
    refresh() {
      if (tools.hasHints && settings() !== shown) wish();
      shown = settings();
    },
    get isRefining() { return refining !== null; },
  };
}
