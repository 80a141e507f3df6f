package main

import (
	"flag"
	"os"
	"runtime"
	"strconv"
	"testing"
)

// sideBySide is how many tests run at once that say they may. They wait for time to pass far more than they work.
const sideBySide = 8

func TestMain(m *testing.M) {
	flag.Parse()
	if f := flag.Lookup("test.parallel"); f.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) { // nobody has said otherwise
		if err := f.Value.Set(strconv.Itoa(max(sideBySide, runtime.GOMAXPROCS(0)))); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
