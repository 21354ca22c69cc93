package auth

import (
	_ "embed"
	"strings"
)

// Bounds of a password, in bytes. bcrypt reads at most 72 bytes; a longer password is rejected, never cut.
const (
	MinPassword = 10
	MaxPassword = 72
)

// commonPasswords are the most used passwords of published breaches, and some that are likely at this university. The
// licence is in common_passwords_license.txt.
//
//go:embed common_passwords.txt
var commonPasswords string

var commonSet = func() map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(commonPasswords) {
		set[word] = true
	}
	return set
}()

// CheckPassword returns the rule that a new password breaks, with the arguments of its message, or an empty rule.
func CheckPassword(password, email string) (rule string, args map[string]any) {
	switch {
	case len(password) < MinPassword:
		return "min_bytes", map[string]any{"min": MinPassword}
	case len(password) > MaxPassword:
		return "max_bytes", map[string]any{"max": MaxPassword}
	case strings.ContainsRune(password, 0):
		return "control_characters", nil
	case isCommonPassword(password, email), password == publishedPassword:
		return "common_password", nil
	}
	return "", nil
}

// isCommonPassword reports whether a password is easy to guess: a common one, also with digits or signs around it, the e-mail
// address, or fewer than five different characters.
func isCommonPassword(password, email string) bool {
	lower := strings.ToLower(password)
	core := strings.Trim(lower, "0123456789!@#$%&*.-_+ ")
	name, _, _ := strings.Cut(normalEmail(email), "@")
	if commonSet[lower] || (commonSet[core] && core != "") || core == "" {
		return true
	}
	if lower == normalEmail(email) || (name != "" && core == name) {
		return true
	}
	different := make(map[rune]bool)
	for _, r := range lower {
		different[r] = true
	}
	return len(different) < 5
}
