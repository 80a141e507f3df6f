// Package bot is Rollcall's Slack half: the command table with its parser, help and forms, the
// dispatcher that turns what a person did into one operation or query of core and lays out its answer,
// and around it the Socket Mode loop and the delivery of notices.
//
// The dispatcher knows no Slack client and the loop knows no command. Neither knows rules: who may do
// what, and what follows from it, is core's business.
package bot
