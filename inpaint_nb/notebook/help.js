// What there is to know: all keys and their Python calls in a panel over the picture, one line of the essentials below it,
// and a hint for whoever paints for the first time. Made from the table of actions. Joined in front of ink.js.

const GROUPS = {tools: 'Tools', mask: 'Mask', view: 'View', results: 'Results'};
const BY_HAND = [
  ['Right button', 'does the opposite of add or subtract'],
  ['Shift', 'straight line from the last stroke; square, circle'],
  ['Alt', 'boxes from the centre'],
  ['Ctrl+wheel', 'zooms; so do two fingers, and they move the picture'],
  ['Tab', 'goes on to the next control; Esc leaves the picture'],
];
const PAINTED = 'inpaint_nb.painted'; // what the browser remembers of the hint

// `onToggle(isOpen)` is called whenever the panel comes or goes.
function makeHelp(model, name, onToggle) {
  const actions = model.get('actions');
  const keyCap = (shown) => element('kbd', '', {}, keyName(shown));
  const row = (shown, words, call) => element('tr', '', {}, element('th', '', {scope: 'row'}, keyCap(shown)), element('td', '', {}, words, ' ', ...(call ? [element('code', '', {}, call)] : [])));
  const section = (title, rows) => element('table', '', {}, element('caption', '', {}, title), element('tbody', '', {}, ...rows));
  const sections = Object.entries(GROUPS).map(([group, title]) => section(title, actions.filter((each) => each.group === group).map((each) => row(each.shown, each.help, each.call))));
  const close = element('button', 'inb-help-close', {type: 'button', 'aria-label': 'Close the help'}, 'Close (Esc)');
  const root = element('div', 'inb-help', {id: `${name}-all`, role: 'dialog', 'aria-label': 'All keys', tabindex: -1, hidden: ''},
    element('div', 'inb-help-head', {}, element('strong', '', {}, 'All keys, and the same in Python'), close),
    element('div', 'inb-help-groups', {}, ...sections, section('By hand', BY_HAND.map(([shown, words]) => row(shown, words)))));
  keepKeys(root);
  let before = null; // what had the focus

  function show(isOpen, goesBack = true) {
    if (isOpen === !root.hidden) return;
    root.hidden = !isOpen;
    onToggle(isOpen);
    if (isOpen) {
      before = document.activeElement;
      root.focus({preventScroll: true});
    } else if (goesBack) before?.focus?.({preventScroll: true});
  }
  root.addEventListener('keydown', (event) => {
    const closes = ['escape', '?', 'h'].includes(event.key.toLowerCase()) && !event.ctrlKey && !event.metaKey;
    if (event.key !== 'Tab') event.stopPropagation();
    if (!closes) return;
    event.preventDefault();
    show(false);
  });
  root.addEventListener('click', () => { if (String(getSelection()) === '') show(false); }); // a call may be selected to copy it
  root.addEventListener('focusout', ({relatedTarget: to}) => {
    if (to && !root.contains(to) && to.dataset.action !== 'help') show(false, false);
  });
  return {root, toggle: () => show(root.hidden), close: () => show(false, false)};
}

function makeEssentials(model, name) {
  const actions = Object.fromEntries(model.get('actions').map((each) => [each.name, each]));
  const items = model.get('essentials').map((each) => element('span', 'inb-key', {}, element('kbd', '', {}, keyName(actions[each].shown)), ` ${actions[each].help}`));
  const more = element('span', 'inb-key', {}, 'press ', element('kbd', '', {}, actions.help.shown), ' for all keys');
  return element('p', 'inb-essentials', {id: `${name}-short`}, ...[...items, more].flatMap((each) => [each, ' ']));
}

// Goes for good with the first stroke: the browser remembers it, and so does the kernel.
function makeHint(model, name) {
  const root = element('p', 'inb-welcome', {id: `${name}-hint`}, keyName('Paint over the part to change · Ctrl+wheel zooms · ? shows all keys'));
  const isKnown = () => { try { return localStorage.getItem(PAINTED) !== null; } catch { return false; } }; // a page may have no memory
  const refresh = () => { root.hidden = root.hidden || !model.get('is_new') || isKnown(); };
  function learn() {
    if (root.hidden) return;
    root.hidden = true;
    try { localStorage.setItem(PAINTED, 'yes'); } catch { /* the kernel remembers it */ }
    window.dispatchEvent(new Event('inb-painted')); // to the other editors of the page
  }
  refresh();
  return {root, refresh, learn};
}
