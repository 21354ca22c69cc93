package recommendations_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
)

func TestEvidenceIsComputedAgain(t *testing.T) {
	c, clock := advicetest.GamesRoom(), advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(c, clock, nil)
	r := advicetest.List(t, a, advicetest.Manager, recommendations.Query{}).Items[0]
	clock.Move(48 * time.Hour)
	e, err := a.Evidence(t.Context(), advicetest.Manager, r.ID)
	require.NoError(t, err)
	require.True(t, e.Reproduced, "the same a day later")
	require.Equal(t, r.Basis.Hash, e.HashNow)
	require.NotEmpty(t, e.Finding.Formula)
	_, err = a.SetStatus(t.Context(), advice.Caller{Subject: "us_ana", Role: advice.Manager}, r.ID, advice.Accepted, "ya")
	require.NoError(t, err)
	e, err = a.Evidence(t.Context(), advicetest.Manager, r.ID)
	require.NoError(t, err)
	require.Equal(t, "us_ana@example.org", e.Emails["us_ana"])
	e, err = a.Evidence(t.Context(), advice.Caller{Role: advice.Viewer}, r.ID)
	require.NoError(t, err)
	require.Empty(t, e.Emails, "who only reads sees no addresses")

	other := advicetest.NewServices(advicetest.GamesRoom(), advicetest.NewClock(advicetest.End), nil)
	require.Equal(t, r.Basis.Hash, advicetest.List(t, other, advicetest.Manager, recommendations.Query{}).Items[0].Basis.Hash, "the same data, another store")

	c.Price = 600
	e, err = a.Evidence(t.Context(), advicetest.Manager, r.ID)
	require.NoError(t, err)
	require.False(t, e.Reproduced)
	_, err = a.Evidence(t.Context(), advice.Caller{Role: advice.Viewer, Space: "aula"}, r.ID)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
}
