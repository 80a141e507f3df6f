// The page as the server has it now, over the page as it is: what is the same stays, with focus, scrolling and what is
// opened. Changed cells go into changed.
const own = ['open', 'tabindex', 'title', 'hidden', 'aria-busy', 'aria-expanded', 'closedby']; // attributes that are the reader's or a script's
function morph(now, then, changed) {
  if (now.nodeName !== then.nodeName || (now.id && then.id && now.id !== then.id)) { now.replaceWith(then); return; }
  if (now.nodeType !== Node.ELEMENT_NODE) {
    if (now.nodeValue !== then.nodeValue) now.nodeValue = then.nodeValue;
    return;
  }
  if (matrix?.keeps(now, then, changed)) return;
  if (now.nodeName === 'TD' && now.textContent !== then.textContent) changed.add(now);
  for (const a of then.attributes) if (!own.includes(a.name) && now.getAttribute(a.name) !== a.value) now.setAttribute(a.name, a.value);
  for (const a of [...now.attributes]) if (!own.includes(a.name) && !then.hasAttribute(a.name)) now.removeAttribute(a.name);
  if (now.nodeName === 'PROGRESS') now.value = then.value;
  const have = [...now.childNodes], want = [...then.childNodes];
  want.forEach((w, i) => { if (have[i]) morph(have[i], w, changed); else now.append(w); });
  for (const h of have.slice(want.length)) h.remove();
}

function parsed(html) { return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, 'text/html'); }

// What newly stands in the page is made like the rest, and what changed shows for a moment.
function settle(root, changed) {
  dress(root);
  matrix?.settle(root, changed);
  for (const cell of changed) {
    cell.classList.add('fresh');
    setTimeout(() => cell.classList.remove('fresh'), 2000);
  }
  announce(changed);
}

// What changed is said now and then, not cell by cell.
const quiet = 5000; // between two announcements, in milliseconds
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
