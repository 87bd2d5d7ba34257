// The tool bar of the editor, made from the table of actions. Joined in front of ink.js.

const ICONS = {
  brush: '<path d="M8.6 11.3 15.4 4a1.3 1.3 0 0 1 1.9 1.8l-6.9 7.2"/><path d="M2.8 16.3c1.4-.4 1.6-1.4 1.7-2.5a2.7 2.7 0 1 1 2.9 2.9c-1.6.3-3.3.2-4.6-.4z"/>',
  eraser: '<path d="M7.6 16.5H17"/><path d="m3.9 11.9 7.3-7.3a1.5 1.5 0 0 1 2.1 0l2.9 2.9a1.5 1.5 0 0 1 0 2.1l-6.9 6.9H7.2l-3.3-3.3a.9.9 0 0 1 0-1.3z"/><path d="m7.6 8.3 5 5"/>',
  rectangle: '<rect x="3.2" y="4.8" width="13.6" height="10.4" rx="1" stroke-dasharray="3.2 2.2"/>',
  ellipse: '<ellipse cx="10" cy="10" rx="7" ry="5.4" stroke-dasharray="3.2 2.2"/>',
  lasso: '<path d="M5.6 12.6C4 11.8 3 10.5 3 9c0-2.8 3.2-5 7-5s7 2.2 7 5-3.2 5-7 5c-.9 0-1.8-.1-2.6-.3"/><circle cx="6.6" cy="13.4" r="1.5"/><path d="M6 14.8c.2 1.1-.3 1.9-1.2 2.4"/>',
  polygon: '<path d="m4 15 2-9.4 7.4-1.8L16.4 11 10.6 16z" stroke-dasharray="3.2 2.2"/>',
  wand: '<path d="m4 16 7.6-7.6"/><path d="M13.6 3.4v2.2M13.6 8.6v2.2M16.9 7.1h-2.2M12.5 7.1h-2.2M16 4.7l-1.2 1.2M12.4 8.3l-1.2 1.2M11.2 4.7l1.2 1.2"/>',
  range: '<path d="m11.4 5.6 3 3M3.8 16.2l.6-2.8 6.6-6.6 2.2 2.2-6.6 6.6z"/><path d="m12.2 4.8 1.2-1.2a1.5 1.5 0 0 1 2.1 0l.9.9a1.5 1.5 0 0 1 0 2.1l-1.2 1.2z"/>',
  select: '<path d="M3.4 6.6V3.4h3.2M16.6 6.6V3.4h-3.2M3.4 13.4v3.2h3.2M16.6 13.4v3.2h-3.2"/><circle cx="10" cy="8.6" r="2.2"/><path d="M6.4 14.4c.6-2 2-2.8 3.6-2.8s3 .8 3.6 2.8"/>',
  intersect: '<circle cx="7.8" cy="10" r="4.6"/><circle cx="12.2" cy="10" r="4.6"/>',
  add: '<path d="M10 4.5v11M4.5 10h11"/>',
  subtract: '<path d="M4.5 10h11"/>',
  undo: '<path d="M7.5 4 4 7.5 7.5 11"/><path d="M4 7.5h7.6a4.2 4.2 0 0 1 0 8.4H8"/>',
  redo: '<path d="M12.5 4 16 7.5 12.5 11"/><path d="M16 7.5H8.4a4.2 4.2 0 0 0 0 8.4H12"/>',
  clear: '<path d="M4 6h12M8 6V4.2h4V6M5.6 6l.7 10h7.4l.7-10M8.6 9v4.2M11.4 9v4.2"/>',
  invert: '<circle cx="10" cy="10" r="6.5"/><path d="M10 3.5a6.5 6.5 0 0 1 0 13z" fill="currentColor"/>',
  grow: '<path d="M12 3.8h4.2V8M16 4l-4.6 4.6M8 16.2H3.8V12M4 16l4.6-4.6"/>',
  shrink: '<path d="M16 8.4h-4.4V4M11.8 8.2 16.4 3.6M4 11.6h4.4V16M8.2 11.8l-4.6 4.6"/>',
  zoom_in: '<circle cx="8.8" cy="8.8" r="5"/><path d="m12.6 12.6 4 4M8.8 6.6V11M6.6 8.8H11"/>',
  zoom_out: '<circle cx="8.8" cy="8.8" r="5"/><path d="m12.6 12.6 4 4M6.6 8.8H11"/>',
  fit: '<path d="M3.6 7.4V4h3.6M16.4 7.4V4h-3.6M3.6 12.6V16h3.6M16.4 12.6V16h-3.6"/><rect x="6.6" y="7" width="6.8" height="6" rx=".6"/>',
  overlay: '<path d="M2.4 10S5.1 5.2 10 5.2s7.6 4.8 7.6 4.8-2.7 4.8-7.6 4.8S2.4 10 2.4 10z"/><circle cx="10" cy="10" r="2.2"/><path class="inb-off" d="m3.6 16.4 12.8-12.8"/>',
  help: '<circle cx="10" cy="10" r="7"/><path d="M7.9 7.8a2.2 2.2 0 1 1 3.3 2c-.8.5-1.2.9-1.2 1.8M10 14.1v.1"/>',
};
const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

function keyName(shown) {
  return IS_MAC ? shown.replace('Ctrl', '⌘') : shown;
}

function sentence(text) {
  return text[0].toUpperCase() + text.slice(1);
}

