package blocks

import "rollcall/core"

// Visible shows characters that have no shape of their own, or turn the text around them, by their number.
func Visible(text string) string { return core.Visible(text) }
