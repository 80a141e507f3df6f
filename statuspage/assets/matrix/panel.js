// A click on a cell of the matrix shows the step beside it. The address names the step (#12-D3: customer and step), so
// that it can be passed on, and Back closes the panel.
const panel = document.getElementById('panel');
const panelBody = panel?.querySelector('.panel-body');
let shown = null; // { customer, step } while the panel is open
let pushed = false; // this page made the history entry that the panel stands on
const release = location.pathname; // /releases/12

function urlOf(at) { return `${release}/customers/${at.customer}/steps/${at.step}`; }

// The customer and step that a link of a grid leads to; null for other links.
function targetOf(link) {
  const m = /^(\/releases\/\d+)\/customers\/(\d+)\/steps\/([DVC]\d+)$/.exec(link?.pathname ?? '');
  return m && m[1] === release ? { customer: m[2], step: m[3] } : null;
}

function targetOfHash() {
  const m = /^#(\d+)-([DVC]\d+)$/.exec(location.hash);
  return m && { customer: m[1], step: m[2] };
}

// The cell of a customer's step, where its grid is loaded.
function cellOf(at) {
  for (const head of document.querySelectorAll(`table.grid th[data-c="${at.customer}"]`)) {
    const cell = head.closest('table').querySelector(`tr[data-s="${at.step}"]`)?.cells[head.cellIndex];
    if (cell?.querySelector('a')) return cell;
  }
  return null;
}

// The next cell of a step in a direction, over the edge of a cluster's grid into the next open one.
function beside(cell, dx, dy) {
  let grid = cell.closest('table');
  let x = cell.cellIndex, y = cell.parentNode.rowIndex;
  const step = cell.parentNode.dataset.s;
  for (;;) {
    x += dx; y += dy;
    let row = grid.rows[y];
    if (dx && (x < 1 || x >= row.cells.length)) {
      const grids = [...document.querySelectorAll('table.grid')];
      do grid = grids[grids.indexOf(grid) + dx]; while (grid && !grid.querySelector(`tr[data-s="${step}"]`));
      if (!grid) return null;
      row = grid.querySelector(`tr[data-s="${step}"]`);
      y = row.rowIndex;
      x = dx > 0 ? 1 : row.cells.length - 1;
    }
    if (!row || y < 1) return null;
    if (targetOf(row.cells[x].querySelector('a'))) return row.cells[x];
  }
}

async function show(at) {
  shown = at;
  const url = urlOf(at);
  panel.querySelector('#panel-page').href = url;
  const cell = cellOf(at);
  for (const b of panel.querySelectorAll('[data-go]')) {
    b.disabled = !cell || !beside(cell, ...b.dataset.go.split(',').map(Number));
  }
  if (!panel.open) {
    panel.showModal();
    panel.querySelector('#panel-title')?.focus();
  }
  panelBody.ariaBusy = 'true';
  try {
    const answer = await fetch(url + '/panel');
    if (shown !== at) return;
    if (!answer.ok) throw new Error(answer.status);
    fill(panelBody, await answer.text());
    dress(panelBody);
  } catch {
    if (shown !== at) return;
    say('This step could not be loaded. ', 'Try again');
  }
  if (shown !== at) return;
  panelBody.ariaBusy = 'false';
  panelBody.scrollTop = 0;
  // Whoever walks with the buttons stays on them; all others begin at the title.
  if (!document.activeElement.dataset.go || document.activeElement.disabled) panel.querySelector('#panel-title')?.focus();
}

// A line on top of the panel with a button that loads the step anew.
function say(text, action) {
  panelBody.querySelector('.panel-note')?.remove();
  const note = document.createElement('p');
  note.className = 'note warn panel-note';
  note.role = 'status';
  const again = document.createElement('button');
  again.type = 'button';
  again.textContent = action;
  again.addEventListener('click', () => show(shown));
  note.append(text, again);
  panelBody.prepend(note);
}

// For those who hear that a step has changed: what the panel shows of it is old.
function panelIsOld() { say('This step has changed. ', 'Load it again'); }

function openPanel(at) {
  const hash = `#${at.customer}-${at.step}`;
  if (shown) history.replaceState(history.state, '', hash);
  else { history.pushState(null, '', hash); pushed = true; }
  show(at);
}

function closePanel() {
  if (!shown || panel.open) return; // the word of its closing comes late: Forward may have opened it since
  const cell = cellOf(shown);
  shown = null;
  cell?.querySelector('a').focus();
  if (!targetOfHash()) return;
  if (pushed) history.back();
  else history.replaceState(null, '', location.pathname + location.search);
  pushed = false;
}

if (panel) {
  panel.setAttribute('closedby', 'any');
  document.addEventListener('click', (e) => {
    if (e.button || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return;
    const link = e.target.closest?.('table.grid td a');
    const at = targetOf(link);
    if (!at) return;
    e.preventDefault();
    openPanel(at);
  });
  panel.addEventListener('click', (e) => {
    if (e.target.closest('[data-close]')) panel.close();
    const go = e.target.closest('[data-go]');
    const cell = go && shown && cellOf(shown);
    const to = cell && beside(cell, ...go.dataset.go.split(',').map(Number));
    if (to) openPanel(targetOf(to.querySelector('a')));
  });
  panel.addEventListener('close', closePanel);
  window.addEventListener('popstate', () => {
    const at = targetOfHash();
    if (at) { pushed = false; show(at); }
    else if (panel.open) { pushed = false; panel.close(); }
  });
  if (targetOfHash()) show(targetOfHash());
}