function makeButton(name, action, act) {
  const button = element('button', 'inb-button', {type: 'button', 'data-action': name, 'aria-label': sentence(action.help)});
  button.title = `${sentence(action.help)} (${keyName(action.shown)})`;
  button.innerHTML = `<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">${ICONS[name]}</svg>`;
  button.addEventListener('click', () => act(name));
  return button;
}

const MODE_KEYS = {add: 'X', subtract: 'X; the right button does the other', intersect: 'T'};

function makeModeButton(mode, choose) {
  const button = element('button', 'inb-button', {type: 'button', 'data-mode': mode, 'aria-label': sentence(mode)});
  button.title = `${sentence(mode)} (${MODE_KEYS[mode]})`;
  button.innerHTML = `<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">${ICONS[mode]}</svg>`;
  button.addEventListener('click', () => choose(mode));
  return button;
}

// One stop for Tab in a row of buttons; arrows, Home and End go from one to the next.
function rove(row) {
  const all = () => [...row.querySelectorAll('button')];
  const usable = () => all().filter((each) => !each.disabled && !each.hidden);
  const stop = (button) => all().forEach((each) => { each.tabIndex = each === button ? 0 : -1; });
  row.addEventListener('focusin', ({target}) => { if (target.matches('button')) stop(target); });
  row.addEventListener('keydown', (event) => {
    const buttons = usable();
    const at = buttons.indexOf(event.target);
    const to = {ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1}[event.key];
    if (at < 0 || to === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    buttons[(to + buttons.length) % buttons.length].focus();
  });
  return () => { if (!usable().some((each) => each.tabIndex === 0 && each.hasAttribute('tabindex'))) stop(usable()[0]); };
}

// The tool bar: what is always at hand in the first row, the options of the tool in hand in the second.
function makeToolbar(model, act, set, refine) {
  const actions = Object.fromEntries(model.get('actions').map((action) => [action.name, action]));
  const button = (name) => makeButton(name, actions[name], act);
  const group = (label, ...children) => element('div', 'inb-group', {role: 'group', 'aria-label': label}, ...children);

  const tools = Object.keys(KINDS).map(button);
  const modes = ['add', 'subtract', 'intersect'].map((mode) => makeModeButton(mode, (chosen) => set({mode: chosen})));
  const history = ['undo', 'redo'].map(button);
  const swatches = model.get('colours').map((colour, index) => makeSwatch(colour, index, set));
  const opacity = element('input', 'inb-opacity', {type: 'range', min: 10, max: 100, 'aria-label': 'Overlay opacity', title: 'Overlay opacity (, and .)'});
  opacity.addEventListener('input', () => set({opacity: +opacity.value / 100, overlay: true}));
  const zoom = element('button', 'inb-zoom', {type: 'button', 'data-action': 'full', title: `One picture pixel to one of the screen (${actions.full.shown})`});
  zoom.addEventListener('click', () => act('full'));
  const overlay = button('overlay');
  const help = button('help');
  help.setAttribute('aria-haspopup', 'dialog');
  const options = makeOptions(model, actions, act, set, refine);

  const first = element('div', 'inb-row', {role: 'toolbar', 'aria-label': 'Mask tools'},
    group('Tool', ...tools), group('Mode', ...modes), group('History', ...history), group('Whole mask', button('clear'), button('invert')),
    group('Overlay', overlay, ...swatches, opacity), group('View', button('zoom_out'), zoom, button('zoom_in'), button('fit')), group('Help', help));
  const root = element('div', 'inb-toolbar', {role: 'group', 'aria-label': 'Mask editor', 'data-lm-suppress-shortcuts': 'true'}, first, options.root);
  const keepStop = rove(first);

  function refresh() {
    const press = (button, on) => button.setAttribute('aria-pressed', String(on));
    for (const each of tools) press(each, each.dataset.action === model.get('tool'));
    for (const each of modes) press(each, each.dataset.mode === model.get('mode'));
    for (const each of swatches) press(each, each.dataset.colour === model.get('colour'));
    press(overlay, model.get('overlay'));
    opacity.value = Math.round(100 * model.get('opacity'));
    history[0].disabled = !model.get('can_undo') && !model.get('proposal'); // it takes a preview back, too
    history[1].disabled = !model.get('can_redo');
    options.refresh();
    keepStop();
  }
  const showHelp = (on) => help.setAttribute('aria-expanded', String(on));
  const showZoom = (scale, isFit) => {
    zoom.textContent = `${Math.round(100 * scale)} %`;
    zoom.setAttribute('aria-label', `Zoom ${zoom.textContent}${isFit ? ', whole picture' : ''}; press for one to one`);
    root.querySelector('[data-action="fit"]').disabled = root.querySelector('[data-action="zoom_out"]').disabled = isFit;
  };
  return {root, refresh, showHelp, showZoom, showRefining: options.showRefining};
}

function makeSwatch(colour, index, set) {
  const name = ['Magenta', 'Blue', 'Yellow', 'Green'][index] ?? colour;
  const swatch = element('button', 'inb-swatch', {type: 'button', 'data-colour': colour, 'aria-label': `${name} overlay`});
  swatch.title = `${name} overlay (C for the next)`;
  swatch.style.setProperty('--inb-swatch', colour);
  swatch.addEventListener('click', () => set({colour, overlay: true}));
  return swatch;
}
