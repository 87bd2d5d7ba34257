// Keys to actions, by the table. Joined in front of ink.js.

const HOST_CHORDS = new Set(['mod+s']); // the notebook is saved as ever; all other keys stay here

// Keys that mean the control that has the focus, not the picture.
function takes(control, event) {
  if (event.ctrlKey || event.metaKey || event.key === 'Escape') return false;
  if (control.matches('input[type=number], select, textarea')) return !(event.key === 'Enter' && control.matches('input'));
  const isMoved = /^(Arrow|Page|Home$|End$)/.test(event.key);
  if (control.matches('input[type=range]')) return isMoved;
  return control.matches('button, input') && (isMoved || event.key === 'Enter' || event.key === ' ');
}

// Keys pressed anywhere in `roots` become `act(name, event)`; not while `isBusy(name)`.
function makeKeyboard(roots, actions, act, isBusy, on) {
  const chords = new Map(actions.flatMap((action) => action.keys.map((key) => [key, action])));
  let held = null;

  function press(event) {
    const action = takes(event.target, event) ? null : actionOf(chordOf(event));
    if (!action || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (isBusy(action.name)) return; // nothing changes under the hand
    if (action.held && event.repeat) return;
    if (action.held) held = {name: action.name, key: event.key};
    act(action.digits ? `${action.name}_${event.key}` : action.name, event);
  }
  function actionOf(chord) {
    return chords.get(chord) ?? chords.get(chord.replace('shift+', '')) ?? null;
  }
  // The notebook's own shortcuts are looked up before a key gets here, and not at all below this attribute.
  function letHostSave(event) {
    if (!HOST_CHORDS.has(chordOf(event))) return;
    const root = roots.find((each) => each.contains(event.target));
    for (const marked of root ? new Set([root, event.target]) : []) {
      marked.removeAttribute('data-lm-suppress-shortcuts');
      setTimeout(() => marked.setAttribute('data-lm-suppress-shortcuts', 'true'));
    }
  }
  function release(event) {
    if (!held || (event.type === 'keyup' && event.key !== held.key)) return;
    act(`${held.name}_end`);
    held = null;
  }

  on(window, 'keydown', letHostSave, {capture: true});
  for (const root of roots) {
    keepKeys(root);
    on(root, 'keydown', press);
    on(root, 'keyup', release);
    on(root, 'focusout', release);
  }
  return {release};
}
