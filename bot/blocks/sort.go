package blocks

import (
	"maps"
	"slices"
)

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// pageOf cuts the page'th part of n items out of list, counted from 1, and says how many parts there are.
func pageOf[T any](list []T, page, n int) (part []T, at, pages int) {
	pages = max(1, (len(list)+n-1)/n)
	at = min(max(page, 1), pages)
	return list[(at-1)*n : min(at*n, len(list))], at, pages
}
