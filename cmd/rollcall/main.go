// Command rollcall is a Slack bot with a read-only status page that tracks a release across many customers.
package main

func main() {}
