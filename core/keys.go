package core

import (
	"strconv"
	"strings"
)

// The key space. Every key is readable, and fixed in width where it must sort:
//
//	meta/schema                                  version of this layout
//	meta/workspace                               the Slack workspace the file is bound to
//	meta/epoch                                   random, new at every restore; part of every rev
//	meta/enrolment                               newest enrolment id
//	person/<user>                                what is known of a Slack user
//	grant/<user>                                 a role given by hand
//	cluster/<id>  customer/<id>  release/<id>    records
//	serial/<release>                             the release's step serials
//	template/<release>/<number>                  template steps
//	text/<release>/<customer>/<number>/<rev>     wordings; customer 0 is the template's
//	enrolled/<release>                           who takes part, grouped by cluster
//	step/<release>/<customer>/<number>           what departs from template and enrolment
//	note/<release>/<customer>/<number>/<event>   remarks
//	frozen/<release>                             names as they were when it was archived
//	event/<seq>                                  history
//	key/<request key>                            receipts of the last 24 hours
//	outbox/<seq>/<n>                             what Slack is still to be told
//	bulk/<id>                                    plans of bulks, for half an hour
//	draft/<id>                                   contents that a form is open about
//	prefer/<user>                                what somebody has chosen for themselves
//	refused/<user>/<op>                          when somebody was last refused it: history tells of it once a minute
//	board/<release>                              where its board is
//	stale/<release>                              boards to be drawn anew
//	posted/<channel>/<message>                   what a milestone that was posted is about
//	reminder/<id>                                reminders
//	remindmark/<id>                              how far a reminder's schedule has been dealt with
//	link/<id>  linkuse/<id>                      shared links, and how often each was opened
//	signin/<sha256>  session/<sha256>            access to the page
//	ix/<table>/<index>/…                         indexes, kept by the tables
//
// Ids are decimal, eight digits; step numbers and revisions six; events ten.

func idKey(id int64) string { return string(appendKey(nil, id, 8)) }

func pairKey(release int64, number int) string {
	b := append(appendKey(make([]byte, 0, 15), release, 8), '/')
	return string(appendKey(b, int64(number), 6))
}

func stepKey(release, customer int64, number int) string {
	b := append(appendKey(make([]byte, 0, 24), release, 8), '/')
	b = append(appendKey(b, customer, 8), '/')
	return string(appendKey(b, int64(number), 6))
}

// appendKey writes a number with at least so many digits. A bulk change makes tens of thousands of keys.
func appendKey(b []byte, n int64, width int) []byte {
	for limit := int64(10); width > 1; width, limit = width-1, limit*10 {
		if n < limit {
			b = append(b, "00000000000"[:width-1]...)
			break
		}
	}
	return strconv.AppendInt(b, n, 10)
}

// splitStepKey reads what stepKey wrote.
func splitStepKey(key string) (release, customer int64, number int) {
	if len(key) < 24 {
		return 0, 0, 0
	}
	return decimal(key[:8]), decimal(key[9:17]), int(decimal(key[18:24]))
}

// decimal reads digits; keys are written by this package, so nothing else occurs.
func decimal(s string) int64 {
	var n int64
	for i := range len(s) {
		n = n*10 + int64(s[i]-'0')
	}
	return n
}

func seqKey(seq int64) string { return string(appendKey(nil, seq, 10)) }

// shortID is what people type: R12, D3, V1, C2.
func shortID(letter string, n int) string { return letter + strconv.Itoa(n) }

// splitShortID reads a letter and a positive number.
func splitShortID(s string) (letter string, n int64, ok bool) {
	if len(s) < 2 {
		return "", 0, false
	}
	n, err := strconv.ParseInt(s[1:], 10, 63)
	if err != nil || n <= 0 || s[1] == '+' {
		return "", 0, false
	}
	return strings.ToUpper(s[:1]), n, true
}

// stepsPerRelease spaces the integer ids of template steps by release and of
// customer steps by enrolment, so that both follow from where a step stands.
const stepsPerRelease = 1_000_000

func templateID(release int64, number int) int64 { return release*stepsPerRelease + int64(number) }

func customerStepID(enrolment int64, number int) int64 {
	return enrolment*stepsPerRelease + int64(number)
}

// formatRev is how a record's newest event is written as a rev.
func formatRev(seq int64) string { return strconv.FormatInt(seq, 36) }
