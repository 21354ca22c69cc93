package outlook_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
)

func TestBaselineSaysHowGoodItIs(t *testing.T) {
	c := advicetest.GamesRoom()
	a := advicetest.NewServices(c, advicetest.NewClock(advicetest.End), nil)
	e, err := a.Baseline(t.Context(), advicetest.Manager, "luz-1")
	require.NoError(t, err)
	require.NotNil(t, e.Fit.Model)
	require.Less(t, e.Fit.Test.CVRMSE, 0.3)
	require.Greater(t, e.Fit.Test.R2, 0.9)
	require.Len(t, e.Hours, 14*24)
	_, err = a.Baseline(t.Context(), advicetest.Manager, "nothing")
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	c.AddDevice(advicetest.Device("new", "Nuevo", "ac", "sala"))
	e, err = a.Baseline(t.Context(), advicetest.Manager, "new")
	require.NoError(t, err)
	require.NotEmpty(t, e.Fit.Disqualified)
}
