// Every page: markup from this server, the reader's own time, and copying. All pages work without any script.
const policy = window.trustedTypes?.createPolicy('rt', { createHTML: (s) => s });

// Markup comes from this server only, and is set without running scripts where the browser can promise that.
function fill(node, html) {
  if (node.setHTML) node.setHTML(html, { sanitizer: {} }); // an empty list takes away what could run and keeps classes
  else node.innerHTML = policy ? policy.createHTML(html) : html;
}

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });
function localTimes(root) {
  for (const t of root.querySelectorAll('time[datetime]')) t.title = clock.format(new Date(t.dateTime));
}

// The matrix has ways of its own to stay up to date; its script, where a page has it, puts them here.
let matrix = null;

// Copying gives the text as it was saved. Where the browser does not let us, the text is selected.
async function copy(button) {
  const code = button.closest('main, dialog').querySelector('#' + button.dataset.copy);
  for (let d = code; d; d = d.parentElement.closest('details')) if (d.tagName === 'DETAILS') d.open = true;
  let told = 'Copied';
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    getSelection().selectAllChildren(code);
    told = 'Selected: press Ctrl+C';
  }
  let note = button.parentNode.querySelector('[role=status]');
  if (!note) {
    note = document.createElement('span');
    note.role = 'status';
    note.className = 'sub';
    button.after(note);
  }
  note.textContent = told;
}

// What pages and the panel need once they stand there.
function dress(root) {
  localTimes(root);
  for (const b of root.querySelectorAll('[data-copy]')) b.hidden = false;
}
dress(document);
document.addEventListener('click', (e) => {
  const button = e.target.closest?.('[data-copy]');
  if (button) copy(button);
});
