// # What threatens it, and what stands in the way
//
// Slack speaks for people: it has checked who they are, over a connection that the program itself opened and that
// nobody else can speak on. So what is asked is not who somebody is but what they may do. Who could do harm, and how:
//
// A member without the role asks for a change or a page. Roles are checked in core, for every operation and every read,
// before anything is said of what was asked for (TestUS003EveryOperationByEveryRole, TestEveryReadIsRefusedToThoseWithoutARole).
//
// A guest, a stranger from a shared channel, a bot, or somebody whose account has ended: nothing, also with a session
// that was opened before, because the person is looked at again on every request (TestEveryPageByEverybody).
//
// Somebody who writes: names, notes and step contents can notify no channel, break no message and run no script; what
// is typed is taken apart by parsers that are fuzzed (FuzzTypedCommand, FuzzMarkdown, FuzzFormState). Step contents are
// shown, never run: running them is the reader's own decision, with the target line before their eyes.
//
// Somebody who finds a link: tokens are 32 random bytes, kept as their digests, end after a while and are spent by a
// POST, so that whoever only fetches an address sees and spends nothing (TestSignInOpensOneSession).
//
// Somebody who reads the log, the metrics or the environment: no token, session, response URL or content is in them
// (TestNoSecretIsWrittenAnywhere). The database file and its copies hold contents in clear, with mode 0600.
//
// Somebody on the network of the status page: it cannot change anything, sizes and times are bounded, and many clients
// wait for one another (TestSlowAndGreedyClientsKeepNobodyFromReading). TLS is the proxy's, and asked for off loopback.
//
// Slack itself, in trouble: envelopes come twice, late and in another order, calls fail in every way (TestEveryEnvelopeTwice,
// TestEveryMethodOfSlackFailsForAMoment). A Slack that lies is out of scope: it could speak as anybody.
//
// Whoever is root on the machine, or holds the file, can do everything: out of scope. A workspace's owner is an admin by
// design.
package main
