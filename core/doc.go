// Package core is Rollcall's domain: clusters, customers, releases and their
// steps, the operations that change them and the views that show them.
//
// It knows the rules, who may do what, and how every record is laid out in an
// ordered key space. It must not know Slack, HTTP, schedules or a logger, nor
// read a clock, randomness or the environment: those are handed in.
//
// Everything that changes state goes through Service.Do, in one transaction
// with the event that records it: key seen before, rights, the noun's rule,
// records and indexes, event, notices, key. An operation's writes are held in
// an overlay until it has succeeded, so a refusal half-way leaves nothing
// behind. The event's field changes are made by comparing records before and
// after; history, undo and check read them, and nobody writes them by hand.
//
// Customer steps are copy-on-write. A plain pending step is derived from its
// template and the customer's enrolment; only what departs from that is a
// stepRecord. So activating costs the same for ten customers and for ten
// thousand, and an edited template needs no propagation.
//
// Everything that is shown is a view, built in one read transaction and
// holding nothing of the store.
//
// Two rooms stand beside this one so that it knows neither calendars nor file
// formats: bot/schedule reads what "weekdays 09:30" means and implements
// Schedule, and core/csvfile makes an Import of a spreadsheet's rows.
//
// # Decisions
//
// What was open, what was chosen, and what it costs:
//
//   - 2026-11-25: A template step's integer id is its release's id × 1,000,000
//     plus the step's number, as a customer step's is its enrolment's. No index
//     from ids to steps is needed; a release is limited to a million numbers.
//   - 2026-11-25: A custom step stores how far it stands behind its anchor (a
//     number between 0 and 1), not its order. A reorder of the template then
//     moves nothing else; the order shown is the anchor's plus that.
//   - 2026-11-25: Who takes part in a release is one stored value, grouped by
//     cluster. An activation is a constant number of writes, a cluster is read
//     without the others; one customer joining rewrites the list (about four
//     bytes a customer).
//   - 2026-11-25: Records name the newest event that touched them, and events
//     the one before for each record. A step's history is that chain: no index
//     of events by step is written, and a bulk of 20,000 steps is one event.
//   - 2026-11-25: Ids are one more than the highest stored; records are never
//     deleted, so no counter can fall behind them. Step numbers have counters
//     of their own, outside history: an undone addition keeps its number.
//   - 2026-11-25: An operation that asks first is refused with the code Confirm
//     and a preview, and uses up no request key: the same operation with
//     Confirm set acts. There is one path, so the preview cannot drift from it.
//   - 2026-11-25: What is known of a person is looked up again, before the
//     transaction, when it is more than ten minutes old; if that fails the
//     person is refused rather than trusted. Somebody deactivated must not act.
//   - 2026-11-25: Undo of an addition archives it (a template or custom step is
//     removed). A bulk's undo gives back what is untouched and names the rest.
//   - 2026-11-25: A moved customer's finished steps show its present cluster in
//     views of an active release; the target line of the time stands in the
//     event. Archived releases freeze names, clusters and namespaces.
//   - 2026-11-25: A matrix filtered by cluster counts progress over the
//     clusters shown, so that reading one cluster costs that cluster only.
//   - 2026-11-25: Custom steps and overrides take the role operator; adding to
//     the template takes admin, since it reaches everybody.
//   - 2026-11-28: Who came by a shared link reads the store through a window
//     that lets a scope's records through, without what is not progress. Views
//     need not know of links, and a view that is added later cannot leak.
//   - 2026-11-28: A shared link needs an active release. Its token is told once;
//     asked again with the same request key, the answer says so. Claims and
//     blocks are not shown by it: they speak of people and reasons.
//   - 2026-11-28: A shared link's session has a cookie of its own beside a
//     person's, so that whoever shares can look at it and is not signed out.
//   - 2026-11-28: A download whose first line names an interpreter (#!) keeps
//     that line first and has the target line second: "#!/bin/bash -e" says how
//     the rest is run, and a comment before it would silently undo that.
//   - 2026-11-28: A form foretells by running its operation and dropping what
//     it wrote (Service.Preview). Sending it confirms what was shown; when that
//     has changed meanwhile, it asks again.
//   - 2026-11-28: Where a person goes on after a step is done, to the next step
//     or the next customer, is a preference of theirs (by=step, by=customer):
//     housekeeping without an event. Skipped steps move on too.
//   - 2026-11-28: A text on its way to becoming a step's content is a draft for
//     a day, for the person who brought it alone.
//   - 2026-11-28: A reminder goes by the clock of the one who made it, as Slack
//     knows it, else by the zone of the settings; its dates off are of that
//     clock's calendar. A moment is marked in the store before anything is said,
//     and the newest marks are kept, so that a clock set back repeats nothing.
//   - 2026-11-28: Snooze is silence until a time, at which the reminder speaks
//     once more if anything is open; on a date that is its usual time of day. The
//     schedule goes on as if nothing had been. Stop on a reminder pauses it.
//   - 2026-11-28: What a schedule's words mean is read outside (Config.Schedules);
//     which moment is due, once and after downtime, is decided here.
//   - 2026-11-28: A backup changes nothing and so leaves no event; who may ask
//     for one is asked of core like any operation (TakeBackup), and a refusal is
//     recorded.
//   - 2026-11-28: A name that only something archived bears still means that: it
//     is refused as archived rather than read as the beginning of another name.
//   - 2026-11-28: An export may hold archived things under names used again. They
//     come in archived; of releases of one name all but the last become archived
//     drafts, since two drafts cannot share a name.
//   - 2026-11-28: A skipped or reverted step that was removed from the template
//     can be done or skipped, not reopened: nothing is left for it to follow.
//   - 2026-11-28: Saving an override again counts as made from the template of
//     now; one made of a reverted step is made from what was executed.
//   - 2026-11-28: A release under way is checked for who takes part and the steps
//     still open; overrides and custom steps count with what they say.
//   - 2026-11-28: An operation marks the boards it made stale; whoever draws them
//     takes the mark away. A board may lag but never stays behind, across
//     restarts too, and what changes meanwhile is drawn once.
//   - 2026-11-28: A cluster that is complete and was not before is told, and so is
//     a release; where the release has one cluster, the release alone. Completed
//     again after a revert, it is told again.
//   - 2026-11-28: What cannot be posted in a release's channel is told once for
//     each channel, to who activated it. The board is tried again when somebody
//     asks for it (board) or chooses another channel.
//   - 2026-11-28: Trouble reaching Slack never gives a notice up, however long it
//     lasts; a refusal of the message does: at once when it is known to be final,
//     else after six tries.
//   - 2026-11-28: A release activated from a conversation between two, or from
//     Home, has no channel until one is chosen, and the answer says so.
//   - 2026-11-28: The board of an archived release loses its buttons and its pin.
//   - 2026-11-28: In a thread the release (and customer and step) it is about are
//     added to a command only as far as it needs them; what is typed counts more.
//   - 2026-11-28: Who may not do something is refused before a form opens, and
//     that is recorded as the refusal of the operation. Answers to one person
//     offer only what they may do; what a channel reads offers everything.
//   - 2026-11-28: A person may ask for 600 pages a minute from one address, not
//     for 120: an open page draws itself anew once a second while much happens,
//     and opening clusters and walking through steps are requests too. 120 would
//     stop whoever follows a busy release in two windows; most are kept answers.
//   - 2026-11-28: How far a page has come is an event's number and the store's
//     epoch ("412-3fa9c2d1"), in streams, tags and the poll; a number alone is
//     of this store. After a restore an open page is loaded anew.
//   - 2026-11-28: A stream that is silent for three heartbeats is given up though
//     it is open; one that never spoke is taken for held back by a proxy, and the
//     page polls. It tries for a stream again with each twelfth poll.
//   - 2026-11-28: The same button pressed again within two seconds, by the same
//     person and with nothing between, is a double click: both presses have the
//     key of the first one, and get its answer.
//   - 2026-11-28: targets=clusters and targets=customers need the list they speak
//     of; a form sent before it asked for it is shown again and asks.
//   - 2026-11-28: Until a release has been activated the bare command shows what
//     is still to be set up, step by step, with the button for the next one;
//     from then on it shows what is under way. The Home tab goes by the same.
//   - 2026-11-28: A word that is typed is known by what it names, not by its
//     place alone: what may be left out can be left out, and names may stand in
//     any order as long as each is whole. A text begins behind the last name.
//   - 2026-11-28: Undo without a number never passes over a change that cannot be
//     undone: it says why not, and offers the newest one before that can.
//   - 2026-11-28: {{customer}}, {{meta.tier}} and the like, and any other field of
//     a customer, cluster or release are near misses of a placeholder. A name
//     that begins with a dot or a $ is a Go template's and never is.
//   - 2026-11-28: A call that Slack leaves unanswered ends after ten seconds, and
//     is made once more where being made twice does no harm.
//   - 2026-11-28: A flag given as empty is the setting's default, not nothing: an
//     empty address would be every one of the machine's. Access open is refused
//     beside a base URL off loopback, through which everybody would read.
//   - 2026-11-28: A start reads the whole file, once and in order, because a
//     damaged one is to be told of then and not in the middle of a change.
//   - 2026-11-28: A JSON twin has the outermost keys of the contract and no
//     more. Who and how are null on a shared link, like all that is not told.
//   - 2026-11-28: Whoever belongs to another workspace is a stranger, in shared
//     channels too, where Slack does not say so by itself.
//   - 2026-11-28: A role may be given to a full member who never came here:
//     Slack is asked who that is before the operation begins.
//   - 2026-11-28: A form that leaves out the release is about the one that was
//     active when it opened, whatever is activated before it is sent.
//   - 2026-11-28: Done says which earlier steps are still open and goes through;
//     a bulk names its steps and does not.
//   - 2026-11-28: What a reminder said shows what became of the reminder when
//     that was pressed in it; typed commands change no message of a channel.
//   - 2026-11-28: What a stored form decoded to is remembered under its bytes. The
//     same few records are read by everything, and comparing costs a twentieth of
//     decoding; nothing can be stale, since the bytes are what is asked for.
//   - 2026-11-28: Confirm under a message, too, confirms what was shown. When it
//     would do something else by now, it says who did what since and asks anew. It
//     acts only while no event came between that look and the act.
//   - 2026-11-28: A plan of a bulk or an import that is longer than a message
//     comes whole, as a file to its asker alone.
//   - 2026-11-29: The form of an edit carries the rev of what it shows, however it
//     was opened. Whoever sends one that somebody else has overtaken is told by whom,
//     keeps what was typed, and may send it again.
//   - 2026-11-29: Forms and Confirm buttons carry ids in the place of the names that
//     were typed, the only active release too where it was left out, and the rev of
//     the one step they are about. A form that could only be refused is not opened.
//   - 2026-11-28: A number in the address of a page is an id and nothing else:
//     where there is none, no name that begins with those digits stands in.
//   - 2026-11-28: cluster= is cut at its commas but for those in the longest name
//     that begins there. On the page an override's difference shows the lines
//     beside a change and counts the others.
//   - 2026-11-28: Later passes a step over for the one answer, in which it says
//     what comes behind it; nothing is kept, and next begins where it always did.
//   - 2026-11-28: A name that is almost a placeholder is warned about when it is
//     saved and wherever it is shown while it can still be changed.
//   - 2026-11-28: An edit that leaves open what it is about asks for that first,
//     and is about it from then on: the form never mixes what two of them say.
//   - 2026-11-29: Lists of customers are cut at their commas like those of clusters.
//     Of several, one in quotes stays whole, and may be the beginning of a name.
//   - 2026-11-29: A place in an order is before or after a step, first, or last. A
//     step alone says neither and is asked about.
//   - 2026-11-29: People and channels in a text are the words that were typed for
//     them. Where Slack passes on the id alone it is the person's name, and a
//     script that is saved so says it; a channel without a name stays its id.
//   - 2026-11-29: A filter that there is not is left out of a page with a note, and
//     so of its twin: only then has that a key beside the contract's, "ignored", with
//     the same sentences. A matrix reads the records of its clusters and customers
//     for the twin alone.
//   - 2026-11-29: Names in a line are kept apart in direction: by elements on the
//     page, in Slack by two characters and only around names that need them, since
//     what is copied from there is typed again.
//   - 2026-11-29: A shared link's histories leave out events of which nothing is
//     left without who and why: claims, blocks and notes.
//   - 2026-11-29: On paper a grid of more than eight customers goes on in lines of
//     six, by numbers. Its style is a sheet of its own, outside the pages' budgets.
package core
