// What Python was told and has not answered. It is kept, told again when the connection comes back, and said to be lost when
// the kernel is another one. Joined in front of ink.js.
//
// Every message has a number that counts up. Python does a number once, however often it is told, and answers each time.

const PATIENCE_MS = 1500; // after that the tool bar says that Python does not have it yet
const ASKING_MS = [2000, 2000, 3000, 5000, 10000, 30000]; // between two questions whether Python is there
const CHANGES = ['clear', 'undo', 'redo', 'invert', 'grow', 'shrink']; // commands that somebody would miss

// `root` is what shows whether the model is still connected; `news` says what is pending, and `done(shown)` that something is.
function makePending(model, view, root, news, done) {
  const told = new Map(); // number -> {content, buffers, shown}; `shown` is a gesture, or null for a command
  let seq = 0;
  let isGone = false; // the kernel that had our model is no more
  let isLate = false;
  let isAsking = false; // nothing more is told until Python answers, so that all comes in order
  let asks = 0; // since the last answer
  let timer = null;

  function send(content, shown, buffers = []) {
    told.set(++seq, {content, shown, buffers});
    const number = seq;
    setTimeout(() => { if (told.has(number)) late(); }, PATIENCE_MS);
    if (!isAsking) deliver(number);
    return number;
  }
  function deliver(number) {
    const {content, buffers} = told.get(number);
    tell({...content, seq: number}, buffers);
  }
  function tell(content, buffers = []) {
    try {
      model.send({...content, view}, undefined, buffers);
    } catch (error) {
      console.warn('inpaint_nb: the kernel cannot be reached', error); // the ink stays: nothing is lost silently
      gone(true);
    }
  }
  function late() {
    isLate = true;
    report();
    if (!timer && !isGone) ask();
  }
  // Whatever Python has not answered when it answers this may be lost.
  function ask() {
    clearTimeout(timer);
    isAsking = true;
    timer = setTimeout(() => { timer = null; if (told.size && !isGone) ask(); }, ASKING_MS[Math.min(asks, ASKING_MS.length - 1)]);
    asks += 1;
    tell({type: 'ready'});
  }
  function heard() {
    if (!isAsking) return;
    asks = 0;
    isAsking = false;
    [...told.keys()].forEach(deliver);
  }
  function answered(number) {
    const shown = told.get(number)?.shown;
    told.delete(number);
    asks = 0;
    if (!told.size) isLate = false;
    report();
    if (shown) done();
  }
  function gone(isSo) {
    const comesBack = isGone && !isSo;
    isGone = isSo;
    report();
    if (comesBack && told.size) ask();
  }
  const connection = () => requestAnimationFrame(() => gone(Boolean(root.closest('.jupyter-widgets-disconnected')))); // the class comes with the last view

  const missed = () => [...told.values()].filter(({content, shown}) => shown || CHANGES.includes(content.name) || content.taken);
  function report() {
    news.show(isGone || isLate ? missed() : [], isGone);
  }
  return {
    send,
    tell,
    heard,
    answered,
    connection,
    ask: () => { if (told.size) ask(); },
    get shown() { return [...told.values()].map(({shown}) => shown).filter(Boolean); },
    stop: () => clearTimeout(timer),
  };
}

// A row of the tool bar that says what Python does not have, and gives it away as code.
function makeNews(model) {
  const words = element('span', 'inb-news-words', {role: 'status'});
  const copy = element('button', 'inb-copy', {type: 'button', title: 'The Python calls that make these strokes'}, 'Copy as code');
  const code = element('textarea', 'inb-code', {readonly: '', rows: 4, 'aria-label': 'The strokes as Python', hidden: ''});
  const root = element('div', 'inb-row inb-news', {hidden: ''}, words, copy, code);
  let missed = [];

  copy.addEventListener('click', async () => {
    code.value = codeOf(missed, [model.get('width'), model.get('height')]);
    code.rows = Math.min(12, code.value.split('\n').length);
    code.hidden = false;
    code.select();
    try {
      await navigator.clipboard.writeText(code.value);
      copy.textContent = 'Copied';
    } catch { /* it is selected, to be copied by hand */ }
  });
  function say(text) {
    if (words.textContent !== text) words.textContent = text; // said aloud once
  }
  function show(missing, isGone) {
    missed = missing;
    root.hidden = !missed.length && !isGone;
    root.classList.toggle('inb-lost', isGone);
    copy.hidden = !missed.length;
    if (!missed.length) code.hidden = true;
    copy.textContent = 'Copy as code';
    say(root.hidden ? '' : newsOf(missed, isGone));
  }
  return {root, show};
}

function newsOf(missed, isGone) {
  const kind = missed.every(({shown}) => shown) ? 'stroke' : 'change';
  const many = `${missed.length} ${kind}${missed.length === 1 ? '' : 's'}`;
  if (!isGone) return `⧗ ${many} not in Python yet: the kernel is busy or away. Nothing is lost while this page is open.`;
  if (!missed.length) return '⚠ The kernel of this editor has ended. Run its cell again to go on.';
  return `⚠ The kernel of this editor has ended: ${many} never reached Python. Copy as code, then run the cell again.`;
}
