package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"rollcall/fixtures"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// customerFile is one of the files that people of the scenarios give.
func customerFile(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixtures.Root(t), "fixtures", "scenarios", "files", name+".csv"))
	require.NoError(t, err)
	return text
}

func (o *office) hasClusters() {
	o.types("ann", "cluster add prod-us")
	o.types("ann", "cluster add prod-eu")
}

func TestFM001CustomersFromAFileGivenInAForm(t *testing.T) {
	o := newOffice(t)
	o.hasClusters()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	form := o.types("ann", "customer import").Modal
	require.NotNil(t, form, "the file is asked for")
	before := o.newest()

	form.Attach("File", "wrong.csv", customerFile(t, "F0SHORT"))
	outcome, err := form.Submit(ctx)
	require.NoError(t, err)
	assert.Contains(t, fmt.Sprint(outcome.Errors), "Line 5")
	assert.Equal(t, before, o.newest())

	form = o.types("ann", "customer import").Modal
	form.Attach("File", "customers.csv", customerFile(t, "F0GOOD"))
	_, err = form.Submit(ctx)
	require.NoError(t, err)
	plan, err := o.slack.User("ann").WaitFor(ctx, "#ops", "Import 3 new customers")
	require.NoError(t, err)
	assert.Contains(t, plan.String(), "prod-eu / cust-d-prod")
	assert.Equal(t, before, o.newest(), "looking changes nothing")
	answer, err := o.slack.User("ann").Click(ctx, plan, "Confirm")
	require.NoError(t, err)
	assert.Contains(t, answer.String(), "Imported 3 new customers")
	assert.Equal(t, before+1, o.newest())
	assert.Contains(t, o.types("ann", "customer list").String(), "Customer D, Ltd")
}

func TestAFileOfCustomersThatIsTooLargeIsRefused(t *testing.T) {
	o := newOffice(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	form := o.types("ann", "customer import").Modal
	form.Attach("File", "customers.csv", make([]byte, 6<<20))
	outcome, err := form.Submit(ctx)
	require.NoError(t, err)
	assert.Contains(t, fmt.Sprint(outcome.Errors), "larger than 5 MB")
}

func TestThousandsOfCustomersFromAFile(t *testing.T) {
	o := newOffice(t)
	o.hasClusters()
	text := []byte("name,cluster,namespace\n")
	for i := range 1000 {
		for _, cluster := range []string{"prod-us", "prod-eu"} {
			text = append(text, []byte("Customer "+number(i)+","+cluster+",cust-"+number(i)+"\n")...)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	form := o.types("ann", "customer import").Modal
	form.Attach("File", "customers.csv", text)
	_, err := form.Submit(ctx)
	require.NoError(t, err)
	plan, err := o.slack.User("ann").WaitFor(ctx, "#ops", "Import 2000 new customers")
	require.NoError(t, err, "%v\n%s", o.slack.User("ann").Sees("#ops"), o.serve.err)
	_, err = o.slack.User("ann").Click(ctx, plan, "Confirm")
	require.NoError(t, err)
	_, err = o.slack.User("ann").WaitFor(ctx, "#ops", "Imported 2000 new customers")
	require.NoError(t, err, "%v\n%s", o.slack.User("ann").Sees("#ops"), o.serve.err)
	var list struct{ Customers []struct{ ID int64 } }
	o.get("/customers.json", &list)
	assert.Len(t, list.Customers, 2000)
}

func number(i int) string {
	digits := []byte("0000")
	for p := 3; p >= 0; p-- {
		digits[p] = byte('0' + i%10)
		i /= 10
	}
	return string(digits)
}

func TestFM001CustomersFromAFileDroppedIntoAConversation(t *testing.T) {
	o := newOffice(t)
	o.hasClusters()
	ann := o.slack.User("ann")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	before := o.newest()

	plan, err := ann.TypeWithFile(ctx, "@rollcall", "", "", "customers.csv", customerFile(t, "F0GOOD"))
	require.NoError(t, err)
	assert.Contains(t, plan.String(), "Import 3 new customers", "in the bot's own conversation the file is enough")
	assert.Equal(t, before, o.newest())
	require.NotEmpty(t, plan.Messages)
	answer, err := ann.Click(ctx, plan.Messages[len(plan.Messages)-1], "Confirm")
	require.NoError(t, err)
	assert.Contains(t, answer.String(), "Imported 3 new customers")
	assert.Equal(t, before+1, o.newest())

	plan, err = ann.TypeWithFile(ctx, "#ops", "", "@rollcall customer import", "customers.csv", customerFile(t, "F0RULES"))
	require.NoError(t, err)
	assert.Contains(t, plan.String(), "Line 3")
	assert.Contains(t, plan.String(), "prod-xx")

	other, err := ann.TypeWithFile(ctx, "@rollcall", "", "", "holiday.png", []byte("\x89PNG"))
	require.NoError(t, err)
	assert.Contains(t, other.String(), "CSV file with the columns", "what it takes")
	assert.Equal(t, before+1, o.newest())
}
