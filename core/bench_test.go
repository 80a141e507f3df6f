package core_test

import (
	"crypto/rand"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rollcall/core"
	"rollcall/storage/bolt"
)

// benchHouse is an active release "Big" of steps × customers on five clusters.
func benchHouse(b *testing.B, customers, steps int) *core.Service {
	b.Helper()
	store, err := bolt.Open(filepath.Join(b.TempDir(), "rollcall.db"), bolt.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, store.Close()) })
	svc, err := core.Open(b.Context(), store, core.Config{Now: time.Now, Rand: rand.Reader})
	require.NoError(b, err)
	kind := core.Hotfix
	file := core.Import{Confirm: true}
	for c := range 5 {
		file.Clusters = append(file.Clusters, core.ImportCluster{Name: fmt.Sprintf("c%d", c)})
	}
	for i := range customers {
		file.Customers = append(file.Customers, core.ImportCustomer{Name: fmt.Sprintf("customer %d", i), Cluster: fmt.Sprintf("c%d", i%5), Namespace: fmt.Sprintf("ns-%d", i)})
	}
	big := core.ImportRelease{Name: "Big", Type: &kind}
	for i := range steps {
		big.Steps = append(big.Steps, core.ImportStep{Name: fmt.Sprintf("step %d", i), Category: core.Deploy, Type: core.Bash, Content: "helm -n {{customer.namespace}} upgrade"})
	}
	file.Releases = append(file.Releases, big)
	for _, op := range []core.Operation{file, core.ActivateRelease{Release: "Big", Confirm: true}} {
		_, err := svc.Do(b.Context(), core.System(core.ViaCLI), "", op)
		require.NoError(b, err)
	}
	return svc
}

func BenchmarkMarkDone(b *testing.B) {
	for _, size := range [][2]int{{10, 10}, {100, 30}, {1000, 50}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			svc := benchHouse(b, size[0], size[1])
			i := 0
			for b.Loop() {
				at := core.Target{Release: "Big", Customer: fmt.Sprintf("ns-%d", i%size[0]), Step: fmt.Sprintf("D%d", i/size[0]%size[1]+1)}
				var op core.Operation = core.MarkDone{Target: at}
				if i/(size[0]*size[1])%2 == 1 {
					op = core.RevertStep{Target: at}
				}
				_, err := svc.Do(b.Context(), core.System(core.ViaCLI), fmt.Sprint(i), op)
				if err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

func BenchmarkMatrix(b *testing.B) {
	for _, size := range [][2]int{{100, 30}, {1000, 50}} {
		svc := benchHouse(b, size[0], size[1])
		for s := range size[1] {
			plan, err := svc.PlanBulk(b.Context(), core.System(core.ViaCLI), core.BulkQuery{Release: "Big", To: core.Done, Step: fmt.Sprintf("D%d", s+1), All: true})
			require.NoError(b, err)
			_, err = svc.Do(b.Context(), core.System(core.ViaCLI), "", core.RunBulk{Plan: plan.ID})
			require.NoError(b, err)
		}
		for name, q := range map[string]core.MatrixQuery{"all": {Release: "Big"}, "one cluster": {Release: "Big", Clusters: []string{"c1"}}} {
			b.Run(fmt.Sprintf("%dx%d %s", size[0], size[1], name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					m, err := svc.Matrix(b.Context(), core.System(core.ViaCLI), q)
					if err != nil || len(m.Clusters) == 0 {
						b.Fatal(err)
					}
				}
				cells := size[0] * size[1]
				if name != "all" {
					cells /= 5
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(cells), "ns/cell")
			})
		}
	}
}

func BenchmarkActivate(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			svc := benchHouse(b, n, 10)
			kind := 0
			for b.Loop() {
				b.StopTimer()
				name := fmt.Sprintf("R %d", kind)
				kind++
				_, err := svc.Do(b.Context(), core.System(core.ViaCLI), "", core.CloneRelease{Release: "Big", Name: name})
				require.NoError(b, err)
				b.StartTimer()
				if _, err := svc.Do(b.Context(), core.System(core.ViaCLI), "", core.ActivateRelease{Release: name, Confirm: true}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFindCustomers(b *testing.B) {
	svc := benchHouse(b, 10_000, 1)
	a := core.System(core.ViaCLI)
	for _, text := range []string{"", "customer 99", "ns-42", "nobody"} {
		b.Run("text="+text, func(b *testing.B) {
			for b.Loop() {
				if _, err := svc.FindCustomers(b.Context(), a, core.CustomerSearch{Text: text, Release: "Big"}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
