// Package core is Rollcall's domain: clusters, customers, releases and their
// steps, the operations that change them and the views that show them.
//
// It knows the rules, who may do what, and how every record is laid out in an
// ordered key space. It must not know Slack, HTTP, schedules or a logger, nor
// read a clock, randomness or the environment: those are handed in.
//
// Everything that changes state goes through Service.Do, in one transaction
// with the event that records it. Everything that is shown is a view.
package core
