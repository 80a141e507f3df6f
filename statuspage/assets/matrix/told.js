// A matrix that is open is told of cells and numbers, and sets them where they stand.
const asked = new URLSearchParams(location.search);
const narrowed = ['cluster', 'status', 'sort', 'withdrawn', 'custom'].some((k) => asked.has(k));
const category = asked.get('category') === 'verify' ? 'verify' : 'deploy';

matrix = {
  // Cells and numbers as they were told; false when it takes the whole page.
  tell(m) {
    for (const [customer, step] of m.c) if (shown?.customer === String(customer) && shown.step === step) panelIsOld();
    if (!clusters().length || narrowed) return false;
    const changed = new Set();
    let whole = count(m);
    for (const [customer, step, kind, word, marks] of m.c) {
      const cell = cellOf({ customer, step });
      if (!cell || cell.className.replace(' fresh', '') === kind) continue;
      if (/ b/.test(cell.className) !== / b/.test(kind)) whole = false; // the list of what is blocked is another
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
    settle(document.getElementById('main'), changed);
    return whole;
  },

  // Whether any of these clusters is in sight.
  shows: (ids) => !clusters().length || ids.some((id) => document.getElementById('cluster-' + id)),

  // What the page keeps when the server has it otherwise: what is the reader's, and grids that were loaded later.
  keeps(now, then, changed) {
    if (now.id === 'panel' || now.id === 'expand') return true;
    if (!now.matches('details.cluster') || !now.querySelector('.scroll') || !then.querySelector('[data-load]')) return false;
    again(now, then, changed);
    return true;
  },

  // Grids that came anew get their one stop for the Tab key, and a panel that shows a changed step says so.
  settle(root, changed) {
    for (const grid of root.querySelectorAll('table.grid')) {
      if (grid.querySelectorAll('a[tabindex="0"]').length === 1 && !grid.querySelector('a:not([tabindex])')) continue;
      roam(grid.parentNode);
      if (grid.contains(document.activeElement)) { grid.querySelector('a[tabindex="0"]').tabIndex = -1; document.activeElement.tabIndex = 0; }
    }
    if (shown && changed.has(cellOf(shown))) panelIsOld();
  },
};

// A cluster whose grid was loaded when it was opened: its line at once, its grid by another request.
async function again(now, then, changed) {
  morph(now.querySelector('summary'), then.querySelector('summary'), changed);
  const place = then.querySelector('[data-load]');
  if (!now.open) { now.querySelector('.scroll').replaceWith(place); return; }
  const answer = await fetch(place.dataset.load);
  if (!answer.ok) return;
  const grid = parsed(await answer.text()).querySelector('.scroll');
  if (!grid || !now.querySelector('.scroll')) return;
  const anew = new Set();
  morph(now.querySelector('.scroll'), grid, anew);
  settle(now, anew);
}

// The numbers above and beside the grids; false when the page has no place for them.
function count(m) {
  const main = document.getElementById('main');
  const bars = main.querySelectorAll('dl.meta .bar');
  const answer = main.querySelector('.answer'), tabs = main.querySelectorAll('.tabs .sub');
  if (bars.length !== 3 || !answer || tabs.length !== 2) return false;
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
  const { icon, iconComplete, iconReverted } = document.getElementById('live').dataset;
  document.getElementById('icon').href = m.all.back ? iconReverted : m.all.done ? iconComplete : icon;
  return true;
}

function level(bar, to) {
  if (!bar) return;
  bar.querySelector('progress').value = to.n;
  bar.querySelector('b').textContent = to.t;
}
