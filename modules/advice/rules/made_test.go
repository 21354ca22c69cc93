package rules

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/history"
)

// bogota is the time zone of the test rooms.
var bogota = time.FixedZone("Bogota", -5*3600)

// monday is the first hour of the test histories.
var monday = time.Date(2026, 1, 5, 0, 0, 0, 0, bogota)

// opens is a university's usual week.
func opens(t time.Time) bool {
	switch t.Weekday() {
	case time.Sunday:
		return false
	case time.Saturday:
		return t.Hour() >= 7 && t.Hour() < 13
	}
	return t.Hour() >= 7 && t.Hour() < 22
}

// working reports whether people work in an hour: from some time after opening to some time before closing.
func working(t time.Time) bool { return opens(t) && t.Hour() >= 8 && t.Hour() < 18 }

// made is a history whose hours a test defines.
type made struct {
	days int
	// kw returns the mean power of an hour, kW; NaN means not measured.
	kw func(t time.Time) float64
	// noise is relative, seeded.
	noise     float64
	outdoor   func(t time.Time) float64
	indoor    func(t time.Time) float64
	occupancy func(t time.Time) float64
	state     func(t time.Time) history.State
}

func (m made) history() *history.History {
	h := history.New(monday, monday.AddDate(0, 0, m.days), bogota)
	chance := rand.New(rand.NewPCG(7, 11))
	for i := range h.Hours {
		t := h.At(i).In(bogota)
		hour := &h.Hours[i]
		hour.Open = opens(t)
		if kw := m.kw(t) * (1 + m.noise*(2*chance.Float64()-1)); !math.IsNaN(kw) {
			hour.KW, hour.Share = math.Round(kw*1e6)/1e6, 1
		}
		set(&hour.Outdoor, m.outdoor, t)
		set(&hour.Indoor, m.indoor, t)
		set(&hour.Occupancy, m.occupancy, t)
		if m.state != nil {
			hour.State = m.state(t)
		}
	}
	return h
}

func set(v *float64, of func(time.Time) float64, t time.Time) {
	if of != nil {
		*v = of(t)
	}
}

// month is a month of usual weeks: 26 open dates and 4.3 closed ones, closed for 378 hours.
var month = Calendar{OpenDates: 26.09, ShutDates: 4.35, ShutHours: 378}

func (m made) subject(kind string) Subject {
	h := m.history()
	return Subject{ID: "device:" + kind, Kind: kind, Within: "room", History: h, Calendar: month, SiteEnd: h.End()}
}

// only returns the single finding of a subject.
func only(t *testing.T, s Subject) Finding {
	t.Helper()
	out := Judge(s)
	require.Nil(t, out.Shortage)
	require.Len(t, out.Findings, 1, "%+v", out.Findings)
	f := out.Findings[0]
	require.Greater(t, f.Confidence, 0.0)
	require.LessOrEqual(t, f.Confidence, 1.0)
	require.LessOrEqual(t, f.Saving.Low, f.Saving.KWh)
	require.GreaterOrEqual(t, f.Saving.High, f.Saving.KWh)
	return f
}

// silent asserts that a subject has no finding.
func silent(t *testing.T, s Subject) {
	t.Helper()
	require.Empty(t, Judge(s).Findings)
}

// while returns one power for the hours that meet a condition, and another for the rest.
func while(when func(time.Time) bool, kw, otherwise float64) func(time.Time) float64 {
	return func(t time.Time) float64 {
		if when(t) {
			return kw
		}
		return otherwise
	}
}

func nightly(t time.Time) bool { return t.Hour() >= 22 || t.Hour() < 6 }

func weekday(t time.Time) bool { return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday }
