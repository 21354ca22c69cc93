package auth

import (
	_ "embed"
	"strings"
)

// Bounds of a password, in bytes. bcrypt reads no more than 72: what is longer is refused, never cut.
const (
	MinPassword = 10
	MaxPassword = 72
)

// commonPasswords are the most used passwords, of breaches that were published, and some that people here think of; its
// licence is beside it.
//
//go:embed common_passwords.txt
var commonPasswords string

var common = func() map[string]bool {
	set := make(map[string]bool)
	for word := range strings.FieldsSeq(commonPasswords) {
		set[word] = true
	}
	return set
}()

// CheckPassword gives the rule that a new password breaks and what fills its sentence, or an empty rule.
func CheckPassword(password, email string) (rule string, args map[string]any) {
	switch {
	case len(password) < MinPassword:
		return "min_bytes", map[string]any{"min": MinPassword}
	case len(password) > MaxPassword:
		return "max_bytes", map[string]any{"max": MaxPassword}
	case strings.ContainsRune(password, 0):
		return "control_characters", nil
	case looksDefault(password, email), password == publishedPassword:
		return "common_password", nil
	}
	return "", nil
}

// looksDefault tells whether a password is one that everybody tries first: a common one, also with digits or
// signs around it, the e-mail address, or few different characters.
func looksDefault(password, email string) bool {
	lower := strings.ToLower(password)
	core := strings.Trim(lower, "0123456789!@#$%&*.-_+ ")
	name, _, _ := strings.Cut(normalEmail(email), "@")
	if common[lower] || (common[core] && core != "") || core == "" {
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
