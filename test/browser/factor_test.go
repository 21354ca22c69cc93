package browser

import "testing"

// TestSecondFactorInThePage sets a second factor up, logs in with it, demands it of a role, and forgets a person.
func TestSecondFactorInThePage(t *testing.T) {
	browse(t, start(t, "LOGIN_LIMIT_PER_MIN=100"), "", "test/factor.mjs")
}
