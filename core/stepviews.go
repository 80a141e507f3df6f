package core

import (
	"context"
	"fmt"

	"rollcall/storage"
)

// findPart resolves a release and a customer to the customer's part in it.
func findPart(r storage.Reader, release, customer string) (*part, error) {
	rel, err := findRelease(r, release, anyState)
	if err != nil {
		return nil, err
	}
	cust, err := findCustomer(r, customer, anyState)
	if err != nil {
		return nil, err
	}
	return loadPart(r, rel, cust)
}

// CustomerSteps is one customer's steps in one release, in the order of work.
func (s *Service) CustomerSteps(ctx context.Context, a Actor, release, customer string) (*CustomerSteps, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*CustomerSteps, error) {
		p, err := findPart(r, release, customer)
		if err != nil {
			return nil, err
		}
		t := p.tally()
		out := &CustomerSteps{Customer: p.customer(&t), Progress: t.progress(), Withdrawn: p.enrolled.Withdrawn}
		out.Deploy = StepList{Progress: out.Progress.Deploy, Steps: []StepView{}}
		out.Verify = StepList{Progress: out.Progress.Verify, Steps: []StepView{}}
		if out.Release, err = releaseView(r, p.rel); err != nil {
			return nil, err
		}
		states, err := p.steps(r)
		if err != nil {
			return nil, err
		}
		names := newNamer(r)
		for _, st := range states {
			v, err := p.view(r, names, s.epoch, st, false)
			if err != nil {
				return nil, err
			}
			list := &out.Deploy
			if v.Category == Verify {
				list = &out.Verify
			}
			list.Steps = append(list.Steps, v)
		}
		return out, nil
	})
}

// Step is everything about one customer's step: content, original and history.
func (s *Service) Step(ctx context.Context, a Actor, q StepQuery) (*StepDetail, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*StepDetail, error) {
		p, err := findPart(r, q.Release, q.Customer)
		if err != nil {
			return nil, err
		}
		st, err := findAnyStep(r, p.rel, p.cust, q.Step)
		if err != nil {
			return nil, err
		}
		return s.stepDetail(r, p, st)
	})
}

func (s *Service) stepDetail(r storage.Reader, p *part, st *stepState) (*StepDetail, error) {
	st.cust, st.cluster = p.cust, p.cluster
	t := p.tally()
	out := &StepDetail{Customer: p.customer(&t)}
	var err error
	if out.Release, err = releaseView(r, p.rel); err != nil {
		return nil, err
	}
	if out.Step, err = p.view(r, newNamer(r), s.epoch, st, true); err != nil {
		return nil, err
	}
	if out.Original, err = original(r, st); err != nil {
		return nil, err
	}
	if out.History, err = stepHistory(r, st, p.enrolled); err != nil {
		return nil, err
	}
	out.setThen()
	v := &out.Step
	out.FileName = fileName(p.rel.Label(), v.ClusterName, v.Namespace, v.Category, v.Position, v.Name, v.Type)
	return out, nil
}

// original is what the template says of an overridden step; nil for any other.
func original(r storage.Reader, st *stepState) (*Original, error) {
	if st.rec.Override == 0 || st.rec.Custom || st.template == nil {
		return nil, nil
	}
	w, err := readWording(r, st.rel.ID, 0, st.template.Number, st.template.Revision)
	if err != nil {
		return nil, err
	}
	filled := read(w.Content).fill(present(st.rel, st.cust, st.cluster))
	return &Original{Name: w.Name, Type: w.Type, Content: filled, MovedOn: st.rec.OverrideFrom != st.template.Revision}, nil
}

// Across is one template step across the customers of a release, by cluster
// and name. Withdrawn customers are left out.
func (s *Service) Across(ctx context.Context, a Actor, release, step string) (*StepAcross, error) {
	return ask(ctx, s, a, func(r storage.Reader) (*StepAcross, error) {
		rel, tm, err := findReleaseStep(r, release, step)
		if err != nil {
			return nil, err
		}
		out := &StepAcross{Customers: []StepView{}}
		if out.Release, err = releaseView(r, rel); err != nil {
			return nil, err
		}
		if out.Step, err = templateView(r, tm, true); err != nil {
			return nil, err
		}
		sh, err := loadSheet(r, rel, nil)
		if err != nil {
			return nil, err
		}
		names := newNamer(r)
		var avg average
		err = sh.each(r, func(p *part) error {
			rec, err := stepTable.get(r, stepKey(rel.ID, p.cust.ID, tm.Number))
			if err != nil {
				return err
			}
			if rec != nil && rec.Custom || tm.Removed && (rec == nil || rec.Status == Pending) {
				return nil // this customer has no such step any more
			}
			st, err := loadState(r, rel, p.cust, p.cluster, tm, rec)
			if err != nil {
				return err
			}
			v, err := p.view(r, names, s.epoch, st, false)
			if err != nil {
				return err
			}
			out.Customers = append(out.Customers, v)
			var n [4]int
			n[v.Status]++
			avg.add(n)
			return nil
		})
		out.Progress = avg.counts()
		return out, err
	})
}

// each visits the customers that take part, by cluster and name, withdrawn
// ones left out. Their parts come without records.
func (sh *sheet) each(r storage.Reader, f func(*part) error) error {
	for _, sec := range sh.sections {
		cl, err := clusters.get(r, idKey(sec.cluster.ID))
		if err != nil {
			return err
		}
		if cl == nil {
			return fmt.Errorf("there is no cluster %d", sec.cluster.ID)
		}
		cl.Name = sec.cluster.Name
		for _, m := range sec.members {
			if m.enrolled.Withdrawn {
				continue
			}
			cust, err := customerAs(r, m.customer, m.name, m.namespace, cl.ID)
			if err != nil {
				return err
			}
			if err := f(&part{sheet: sh, cust: cust, cluster: cl, enrolled: m.enrolled}); err != nil {
				return err
			}
		}
	}
	return nil
}

// customerAs reads a customer under the names and on the cluster that a release shows.
func customerAs(r storage.Reader, id int64, name, namespace string, cluster int64) (*Customer, error) {
	c, err := customers.get(r, idKey(id))
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, fmt.Errorf("there is no customer %d", id)
	}
	c.Name, c.Namespace, c.ClusterID = name, namespace, cluster
	return c, nil
}
