package upload

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSheetInstant(t *testing.T) {
	for text, want := range map[string]string{
		"26/11/2026 11:00":          "2026-11-26T11:00:00",
		"6/1/2026 9:05":             "2026-01-06T09:05:00",
		"06/01/2026 09:05:07":       "2026-01-06T09:05:07",
		"2026-11-26 10:00":          "2026-11-26T10:00:00",
		"2026-11-26T10:00:30":       "2026-11-26T10:00:30",
		"2026-11-26T10:00:30Z":      "2026-11-26T10:00:30Z",
		"2026-11-26T10:00:30-05:00": "2026-11-26T10:00:30-05:00",
		"26/11/26 11:00":            "26/11/26 11:00",
		"ayer":                      "ayer",
	} {
		require.Equal(t, want, sheetInstant(text))
	}
}
