package config

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// misspelt returns a warning for each name that an operator seems to have meant as one of ours. A name that is like none of them
// belongs to another program.
func (g given) misspelt() error {
	known := names()
	var all []error
	for _, name := range slices.Sorted(maps.Keys(g.values)) {
		if slices.Contains(known, name) {
			continue
		}
		warning := Fault{Setting: name, Problem: "there is no setting of this name", Source: g.sources[name]}
		if base, found := strings.CutSuffix(name, fileSuffix); found && slices.Contains(known, base) {
			warning.Problem, warning.Remedy = base+" is not read from a file", "set "+base+" itself"
			all = append(all, warning)
			continue
		}
		if meant := nearest(name, known); meant != "" {
			warning.Remedy = fmt.Sprintf("did you mean %s?", meant)
			all = append(all, warning)
		}
	}
	return errors.Join(all...)
}

const (
	// prefix is what other programs put before the names of their settings, and ours does not.
	prefix = "HOLOTWIN_"
	// minComparable is the length of the shortest name that is compared: short names of other programs are like ours by chance.
	minComparable = 5
	// longName is the length from which a name may differ in two places.
	longName = 8
)

// nearest returns the known name that another one is likely meant to be; "" if there is none.
func nearest(name string, known []string) (meant string) {
	plain := strings.TrimPrefix(strings.ToUpper(name), prefix)
	if slices.Contains(known, plain) {
		return plain
	}
	best := 3
	for _, candidate := range known {
		if len(candidate) < minComparable || len(plain) < minComparable {
			continue
		}
		allowed := 1
		if len(candidate) >= longName {
			allowed = 2
		}
		if d := distance(plain, candidate); d <= allowed && d < best {
			meant, best = candidate, d
		}
	}
	return meant
}

// distance is how many characters must be added, removed, replaced or swapped with their neighbour to make b of a.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := last[j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			row[j] = min(last[j]+1, row[j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
