package auth

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckPassword(t *testing.T) {
	for password, rule := range map[string]string{
		"":                                "min_bytes",
		"ñandúes":                         "min_bytes", // nine bytes
		"ñandúes7":                        "",          // ten, of eight letters
		strings.Repeat("añb1c", 12):       "",          // 72
		strings.Repeat("añb1c", 12) + "x": "max_bytes",
		"con\x00nulo-largo":               "control_characters",
		"password123":                     "common_password",
		"PASSWORD!!!!":                    "common_password",
		"1234567890":                      "common_password",
		"aaaaaaaaaaaa":                    "common_password",
		"ana@usc.edu.co":                  "common_password",
		"ana2026!!!!!":                    "common_password",
		"nobody has this password":        "common_password",
		"tres gatos duermen":              "",
	} {
		got, _ := CheckPassword(password, "Ana@usc.edu.co")
		require.Equal(t, rule, got, "%q", password)
	}
}
