package rules

import (
	_ "embed"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

//go:embed rules.go
var source string

func TestKindsListsEveryKind(t *testing.T) {
	var declared []Kind
	for _, match := range regexp.MustCompile(`(?m)^\t\w+\s+Kind = "(\w+)"$`).FindAllStringSubmatch(source, -1) {
		declared = append(declared, Kind(match[1]))
	}
	require.NotEmpty(t, declared)
	require.ElementsMatch(t, declared, Kinds())
}
