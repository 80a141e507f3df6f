package bot

import (
	"os"
	"testing"

	"rollcall/fixtures"
)

func TestMain(m *testing.M) { os.Exit(fixtures.SideBySide(m)) }
