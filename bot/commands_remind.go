package bot

import (
	"fmt"
	"strings"

	"rollcall/bot/blocks"
	"rollcall/core"
)

// remindCommands keep the reminders of channels.
func remindCommands() []*Command {
	which := Arg{Name: "reminder", Also: []string{"id"}, Kind: Reminder, Place: true, Help: "its number; may be left out while there is one"}
	channel := Arg{Name: "channel", Kind: Channel, Help: "where it speaks", Example: "#ops"}
	when := Arg{Name: "schedule", Also: []string{"at", "when"}, Kind: Words, Help: "days and a time, or a cron expression", Example: "weekdays 09:30", Live: true}
	scope := []Arg{
		{Name: "release", Kind: Release, Help: "only this one; otherwise every active release", All: "Every active release", Preset: allOf},
		{Name: "cluster", Kind: Cluster, Help: "only this one; otherwise every cluster", All: "Every cluster", Preset: allOf},
		{Name: "zone", Also: []string{"tz"}, Kind: Words, Help: "whose clock counts; otherwise yours", Example: "Europe/Berlin"},
		{Name: "off", Also: []string{"dates_off"}, Label: "Dates off", Kind: Words, Help: "dates on which it is silent, separated by commas", Example: "2026-12-24,2026-12-25"}}
	added := []Arg{channel, when}
	for i := range added {
		added[i].Place, added[i].Required = true, true
	}
	anywhere := append([]Arg{}, scope...)
	anywhere[0].Help, anywhere[1].Help = "only this one; all for every active release", "only this one; all for every cluster"
	anywhere[2].Stays = true
	return []*Command{
		{Noun: "remind", Verb: "list", Aliases: []string{"ls"}, Summary: "The reminders of all channels",
			Args: []Arg{pageArg, viewArg}, Examples: []string{"remind list"},
			Show: func(c *call) (blocks.Message, error) {
				v, err := c.bot.core.Reminders(c.ctx, c.actor)
				return draw(err, func() blocks.Message { return blocks.Reminders(*v, c.bot.cfg.Now(), c.page(), c.env) })
			}},
		{Noun: "remind", Verb: "add", Aliases: []string{"create", "new"}, Summary: "Tell a channel regularly what is still open",
			Args:     append(added, scope...),
			Examples: []string{`remind add <#C012ABCDEF> "weekdays 09:30"`, `remind add <#C012ABCDEF> "mon,thu 14:00" release=v2.5.0 cluster=prod-us zone=Europe/Berlin off=2026-12-24`},
			Op: func(in In) core.Operation {
				return core.AddReminder{Channel: channelID(in.Str("channel")), Schedule: in.Str("schedule"), Zone: in.Str("zone"),
					Release: in.Str("release"), Cluster: in.Str("cluster"), Off: in.List("off")}
			}},
		{Noun: "remind", Verb: "edit", Aliases: []string{"update", "change", "set"}, Summary: "Change a reminder",
			Args:     append([]Arg{which, stays(channel), stays(when)}, append(anywhere, revArg)...),
			Examples: []string{`remind edit 1 schedule="daily 09:00" off=2026-12-24,2026-12-25`, "remind edit 1 release=all"},
			Present:  presentReminder,
			Op: func(in In) core.Operation {
				op := core.EditReminder{Reminder: in.Str("reminder"), Schedule: in.Ptr("schedule"), Zone: in.Ptr("zone"),
					Release: in.Ptr("release"), Cluster: in.Ptr("cluster"), Rev: in.Str("rev")}
				if in.Has("channel") {
					id := channelID(in.Str("channel"))
					op.Channel = &id
				}
				if in.Has("off") {
					off := in.List("off")
					op.Off = &off
				}
				return op
			}},
		{Noun: "remind", Verb: "pause", Aliases: []string{"stop"}, Summary: "Silence a reminder until it is resumed",
			Args: []Arg{which}, Examples: []string{"remind pause 1"},
			Op: func(in In) core.Operation { return core.PauseReminder{Reminder: in.Str("reminder")} }},
		{Noun: "remind", Verb: "resume", Summary: "Let a silenced reminder speak again",
			Args: []Arg{which}, Examples: []string{"remind resume 1"},
			Op: func(in In) core.Operation { return core.ResumeReminder{Reminder: in.Str("reminder")} }},
		{Noun: "remind", Verb: "remove", Aliases: []string{"delete", "rm"}, Summary: "End a reminder",
			Args: []Arg{which}, Examples: []string{"remind remove 1"},
			Op: func(in In) core.Operation { return core.RemoveReminder{Reminder: in.Str("reminder")} }},
		{Noun: "remind", Verb: "snooze", Summary: "Silence a reminder for a while; its schedule stays",
			Args: []Arg{help(required(which), "its number"), {Name: "until", Also: []string{"for"}, Kind: Day, Place: true, Required: true,
				Help: "1h, 4h, tomorrow or a date; then it speaks once more"}},
			Examples: []string{"remind snooze 1 4h", "remind snooze 1 tomorrow", "remind snooze 1 until=2026-12-07"},
			Op: func(in In) core.Operation {
				return core.SnoozeReminder{Reminder: in.Str("reminder"), Until: in.Str("until")}
			}},
		{Noun: "remind", Verb: "test", Aliases: []string{"preview"}, Summary: "What a reminder would say now",
			Args: []Arg{which}, Examples: []string{"remind test 1"},
			Show: func(c *call) (blocks.Message, error) {
				m, err := c.bot.core.Reminder(c.ctx, c.actor, c.in.Str("reminder"))
				if err != nil {
					return blocks.Message{}, err
				}
				v, err := c.bot.core.OpenWorkFor(c.ctx, c.actor, &m.Reminder)
				return draw(err, func() blocks.Message { return blocks.ReminderTest(*m, *v, c.bot.cfg.Now(), c.env) })
			}},
	}
}

// reminderOptions is the reminders there are.
func (c *call) reminderOptions() ([]blocks.Option, error) {
	v, err := c.bot.core.Reminders(c.ctx, c.actor)
	if err != nil {
		return nil, err
	}
	var out []blocks.Option
	for i := range v.Reminders {
		ref := v.Reminders[i].Ref()
		out = append(out, blocks.Option{Value: ref, Label: ref + " · " + v.Reminders[i].Schedule})
	}
	return out, nil
}

func presentReminder(c *call) (map[string]string, error) {
	m, err := c.bot.core.Reminder(c.ctx, c.actor, c.in.Str("reminder"))
	if err != nil {
		return nil, err
	}
	release, cluster := allOf, allOf
	if m.ReleaseID != 0 {
		release = fmt.Sprint("R", m.ReleaseID)
	}
	if m.ClusterID != 0 {
		cluster = fmt.Sprint(m.ClusterID)
	}
	var off []string
	for _, d := range m.Off {
		off = append(off, string(d))
	}
	return map[string]string{"channel": m.Channel, "schedule": m.Schedule, "zone": m.Zone, "release": release, "cluster": cluster,
		"off": strings.Join(off, ","), revArg.Name: m.Rev()}, nil
}
