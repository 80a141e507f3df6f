// An open page follows what happens: it hears of changes, sets the cells and numbers that it was told, and fetches itself
// anew for whatever is more. A badge says whether it is up to date; Pause stops it. It asks again with growing pauses,
// never in a loop, and not at all once it is told that it may not look any more.
const live = document.getElementById('live');
const main = document.getElementById('main');
const quiet = 5000; // between two announcements, in milliseconds

// The page as the server has it now, over the page as it is: what is the same stays, with focus, scrolling and what is
// opened. Changed cells go into changed.
const own = ['open', 'tabindex', 'title', 'hidden', 'aria-busy', 'aria-expanded', 'closedby']; // attributes that are the reader's or a script's
function morph(now, then, changed) {
  if (now.nodeName !== then.nodeName || (now.id && then.id && now.id !== then.id)) { now.replaceWith(then); return; }
  if (now.nodeType !== Node.ELEMENT_NODE) {
    if (now.nodeValue !== then.nodeValue) now.nodeValue = then.nodeValue;
    return;
  }
  if (now.id === 'panel' || now.id === 'expand') return;
  if (now.matches('details.cluster') && now.querySelector('.scroll') && then.querySelector('[data-load]')) { again(now, then, changed); return; }
  if (now.nodeName === 'TD' && now.textContent !== then.textContent) changed.add(now);
  for (const a of then.attributes) if (!own.includes(a.name) && now.getAttribute(a.name) !== a.value) now.setAttribute(a.name, a.value);
  for (const a of [...now.attributes]) if (!own.includes(a.name) && !then.hasAttribute(a.name)) now.removeAttribute(a.name);
  if (now.nodeName === 'PROGRESS') now.value = then.value;
  const have = [...now.childNodes], want = [...then.childNodes];
  want.forEach((w, i) => { if (have[i]) morph(have[i], w, changed); else now.append(w); });
  for (const h of have.slice(want.length)) h.remove();
}

function parsed(html) { return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, 'text/html'); }

// A cluster whose grid was loaded when it was opened: its line at once, its grid by another request.
async function again(now, then, changed) {
  morph(now.querySelector('summary'), then.querySelector('summary'), changed);
  const place = then.querySelector('[data-load]');
  if (!now.open) { now.querySelector('.scroll').replaceWith(place); return; }
  const answer = await fetch(place.dataset.load, { credentials: 'same-origin' });
  if (!answer.ok) return;
  const grid = parsed(await answer.text()).querySelector('.scroll');
  if (grid && now.querySelector('.scroll')) { morph(now.querySelector('.scroll'), grid, changed); settle(now, changed); }
}

// What newly stands in the page is made like the rest, and what changed shows for a moment.
function settle(root, changed) {
  dress(root);
  for (const grid of root.querySelectorAll('table.grid')) {
    if (grid.querySelectorAll('a[tabindex="0"]').length === 1 && !grid.querySelector('a:not([tabindex])')) continue;
    roam(grid.parentNode);
    if (grid.contains(document.activeElement)) { grid.querySelector('a[tabindex="0"]').tabIndex = -1; document.activeElement.tabIndex = 0; }
  }
  for (const cell of changed) {
    cell.classList.add('fresh');
    setTimeout(() => cell.classList.remove('fresh'), 2000);
  }
  announce(changed);
}

// What changed is said now and then, not cell by cell.
const untold = new Map(); // cluster → cells
let saying = 0;
function announce(changed) {
  for (const cell of changed) {
    const at = cell.closest('details.cluster')?.querySelector('h2')?.textContent ?? '';
    untold.set(at, (untold.get(at) ?? 0) + 1);
  }
  if (!saying && untold.size) saying = setTimeout(tell, untold.told && Date.now() - untold.told < quiet ? quiet : 300);
}
function tell() {
  saying = 0;
  untold.told = Date.now();
  utter([...untold].map(([at, n]) => `${n} ${n === 1 ? 'step' : 'steps'} changed${at && ' in ' + at}`).join(', '));
  untold.clear();
}
function utter(text) { document.getElementById('said').textContent = text; }

