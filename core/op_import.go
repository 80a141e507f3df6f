package core

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

func (Import) Op() string  { return "import" }
func (Import) Needs() Role { return Admin }

// run takes the entries in the order clusters, customers, releases, so that a file may refer to itself.
func (op Import) run(t *tx) error {
	im := newImporter(t, op)
	for i := range op.Clusters {
		c := &op.Clusters[i]
		im.entry(c.Line, c.ID, "cluster", c.Name, func() (string, error) { return im.cluster(c) })
	}
	for i := range op.Customers {
		c := &op.Customers[i]
		if im.entry(c.Line, c.ID, "customer", c.Cluster+" / "+c.Namespace, func() (string, error) { return im.customer(c) }) {
			row := &im.plan.Rows[len(im.plan.Rows)-1]
			row.Name = c.Name + " · " + row.Name
		}
	}
	for _, archive := range im.archives {
		if len(im.problems) > 0 || im.broken != nil {
			break
		}
		im.failed(archive.line, archive.op.run(t))
	}
	for i := range op.Releases {
		im.release(&op.Releases[i])
	}
	switch {
	case im.broken != nil:
		return im.broken
	case len(im.problems) > 0:
		return &Error{Code: Invalid, Msg: "The file breaks a rule in " + count(len(im.problems), "place"),
			Hint: "Nothing was changed.", Preview: im.problems}
	case !op.Confirm:
		return &Error{Code: Confirm, Msg: "Import " + im.summary() + "?", Hint: "Confirm to do it.", Preview: &im.plan}
	}
	t.final = true
	t.receipt = Receipt{Op: op.Op(), Warnings: t.receipt.Warnings}
	t.event.Cluster, t.event.Customer, t.event.Release, t.event.Step, t.event.Text = 0, 0, 0, "", ""
	t.about(im.summary(), "Imported %s", im.summary())
	return nil
}

// importer is an import at work.
type importer struct {
	t        *tx
	file     Import
	plan     ImportPlan
	problems ImportProblems
	lines    map[string]int // where each entry stood first
	broken   error          // a fault of ours

	used      map[string]bool  // records that an entry has found
	clusters  map[int64]string // id in an export → key here
	customers map[int64]string
	archives  []archiving // what is archived once everything in it is there
}

type archiving struct {
	line int
	op   Operation
}

func newImporter(t *tx, file Import) *importer {
	return &importer{t: t, file: file, lines: map[string]int{}, used: map[string]bool{}, clusters: map[int64]string{}, customers: map[int64]string{}}
}

// What an import does with an entry.
const (
	importAdd    = "add"
	importChange = "change"
	importKeep   = "keep"
)

// entry runs one entry and writes down what became of it. It reports whether that went well.
func (im *importer) entry(line int, id int64, noun, name string, do func() (string, error)) bool {
	at := noun + " " + fold(name)
	if first, twice := im.lines[at]; twice && id == 0 {
		im.problem(line, fmt.Sprintf("The %s %s stands in line %d already", noun, name, first))
		return false
	}
	im.lines[at] = line
	action, err := do()
	if im.failed(line, err) {
		return false
	}
	im.plan.Rows = append(im.plan.Rows, ImportRow{Line: line, Noun: noun, Name: name, Action: action})
	return true
}

// failed writes down what was wrong with an entry, and reports whether anything was.
func (im *importer) failed(line int, err error) bool {
	if err == nil {
		return false
	}
	var refusal *Error
	if !errors.As(err, &refusal) || refusal.Code == Internal {
		im.broken = errors.Join(im.broken, err)
		return true
	}
	im.problem(line, strings.TrimSpace(refusal.Msg+". "+refusal.Hint))
	return true
}

func (im *importer) problem(line int, text string) {
	im.problems = append(im.problems, ImportProblem{Line: line, Text: strings.TrimSuffix(text, ".")})
}

// take finds the first of some records that no entry has found yet; empty when there is none.
func (im *importer) take(table string, keys []string) string {
	for _, key := range keys {
		if at := table + "/" + key; !im.used[at] {
			im.used[at] = true
			return key
		}
	}
	return ""
}

