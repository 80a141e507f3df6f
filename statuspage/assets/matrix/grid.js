// The matrix: clusters are loaded when they are opened, and the arrow keys walk a grid.

// One cluster's grid, once. A failure leaves the plain link and says so.
async function load(cluster) {
  const place = cluster.querySelector('[data-load]');
  if (!place || place.ariaBusy === 'true') return;
  place.ariaBusy = 'true';
  try {
    const answer = await fetch(place.dataset.load);
    if (!answer.ok) throw new Error(answer.statusText);
    const box = document.createElement('div');
    fill(box, await answer.text());
    place.replaceWith(...box.childNodes);
    roam(cluster);
    localTimes(cluster);
  } catch {
    place.ariaBusy = 'false';
    if (!place.querySelector('.none')) {
      const note = document.createElement('span');
      note.className = 'none';
      note.textContent = ' could not be loaded here; close and open it to try again';
      place.append(note);
    }
  }
}

const clusters = () => [...document.querySelectorAll('details.cluster')];
document.addEventListener('toggle', (e) => { if (e.target.open && e.target.matches?.('details.cluster')) load(e.target); }, true);

// Expanding everything loads two clusters at a time, and asks first when that is more than a browser likes.
const manyCells = 20000;
const expand = document.getElementById('expand');
if (expand && clusters().length > 1) {
  let asked = Number(expand.dataset.cells) <= manyCells;
  const draw = () => {
    const all = clusters().every((c) => c.open);
    expand.ariaExpanded = String(all);
    expand.textContent = all ? 'Collapse all' : 'Expand all';
  };
  expand.hidden = false;
  expand.addEventListener('click', async () => {
    const open = !clusters().every((c) => c.open);
    if (open && !asked) {
      asked = true;
      expand.textContent = `Really show all ${Number(expand.dataset.cells).toLocaleString('en')} cells?`;
      return;
    }
    const rest = clusters();
    const some = async () => {
      for (let c = rest.shift(); c; c = rest.shift()) {
        if (open) await load(c);
        c.open = open;
      }
    };
    await Promise.all([some(), some()]);
    draw();
  });
  document.addEventListener('toggle', draw, true);
  draw();
}

// A grid is one stop for the Tab key; arrows, Home, End and Page keys move inside it.
function links(grid) {
  return [...grid.rows].map((row) => [...row.cells].map((cell) => cell.querySelector('a')));
}

function roam(root) {
  for (const grid of root.querySelectorAll('table.grid')) {
    const all = grid.querySelectorAll('a');
    for (const a of all) a.tabIndex = -1;
    if (all[0]) all[0].tabIndex = 0;
  }
}
roam(document);

document.addEventListener('focusin', (e) => {
  const grid = e.target.closest?.('table.grid');
  if (!grid || e.target.tagName !== 'A') return;
  for (const a of grid.querySelectorAll('a[tabindex="0"]')) a.tabIndex = -1;
  e.target.tabIndex = 0;
});

document.addEventListener('keydown', (e) => {
  const cell = e.target.closest?.('table.grid :is(td, th)');
  if (!cell || e.altKey || e.metaKey || e.shiftKey) return;
  const grid = cell.closest('table');
  const rows = links(grid);
  let y = cell.parentNode.rowIndex, x = cell.cellIndex;
  const lastY = rows.length - 1, lastX = rows[0].length - 1;
  switch (e.key) {
    case 'ArrowUp': y--; break;
    case 'ArrowDown': y++; break;
    case 'ArrowLeft': x--; break;
    case 'ArrowRight': x++; break;
    case 'PageUp': y = Math.max(0, y - 10); break;
    case 'PageDown': y = Math.min(lastY, y + 10); break;
    case 'Home': x = 0; if (e.ctrlKey) y = 0; break;
    case 'End': x = lastX; if (e.ctrlKey) y = lastY; break;
    default: return;
  }
  if (e.ctrlKey && !['Home', 'End'].includes(e.key)) return;
  e.preventDefault();
  const stepX = Math.sign(x - cell.cellIndex), stepY = Math.sign(y - cell.parentNode.rowIndex);
  // Cells without a link (not applicable, row names) are walked over; a jump that lands on one walks back.
  const back = ['Home', 'End', 'PageUp', 'PageDown'].includes(e.key) ? -1 : 1;
  while (rows[y]?.[x] === null) { x += stepX * back; y += stepY * back; }
  const to = rows[y]?.[x];
  if (!to) return;
  to.focus({ preventScroll: true });
  to.closest('td, th').scrollIntoView({ block: 'nearest', inline: 'nearest' });
});
