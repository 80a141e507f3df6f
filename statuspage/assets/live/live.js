// An open page follows what happens: it hears of changes, sets the cells and numbers that it was told, and fetches itself
// anew for whatever is more. A badge says whether it is up to date; Pause stops it. It asks again with growing pauses,
// never in a loop, and not at all once it is told that it may not look any more.
const live = document.getElementById('live');
const main = document.getElementById('main');

if (live) {
  const { events, rev } = live.dataset;
  const stale = Number(live.dataset.stale);
  const state = live.querySelector('.state'), button = live.querySelector('button');
  const [begun, epoch] = live.dataset.since.split('-');
  let since = Number(begun);
  let source = null, timer = 0, heard = Date.now(), opened = 0, fails = 0, polls = 0, polling = false, over = false, lost = false;
  let paused = false;
  try { paused = sessionStorage.getItem('paused') === 'yes'; } catch { /* then it is not kept */ }

  const alive = () => { heard = Date.now(); draw(); };

  // What the badge says, in words and shape.
  function draw() {
    let kind = 'on', text = 'Live';
    if (paused) [kind, text] = ['off', 'Paused'];
    else if (over || Date.now() - heard > stale) {
      [kind, text] = ['bad', 'Not updating since ' + new Date(heard).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })];
    } else if (polling) text = 'Live, every 20 s';
    else if (source?.readyState !== 1) [kind, text] = ['off', 'Connecting'];
    if (state.textContent !== text) state.textContent = text;
    state.className = 'state ' + kind;
    if (kind === 'bad' && !lost) utter('This page is not updating.');
    if (kind === 'on' && lost) utter('This page is updating again.');
    if (kind !== 'off') lost = kind === 'bad';
    button.textContent = paused ? 'Resume' : 'Pause';
    button.ariaPressed = String(paused);
  }

  function open() {
    clearTimeout(timer);
    if (paused || over || document.hidden || source) return;
    polling = false;
    opened = Date.now();
    source = new EventSource(`${events}?since=${since}-${epoch}`);
    const on = (name, f) => source.addEventListener(name, (e) => {
      const [rev, of] = e.lastEventId.split('-');
      if (of && restored(of)) return;
      if (rev) since = Number(rev);
      alive();
      f(e.data && JSON.parse(e.data));
    });
    on('hb', () => { fails = 0; });
    on('d', (m) => { if (!matrix?.tell(m)) refresh(); });
    on('s', (m) => { if (!m.cl || !matrix || matrix.shows(m.cl)) refresh(); });
    on('reset', refresh);
    on('end', () => { close(); probe(); });
    source.onerror = () => { if (source?.readyState === 2) { close(); probe(); } else draw(); };
    draw();
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  // Why the stream ended, which a stream cannot say: not allowed any more, or for now.
  async function probe() {
    try {
      const answer = await fetch(rev);
      if (gone(answer)) return;
    } catch { /* nobody there: later */ }
    fails++;
    if (fails >= 5) { polling = true; polls = 0; later(poll, 15000 + Math.random() * 5000); }
    else later(open, Math.random() * Math.min(60000, 1000 * 2 ** fails));
  }

  function later(f, ms) { clearTimeout(timer); timer = setTimeout(f, ms); }

  // An end that is no accident: the page is loaded anew, once, and then says itself how to get in.
  function gone(answer) { return [401, 403, 404, 410].includes(answer.status) && anew(); }

  // Another epoch is a store put back from a copy: nothing that the page shows need be so, its addresses included.
  function restored(of) { return of !== epoch && anew(); }

  function anew() {
    over = true;
    close();
    draw();
    location.reload();
    return true;
  }

  async function poll() {
    if (paused || over || document.hidden) return;
    try {
      const answer = await fetch(rev);
      if (gone(answer)) return;
      if (answer.ok) {
        const newest = await answer.json();
        if (restored(newest.epoch)) return;
        if (newest.rev > since) { since = newest.rev; refresh(); }
        alive();
        if (++polls === 12) { fails = 4; polling = false; open(); return; }
      }
    } catch { /* nobody there: the badge says so in time */ }
    later(poll, 15000 + Math.random() * 5000);
  }

  // The page itself, at most once a second, and not by everybody at the same moment.
  let fetching = false, wanted = false;
  function refresh() {
    if (fetching) { wanted = true; return; }
    fetching = true;
    setTimeout(fetchPage, 100 + Math.random() * 500);
  }
  async function fetchPage() {
    let wait = 500;
    try {
      const answer = await fetch(location.pathname + location.search);
      if (gone(answer)) return;
      if (!answer.ok) throw new Error(answer.status);
      const page = parsed(await answer.text());
      if (Boolean(page.getElementById('panel')) !== Boolean(document.getElementById('panel'))) { anew(); return; } // a page of another kind
      const changed = new Set();
      morph(main, page.getElementById('main'), changed);
      const foot = document.querySelector('footer'), strip = document.querySelector('.strip'), newStrip = page.querySelector('.strip');
      if (foot && page.querySelector('footer')) morph(foot, page.querySelector('footer'), changed);
      if (strip && newStrip) morph(strip, newStrip, changed);
      document.title = page.title;
      document.getElementById('icon').href = page.getElementById('icon').getAttribute('href');
      settle(main, changed);
      if (!page.getElementById('live')) { over = true; close(); live.hidden = true; } // the release is over: nothing will change
    } catch {
      wanted = true;
      wait = 5000 + Math.random() * 5000;
    }
    setTimeout(() => {
      fetching = false;
      if (wanted && !paused && !over) { wanted = false; refresh(); }
    }, wait);
  }

  button.addEventListener('click', () => {
    paused = !paused;
    try { sessionStorage.setItem('paused', paused ? 'yes' : 'no'); } catch { /* then it is not kept */ }
    if (paused) close();
    else { heard = Date.now(); fails = 0; open(); }
    draw();
  });

  // A page that nobody sees needs nothing, and a browser has few connections to one server.
  let hiding = 0;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(close, 500);
    else if (!source) { heard = Date.now(); fails = 0; open(); }
  });
  window.addEventListener('pagehide', close);
  window.addEventListener('pageshow', (e) => { if (e.persisted) { heard = Date.now(); open(); } });

  // A stream that says nothing for so long is dead, without an error. One that never said anything is held back by
  // something on its way: then the page asks instead.
  function listen() {
    if (source && Date.now() - Math.max(heard, opened) > stale) {
      if (heard < opened) fails = Math.max(fails, 4);
      close();
      probe();
    }
    draw();
  }

  live.hidden = false;
  setInterval(listen, Math.min(5000, stale / 3));
  draw();
  open();
}
