package core_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rollcall/core"
)

// forAnybody are the questions that a person without any role may ask, and why.
var forAnybody = map[string]string{
	"Shared": "says nothing of those who came by no shared link",
	"WhoAmI": "says that one has no role, and who can give one",
}

// ownQuestions are methods that ask for no actor: the program's own parts call them, and hand nothing of what they
// return to people but what an operation or a view has decided.
var ownQuestions = map[string]string{
	"Revision": "a number", "Changed": "a time",
	"Epoch": "a random name", "Check": "the command line", "Workspace": "the start", "Bind": "the start", "Restored": "the command line",
	"Watch": "a signal without content", "Wake": "the deliverer", "Notices": "the deliverer", "Delivered": "the deliverer", "Failed": "the deliverer", "Backlog": "the metrics",
	"StaleBoards": "the deliverer", "Board": "the deliverer", "KeepBoard": "the deliverer", "FailBoard": "the deliverer", "RedrawBoards": "the deliverer",
	"ThreadOf": "finds what a thread is about, for a command that is then checked", "Tidy": "the hourly cleaning", "SeePerson": "Slack's events",
	"DueReminders": "the reminders", "MarkReminder": "the reminders", "AlertAdmin": "the backups",
	"Redeem": "the token is the right", "Session": "the token is the right", "EndSession": "the token is the right",
}

// Every question that a Service answers is refused to guests, strangers, bots, deactivated people and nobody in
// particular, before it says anything: not even whether what was asked for exists. A new method is held to it by
// itself; one that takes no actor must be named above, with its reason.
func TestEveryReadIsRefusedToThoseWithoutARole(t *testing.T) {
	h := newHouse(t)
	h.active()
	service := reflect.ValueOf(h.Service)
	actor, checked := reflect.TypeFor[core.Actor](), 0
	for i := range service.NumMethod() {
		method, name := service.Method(i), service.Type().Method(i).Name
		in := method.Type()
		if in.NumIn() < 2 || in.In(1) != actor {
			assert.Contains(t, ownQuestions, name, "%s takes no actor: give it one, or a reason", name)
			continue
		}
		if name == "Do" || name == "DoAsOf" || forAnybody[name] != "" { // Do: TestUS003EveryOperationByEveryRole
			continue
		}
		checked++
		for _, user := range []string{gus, sam, robo, dora, "UNOBODY", ""} {
			who := core.Actor{}
			if user != "" {
				who = core.Person(user, core.ViaSlash)
			}
			args := []reflect.Value{reflect.ValueOf(context.Background()), reflect.ValueOf(who)}
			for j := 2; j < in.NumIn(); j++ {
				args = append(args, someOf(in.In(j)))
			}
			out := method.Call(args)
			err, _ := out[len(out)-1].Interface().(error)
			assert.Equal(t, core.Forbidden, core.ErrorCode(err), "%s to %q: %v", name, user, err)
			for _, v := range out[:len(out)-1] {
				assert.True(t, v.IsZero(), "%s gives %q something beside its refusal", name, user)
			}
		}
	}
	require.Greater(t, checked, 25, "the questions of people")
	for name := range ownQuestions {
		_, there := service.Type().MethodByName(name)
		assert.True(t, there, "%s is no more: take it off the list", name)
	}
}

// someOf is an argument of a type: nothing, where nothing is a value.
func someOf(t reflect.Type) reflect.Value {
	switch {
	case t == reflect.TypeFor[core.Operation]():
		return reflect.ValueOf(core.AddNote{Target: at("cust-a-prod", "D1"), Text: "mine"})
	case t.Kind() == reflect.Pointer:
		return reflect.New(t.Elem())
	}
	return reflect.Zero(t)
}
