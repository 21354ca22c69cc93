package auth

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
)

// noUsers is a store without users.
type noUsers struct{ Users }

func (noUsers) AnyUser(context.Context) (bool, error) { return false, nil }

// TestFirstAdministratorHasNoPublishedPassword starts with the published password of old versions as ADMIN_PASSWORD.
func TestFirstAdministratorHasNoPublishedPassword(t *testing.T) {
	first, err := NewAccounts(AccountsNeed{Users: noUsers{}}).Bootstrap(context.Background(), "admin@usc.edu.co", publishedPassword, ForWork)
	require.ErrorContains(t, err, "choose another")
	require.Nil(t, first)
}