func gone(active *bool) bool { return active != nil && !*active }

func (im *importer) cluster(c *ImportCluster) (action string, err error) {
	active, err := clusters.holder(im.t, "active-name", fold(c.Name))
	if err != nil {
		return "", err
	}
	key := active
	defer func() {
		if err == nil { // what was refused is not there
			im.clusters[c.ID] = key
		}
	}()
	if gone(c.IsActive) {
		archived, err := im.archivedClusters(c.Name)
		if err != nil {
			return "", err
		}
		if key = im.take("cluster", archived); key != "" {
			return importKeep, nil
		}
		if key = active; key == "" || im.clusterStays(c) {
			id, err := clusters.newID(im.t)
			if err != nil {
				return "", err
			}
			key = idKey(id)
			im.used["cluster/"+key] = true
			n := &Cluster{ID: id, CreatedAt: im.t.now}
			if err := n.word(&c.Name, orEmpty(c.KubeconfigPath), orEmpty(c.Description), c.Metadata); err != nil {
				return "", err
			}
			return importAdd, clusters.put(im.t, n)
		}
		im.archives = append(im.archives, archiving{c.Line, ArchiveCluster{Cluster: refOf(key)}})
	}
	if key == "" {
		if err := (AddCluster{Name: c.Name, KubeconfigPath: text(c.KubeconfigPath), Description: text(c.Description), Metadata: c.Metadata}).run(im.t); err != nil {
			return "", err
		}
		key = idKey(im.t.receipt.Cluster)
		return importAdd, nil
	}
	return change(im.t, clusters, key, EditCluster{Cluster: refOf(key), Name: &c.Name, KubeconfigPath: c.KubeconfigPath,
		Description: c.Description, Metadata: c.Metadata})
}

