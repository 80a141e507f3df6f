// Every page: markup from this server, and the reader's own time. All pages work without any of these files.
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