if (live) {
  const { events, rev, icon, iconComplete, iconReverted } = live.dataset;
  const stale = Number(live.dataset.stale);
  const state = live.querySelector('.state'), button = live.querySelector('button');
  const asked = new URLSearchParams(location.search);
  const narrowed = ['cluster', 'status', 'sort', 'withdrawn', 'custom'].some((k) => asked.has(k));
  const category = asked.get('category') === 'verify' ? 'verify' : 'deploy';
  const [begun, epoch] = live.dataset.since.split('-');
  let since = Number(begun);
  let source = null, timer = 0, heard = Date.now(), fails = 0, polls = 0, polling = false, over = false, lost = false;
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
    source = new EventSource(`${events}?since=${since}-${epoch}`);
    const on = (name, f) => source.addEventListener(name, (e) => {
      const [rev, of] = e.lastEventId.split('-');
      if (of && restored(of)) return;
      if (rev) since = Number(rev);
      alive();
      f(e.data && JSON.parse(e.data));
    });
    on('hb', () => { fails = 0; });
    on('d', patch);
    on('s', (m) => { if (!m.cl || m.cl.some((id) => document.getElementById('cluster-' + id)) || !clusters.length) refresh(); });
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
      const answer = await fetch(rev, { credentials: 'same-origin' });
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
      const answer = await fetch(rev, { credentials: 'same-origin' });
      if (gone(answer)) return;
      if (answer.ok) {
        const newest = await answer.json();
        if (restored(newest.epoch)) return;
        if (newest.rev > since) { since = newest.rev; refresh(); }
        alive();
        if (++polls % 3 === 0) { fails = 4; polling = false; open(); return; }
      }
    } catch { /* nobody there: the badge says so in time */ }
    later(poll, 15000 + Math.random() * 5000);
  }

  // Cells and numbers as they were told. A page that shows a part, or something else than the matrix, fetches itself.
  function patch(m) {
    for (const [customer, step] of m.c) stepChanged(customer, step);
    if (!clusters.length || narrowed) { refresh(); return; }
    const changed = new Set();
    for (const [customer, step, kind, word, marks] of m.c) {
      const cell = cellOf({ customer, step });
      if (!cell || cell.className.replace(' fresh', '') === kind) continue;
      if (/ b/.test(cell.className) !== / b/.test(kind)) refresh(); // the list of what is blocked is another
      cell.className = kind;
      const link = cell.querySelector('a');
      link.textContent = word;
      if (marks) {
        const hidden = document.createElement('span');
        hidden.className = 'vh';
        hidden.textContent = marks;
        link.append(hidden);
      }
      changed.add(cell);
    }
    count(m);
    settle(main, changed);
  }

  function count(m) {
    const bars = main.querySelectorAll('dl.meta .bar');
    const answer = main.querySelector('.answer'), tabs = main.querySelectorAll('.tabs .sub');
    if (bars.length !== 3 || !answer || tabs.length !== 2) { refresh(); return; }
    ['a', 'deploy', 'verify'].forEach((k, i) => level(bars[i], m.all[k]));
    tabs[0].textContent = m.all.deploy.d;
    tabs[1].textContent = m.all.verify.d;
    const blocked = /\. [\d,]+ blocked$/.exec(answer.textContent)?.[0] ?? '';
    const share = document.createElement('b');
    share.textContent = m.all.a.t + ' done';
    answer.replaceChildren(share, `: ${m.all.a.s}${m.all.done ? '. Complete' : ''}${blocked}`);
    for (const [id, b] of Object.entries(m.in)) {
      const summary = document.querySelector(`#cluster-${id} > summary`);
      if (!summary) continue;
      level(summary.querySelector('.bar'), b[category]);
      summary.querySelector('.sub').textContent = b[category].s;
    }
    for (const [id, shares] of Object.entries(m.of)) {
      for (const p of main.querySelectorAll(`th[data-c="${id}"] .pc`)) {
        p.textContent = p.textContent.replace(/^[^,]*/, shares[category === 'verify' ? 1 : 0]);
      }
    }
    document.title = document.title.replace(/^\d+%/, m.all.a.t);
    document.getElementById('icon').href = m.all.back ? iconReverted : m.all.done ? iconComplete : icon;
  }

  function level(bar, to) {
    if (!bar) return;
    bar.querySelector('progress').value = to.n;
    bar.querySelector('b').textContent = to.t;
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
      const answer = await fetch(location.pathname + location.search, { credentials: 'same-origin' });
      if (gone(answer)) return;
      if (!answer.ok) throw new Error(answer.status);
      const page = parsed(await answer.text());
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
  document.addEventListener('toggle', (e) => { if (e.target.open && e.target.matches?.('details.cluster')) load(e.target); }, true);

  live.hidden = false;
  setInterval(draw, Math.min(5000, stale / 3));
  draw();
  open();
}