// archivedClusters is the keys of the archived clusters of a name, oldest first.
func (im *importer) archivedClusters(name string) (keys []string, err error) {
	for k, err := range clusters.lookup(im.t, "name", fold(name), false) {
		if err != nil {
			return nil, err
		}
		c, err := clusters.get(im.t, k)
		if err != nil {
			return nil, err
		}
		if !c.IsActive {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// clusterStays is true when the file has a cluster in use under the name of an archived one.
func (im *importer) clusterStays(c *ImportCluster) bool {
	return slices.ContainsFunc(im.file.Clusters, func(o ImportCluster) bool { return !gone(o.IsActive) && fold(o.Name) == fold(c.Name) })
}

// home is the cluster that a customer's entry names, by its whole name.
func (im *importer) home(c *ImportCustomer) (*Cluster, error) {
	if key := im.clusters[c.ClusterID]; c.ClusterID != 0 && key != "" {
		return clusters.get(im.t, key)
	}
	key, err := clusters.holder(im.t, "active-name", fold(c.Cluster))
	if err != nil {
		return nil, err
	}
	if key == "" {
		archived, err := im.archivedClusters(c.Cluster)
		switch {
		case err != nil:
			return nil, err
		case strings.TrimSpace(c.Cluster) == "":
			return nil, invalid("cluster", "The cluster is missing")
		case len(archived) == 0:
			return nil, refuse(NotFound, "There is no cluster %q", clip(c.Cluster, nameLimit))
		case !gone(c.IsActive):
			return nil, refuse(Conflict, "Cluster %s is archived", c.Cluster).hint("Restore it first.")
		}
		key = archived[len(archived)-1]
	}
	return clusters.get(im.t, key)
}

func (im *importer) customer(c *ImportCustomer) (action string, err error) {
	cl, err := im.home(c)
	if err != nil {
		return "", err
	}
	active, err := customers.holder(im.t, "active-place", idKey(cl.ID)+"/"+strings.TrimSpace(c.Namespace))
	if err != nil {
		return "", err
	}
	key := active
	defer func() {
		if err == nil {
			im.customers[c.ID] = key
		}
	}()
	if gone(c.IsActive) {
		archived, err := im.archivedCustomers(cl, c)
		if err != nil {
			return "", err
		}
		if key = im.take("customer", archived); key != "" {
			return importKeep, nil
		}
		if key = active; key == "" || im.customerStays(c) {
			id, err := customers.newID(im.t)
			if err != nil {
				return "", err
			}
			key = idKey(id)
			im.used["customer/"+key] = true
			n := &Customer{ID: id, ClusterID: cl.ID, CreatedAt: im.t.now}
			if err := n.word(&c.Name, &c.Namespace, orEmpty(c.Description), c.Metadata); err != nil {
				return "", err
			}
			return importAdd, customers.put(im.t, n)
		}
		im.archives = slices.Insert(im.archives, 0, archiving{c.Line, ArchiveCustomer{Customer: refOf(key)}}) // before its cluster
	}
	if key == "" {
		if err := (AddCustomer{Name: c.Name, Cluster: refOf(idKey(cl.ID)), Namespace: c.Namespace, Description: text(c.Description), Metadata: c.Metadata}).run(im.t); err != nil {
			return "", err
		}
		key = idKey(im.t.receipt.Customer)
		return importAdd, nil
	}
	return change(im.t, customers, key, EditCustomer{Customer: refOf(key), Name: &c.Name, Description: c.Description, Metadata: c.Metadata})
}

// archivedCustomers is the keys of the archived customers in an entry's place, oldest first, those of its name before the others.
func (im *importer) archivedCustomers(cl *Cluster, c *ImportCustomer) (keys []string, err error) {
	var others []string
	for k, err := range customers.lookup(im.t, "namespace", strings.TrimSpace(c.Namespace), false) {
		if err != nil {
			return nil, err
		}
		old, err := customers.get(im.t, k)
		switch {
		case err != nil:
			return nil, err
		case old.IsActive || old.ClusterID != cl.ID:
		case old.Name == strings.TrimSpace(c.Name):
			keys = append(keys, k)
		default:
			others = append(others, k)
		}
	}
	if c.ID != 0 {
		return keys, nil // an export names each of them
	}
	return append(keys, others...), nil
}

func (im *importer) customerStays(c *ImportCustomer) bool {
	return slices.ContainsFunc(im.file.Customers, func(o ImportCustomer) bool {
		return !gone(o.IsActive) && o.ClusterID == c.ClusterID && fold(o.Cluster) == fold(c.Cluster) && o.Namespace == c.Namespace
	})
}

// change runs an operation that edits the record under key, and says whether that changed it.
func change[T any, P record[T]](t *tx, tb *table[T, P], key string, op Operation) (string, error) {
	path := tb.path(key)
	stored, err := t.Get([]byte(path))
	if err != nil {
		return "", err
	}
	before := slices.Clone(stored)
	if err := op.run(t); err != nil {
		return "", err
	}
	after, err := t.Get([]byte(path))
	if err != nil {
		return "", err
	}
	changes, err := tb.diff(path, before, after)
	if err != nil || len(changes) == 0 {
		return importKeep, err
	}
	return importChange, nil
}

// summary counts the plan by noun: "3 clusters, 6 customers (1 changed)".
func (im *importer) summary() string {
	var parts []string
	for _, noun := range []string{"cluster", "customer", "release", "step"} {
		counts := map[string]int{}
		for _, row := range im.plan.Rows {
			if row.Noun == noun {
				counts[row.Action]++
			}
		}
		if added := counts[importAdd]; added > 0 {
			parts = append(parts, count(added, "new "+noun))
		}
		if changed := counts[importChange]; changed > 0 {
			parts = append(parts, count(changed, "changed "+noun))
		}
	}
	if len(parts) == 0 {
		return "nothing new"
	}
	return joinNames(parts, "and")
}

// refOf refers to the record with a key, and to no other that is called like its number.
func refOf(key string) string { return ByID(decimal(key)) }

func text(s *string) string { return orElse(s, "") }

func orEmpty(s *string) *string {
	if s == nil {
		return new(string)
	}
	return s
}

func orElse[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
