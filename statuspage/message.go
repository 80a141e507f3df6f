package statuspage

import (
	"encoding/json"

	"rollcall/core"
)

// changed is what a message holds.
type changed struct {
	Grids     []int64             `json:"cl,omitempty"` // clusters to draw again
	Cells     [][5]any            `json:"c,omitempty"`  // customer, short id, class, word, what the marks say
	All       *bars               `json:"all,omitempty"`
	Clusters  map[string]bars     `json:"in,omitempty"` // by cluster
	Customers map[string][]string `json:"of,omitempty"` // by customer: deploy, verify
}

// bars are how far something is, in the words that the pages have for it.
type bars struct {
	All      bar  `json:"a"`
	Deploy   bar  `json:"deploy"`
	Verify   bar  `json:"verify"`
	Complete bool `json:"done"`
	Reverted bool `json:"back"`
}

type bar struct {
	Share  int32  `json:"n"` // hundredths of a percent
	Text   string `json:"t"` // "51%"
	Counts string `json:"s"` // "12 done, 3 pending"
	Done   string `json:"d"` // "12/15"
}

func barOf(c core.Counts) bar {
	return bar{int32(c.Percent), c.Percent.String(), countsText(c), number(c.Done) + "/" + number(c.Total)}
}

func barsOf(p core.Progress) bars {
	return bars{barOf(p.Counts), barOf(p.Deploy), barOf(p.Verify), p.Complete, p.Reverted > 0}
}

func delta(n *core.News) changed {
	all := barsOf(n.All)
	d := changed{All: &all, Clusters: map[string]bars{}, Customers: map[string][]string{}}
	for _, c := range n.Cells {
		st := stateOf(c.Status)
		class, words := st.Class, ""
		for _, m := range markClasses {
			if c.Marks&m.mark != 0 {
				class, words = class+m.class, words+m.word
			}
		}
		d.Cells = append(d.Cells, [5]any{c.Customer, c.Step, class, st.Word, words})
	}
	for id, p := range n.Clusters {
		d.Clusters[decimal(id)] = barsOf(p)
	}
	for id, p := range n.Customers {
		d.Customers[decimal(id)] = []string{p.Deploy.Percent.String(), p.Verify.Percent.String()}
	}
	return d
}

// event words one message of a stream.
func event(at position, name string, data changed) string {
	b, err := json.Marshal(data)
	if err != nil { // cannot be: numbers and constant words
		b, name = []byte("{}"), "reset"
	}
	return "id: " + at.String() + "\nevent: " + name + "\ndata: " + string(b) + "\n\n"
}
