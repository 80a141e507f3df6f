package core

import (
	"strings"
	"unicode/utf8"
)

func (AddCluster) Op() string      { return "cluster.add" }
func (EditCluster) Op() string     { return "cluster.edit" }
func (ArchiveCluster) Op() string  { return "cluster.archive" }
func (RestoreCluster) Op() string  { return "cluster.restore" }
func (AddCluster) Needs() Role     { return Admin }
func (EditCluster) Needs() Role    { return Admin }
func (ArchiveCluster) Needs() Role { return Admin }
func (RestoreCluster) Needs() Role { return Admin }

func (op AddCluster) run(t *tx) error {
	id, err := clusters.newID(t)
	if err != nil {
		return err
	}
	c := &Cluster{ID: id, IsActive: true, CreatedAt: t.now}
	if err := c.word(&op.Name, &op.KubeconfigPath, &op.Description, op.Metadata); err != nil {
		return err
	}
	if err := c.nameFree(t); err != nil {
		return err
	}
	t.aboutCluster(c, "added")
	return clusters.put(t, c)
}

func (op EditCluster) run(t *tx) error {
	c, err := findCluster(t, op.Cluster, activeOnly)
	if err != nil {
		return err
	}
	if err := t.fresh(op.Rev, c.last, "Cluster "+c.Name); err != nil {
		return err
	}
	if err := c.word(op.Name, op.KubeconfigPath, op.Description, op.Metadata); err != nil {
		return err
	}
	if err := c.nameFree(t); err != nil {
		return err
	}
	t.aboutCluster(c, "changed")
	t.same = "Cluster " + c.Name + " already says that"
	return clusters.put(t, c)
}

// run refuses while active customers live there, and lists them (BR-C01).
func (op ArchiveCluster) run(t *tx) error {
	c, err := findCluster(t, op.Cluster, activeOnly)
	if err != nil {
		return err
	}
	var names []string
	for e, err := range t.Scan(clusterColumns(c.ID)) {
		if err != nil {
			return err
		}
		col, err := parseColumn(e)
		if err != nil {
			return err
		}
		if col.Active {
			names = append(names, col.Name+" ("+col.Namespace+")")
		}
	}
	if len(names) > 0 {
		return refuse(Conflict, "Cluster %s still has %s: %s", c.Name, count(len(names), "active customer"), joinMost(names, "and", 20)).
			hint("Move or archive them first.")
	}
	c.IsActive = false
	t.aboutCluster(c, "archived")
	return clusters.put(t, c)
}

func (op RestoreCluster) run(t *tx) error {
	c, err := findCluster(t, op.Cluster, archivedOnly)
	if err != nil {
		return err
	}
	c.IsActive = true
	if err := c.nameFree(t); err != nil {
		return err
	}
	t.aboutCluster(c, "restored")
	return clusters.put(t, c)
}

func (t *tx) aboutCluster(c *Cluster, verb string) {
	t.event.Cluster, t.receipt.Cluster = c.ID, c.ID
	t.about(c.Name, "Cluster %s %s", c.Name, verb)
}

// word sets what a cluster says of itself.
func (c *Cluster) word(name, kubeconfig, description *string, meta map[string]string) error {
	var err error
	if name != nil {
		if c.Name, err = cleanName("name", *name); err != nil {
			return err
		}
	}
	if kubeconfig != nil {
		path, err := cleanText("kubeconfig", *kubeconfig)
		if err != nil {
			return err
		}
		if utf8.RuneCountInString(path) > metaValLimit || strings.ContainsAny(path, "\n\t") {
			return invalid("kubeconfig", "The kubeconfig path must be one line of at most %d characters", metaValLimit)
		}
		c.KubeconfigPath = Maybe(path)
	}
	if description != nil {
		d, err := cleanText("description", *description)
		if err != nil {
			return err
		}
		c.Description = Maybe(d)
	}
	c.Metadata, err = mergeMeta(c.Metadata, meta)
	return err
}

// nameFree refuses a second active cluster of the same name (BR-C02).
func (c *Cluster) nameFree(t *tx) error {
	holder, err := clusters.holder(t, "active-name", fold(c.Name))
	if err != nil || holder == "" || holder == idKey(c.ID) {
		return err
	}
	taken, err := clusters.get(t, holder)
	if err != nil {
		return err
	}
	return &Error{Code: Conflict, Field: "name", Msg: "There is already an active cluster " + taken.Name, Hint: "Choose another name, or edit that one."}
}
