// The second row of the tool bar: the options of the tool in hand, the refinements, and what is shown but not taken yet.
// Joined in front of ink.js.

const HINTS = {
  box: 'Shift: square · Alt: from the centre',
  path: 'Draw round the part; it closes by itself',
  polygon: 'Click corners · first corner, double click or Enter closes · Backspace removes',
  range: 'Click a colour · Shift-click adds one',
  select: 'Mark the thing, then its surroundings where it goes wrong',
};

// The slider is logarithmic: one pixel steps for small brushes, large ones within reach.
function sizeScale(largest) {
  const top = Math.log(Math.max(2, largest));
  return {
    toSlider: (diameter) => Math.round((1000 * Math.log(Math.max(1, diameter))) / top),
    toDiameter: (position) => Math.max(1, Math.round(Math.exp((top * position) / 1000))),
  };
}

function makeOptions(model, actions, act, set, refine) {
  const option = (kinds, label, ...children) => {
    const made = element('label', 'inb-option', {'data-for': kinds}, ...(label ? [element('span', '', {}, label)] : []), ...children);
    return made;
  };
  const slider = (name, label, most, per = 1) => {
    const input = element('input', `inb-slider inb-${name}`, {type: 'range', min: 0, max: most, 'aria-label': label, title: label});
    const text = element('output', 'inb-value');
    input.addEventListener('input', () => set({[name]: +input.value / per}));
    const show = () => {
      input.value = Math.round(model.get(name) * per);
      text.textContent = per === 100 ? `${input.value} %` : input.value;
    };
    return {nodes: [input, text], show};
  };
  const box = (name, label, words) => {
    const input = element('input', `inb-${name}`, {type: 'checkbox', title: words});
    input.addEventListener('change', () => set({[name]: input.checked}));
    return {nodes: [input, element('span', '', {}, label)], show: () => { input.checked = model.get(name); }};
  };
  const menu = (name, label, choices) => {
    const fill = () => choices().map(([value, words]) => element('option', '', {value}, words));
    const select = element('select', `inb-${name}`, {'aria-label': label, title: label}, ...fill());
    select.addEventListener('change', () => set({[name]: select.value}));
    return {nodes: [select], show: () => { select.value = model.get(name); }};
  };

  const scale = () => sizeScale(Math.max(model.get('width'), model.get('height')));
  const size = element('input', 'inb-size', {type: 'range', min: 0, max: 1000, 'aria-label': 'Brush size', title: 'Brush size ([ and ])'});
  size.addEventListener('input', () => set({radius: scale().toDiameter(+size.value) / 2}));
  const sizeText = element('button', 'inb-size-text', {type: 'button', 'data-action': 'unit', title: `Brush in picture or screen pixels (${actions.unit.shown})`});
  sizeText.addEventListener('click', () => act('unit'));

  const hardness = slider('hardness', 'Hardness of the brush', 100, 100);
  const strength = slider('strength', 'Opacity of the brush', 100, 100);
  const pressure = menu('pressure', 'What the pressure of a pen changes', () => [['none', 'pressure: off'], ['size', 'pressure: size'], ['opacity', 'pressure: opacity'], ['both', 'pressure: both']]);
  const tolerance = slider('tolerance', 'Tolerance: how far colours may differ', 255);
  const softness = slider('softness', 'Softness: how slowly it fades beyond the tolerance', 128);
  const space = menu('space', 'How colours differ: as stored (RGB) or as seen (LAB)', () => [['rgb', 'RGB'], ['lab', 'LAB']]);
  const contiguous = box('contiguous', 'in one piece', 'Only what is connected with the point');
  const stops = box('stops', 'stop at mask', 'Do not cross what is masked already');
  const hint = menu('hint', 'What a drag says', () => [['box', 'box round it'], ['object', 'on the thing'], ['surroundings', 'beside it']]);
  const selector = menu('selector', 'What finds the thing', () => [['', 'automatic'], ...model.get('selectors').map((name) => [name, name])]);
  const shown = [hardness, strength, pressure, tolerance, softness, space, contiguous, stops, hint, selector];
  const advice = element('span', 'inb-advice');

  const refinements = Object.fromEntries(model.get('refinements').map((each) => [each.name, each]));
  const which = element('select', 'inb-refine', {'aria-label': 'Refine the mask', title: 'Refine the mask, with a preview'},
    element('option', '', {value: ''}, 'Refine…'), ...model.get('refinements').map(({name, label}) => element('option', '', {value: name}, label)));
  const px = element('input', 'inb-px', {type: 'number', min: 1, max: 9999, 'aria-label': 'How far, in pixels', title: 'How far, in pixels'});
  const unit = element('span', 'inb-unit');
  const show = () => refine(which.value, +px.value || 1);
  which.addEventListener('change', show);
  px.addEventListener('input', () => {
    set({grow_px: Math.min(9999, Math.max(1, Math.round(+px.value) || 1))});
    if (which.value) show();
  });
  const words = element('span', 'inb-proposal-text', {role: 'status'});
  const apply = element('button', 'inb-apply', {type: 'button', title: 'Take it (Enter)'}, 'Apply');
  const discard = element('button', 'inb-discard', {type: 'button', title: 'Leave the mask as it is (Esc)'}, 'Cancel');
  apply.addEventListener('click', () => act('apply'));
  discard.addEventListener('click', () => act('discard'));
  const proposal = element('span', 'inb-proposal', {hidden: ''}, words, apply, discard);
  const trouble = element('span', 'inb-trouble', {role: 'alert'});
  const refining = element('span', 'inb-refining', {}, which, px, unit);

  const root = element('div', 'inb-row inb-options', {},
    option('stroke', 'Size', size, sizeText), option('stroke', 'Hardness', ...hardness.nodes), option('stroke', 'Opacity', ...strength.nodes), option('stroke', '', ...pressure.nodes),
    option('wand range', 'Tolerance', ...tolerance.nodes), option('range', 'Softness', ...softness.nodes), option('wand range', '', ...space.nodes),
    option('wand', '', ...contiguous.nodes), option('wand', '', ...stops.nodes), option('select', 'Drag', ...hint.nodes), option('select', 'by', ...selector.nodes),
    advice, refining, trouble, proposal);

  function refresh() {
    const tool = model.get('tool');
    const isRefining = Boolean(which.value);
    const isProposed = Boolean(model.get('proposal'));
    // What is proposed takes the place of what does not belong to it: one row more would move the picture under the hand.
    for (const each of root.querySelectorAll('.inb-option')) each.hidden = isRefining || !each.dataset.for.split(' ').some((kind) => kind === tool || kind === KINDS[tool]);
    advice.hidden = isRefining || isProposed;
    refining.hidden = isProposed && !isRefining;
    proposal.hidden = !isProposed;
    advice.textContent = advice.title = HINTS[tool] ?? HINTS[KINDS[tool]] ?? '';
    for (const each of shown) each.show();
    const diameter = Math.round(2 * model.get('radius'));
    const isScreen = model.get('unit') === 'screen';
    size.value = scale().toSlider(diameter);
    size.setAttribute('aria-valuetext', `${diameter} pixels`);
    sizeText.textContent = `${diameter} px`;
    sizeText.classList.toggle('inb-on-screen', isScreen);
    sizeText.setAttribute('aria-label', `Brush: ${diameter} pixels of the ${isScreen ? 'screen' : 'picture'}; press to measure in pixels of the ${isScreen ? 'picture' : 'screen'}`);
    if (document.activeElement !== px) px.value = model.get('grow_px');
    unit.textContent = which.value ? refinements[which.value].unit : 'px';
    px.disabled = Boolean(which.value) && !refinements[which.value].unit;
    words.textContent = model.get('proposal');
    trouble.textContent = model.get('trouble');
  }
  const showRefining = (name) => { which.value = name ?? ''; refresh(); };
  return {root, refresh, showRefining};
}
