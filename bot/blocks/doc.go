// Package blocks lays views out as Slack's Block Kit. Its functions are pure: a view goes in, blocks come
// out, bounded by Slack's limits whatever the size of the view, with a plain text that stands for them.
//
// It knows how things look and which command a button stands for. It must not know how commands are read,
// who is asking or what time it is, and it does no I/O.
//
// Text that people wrote reaches Slack only as plain_text, as rich_text or escaped, so that nothing in it can
// notify anybody.
package blocks
