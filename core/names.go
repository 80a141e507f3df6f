package core

import (
	"context"
	"slices"
	"strings"

	"rollcall/storage"
)

// NamesIn puts names together again that were cut at their commas: what people list stands with commas between, and a
// name may hold one. Of several that begin at a place the longest is meant. Everything else stays as it is.
func NamesIn(asked, names []string) (out []string) {
	for len(asked) > 0 {
		n, one := 1, asked[0]
		for _, name := range names {
			if k := strings.Count(name, ",") + 1; k > n && k <= len(asked) && uncut(name) == uncut(strings.Join(asked[:k], ",")) {
				n, one = k, name
			}
		}
		out, asked = append(out, one), asked[n:]
	}
	return out
}

// uncut is a name for comparing, whatever spaces there were at its commas.
func uncut(name string) string {
	parts := strings.Split(fold(name), ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return strings.Join(parts, ",")
}

// namesOf are the names of clusters.
func namesOf(all []ClusterRef) []string {
	out := make([]string, len(all))
	for i, c := range all {
		out[i] = c.Name
	}
	return out
}

// findAll finds everything that is listed, each once. What is wrong is said of a field.
func (f *finder[T, P]) findAll(r storage.Reader, asked []string, sc scope, field string) (out []P, err error) {
	if asked, err = f.whole(r, asked); err != nil {
		return nil, err
	}
	for _, ref := range asked {
		p, err := f.find(r, ref, sc)
		if err != nil {
			return nil, inField(err, field)
		}
		if !slices.ContainsFunc(out, func(o P) bool { return f.ref(o) == f.ref(p) }) {
			out = append(out, p)
		}
	}
	return out, nil
}

// whole is what is listed, with the names put together again that were cut at their commas.
func (f *finder[T, P]) whole(r storage.Reader, asked []string) ([]string, error) {
	if len(asked) < 2 {
		return asked, nil
	}
	var names []string
	for _, part := range asked[:len(asked)-1] {
		for _, comma := range []string{",", " ,"} {
			for key, err := range f.table.lookup(r, "name", fold(part)+comma, true) {
				if err != nil {
					return nil, err
				}
				p, err := f.table.get(r, key)
				if err != nil {
					return nil, err
				}
				if p != nil {
					names = append(names, f.name(p))
				}
			}
		}
	}
	return NamesIn(asked, names), nil
}

// ListedClusters is the clusters of a list that was cut at its commas, as each was named.
func (s *Service) ListedClusters(ctx context.Context, a Actor, asked []string) ([]string, error) {
	return listed(ctx, s, a, clusterFinder, asked)
}

// ListedCustomers is the same of customers.
func (s *Service) ListedCustomers(ctx context.Context, a Actor, asked []string) ([]string, error) {
	return listed(ctx, s, a, customerFinder, asked)
}

func listed[T any, P record[T]](ctx context.Context, s *Service, a Actor, f *finder[T, P], asked []string) ([]string, error) {
	out, err := ask(ctx, s, a, func(r storage.Reader) (*[]string, error) {
		out, err := f.whole(r, asked)
		return &out, err
	})
	if err != nil {
		return nil, err
	}
	return *out, nil
}
