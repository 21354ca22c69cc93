package advicetest

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/schedule"
)

// Manager is a caller who may do everything everywhere.
var Manager = advice.Caller{Subject: "us_1", Role: advice.Manager}

// FourWeeks are the hours from Start to End.
const FourWeeks = 28 * 24

// Start is a Monday; the clock is four weeks later, at End.
var (
	Start = time.Date(2026, 2, 2, 0, 0, 0, 0, Bogota)
	End   = Start.AddDate(0, 0, 28)
)

// Device is a device of a kind in a space.
func Device(id, name, kind, space string) advice.Device {
	return advice.Device{ID: id, Name: name, Kind: kind, Space: space}
}

// LeftOn draws power while people work and during weekday nights; its noise is seeded.
func LeftOn(seed uint64, kw float64) func(time.Time) float64 {
	chance := rand.New(rand.NewPCG(seed, 1))
	return func(t time.Time) float64 {
		working := Opens(t) && t.Hour() >= 8 && t.Hour() < 18
		night := (t.Hour() >= 22 || t.Hour() < 6) && t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
		if working || night {
			return kw * (0.9 + 0.2*chance.Float64())
		}
		return 0
	}
}

// Clean draws power only while people work; its noise is seeded.
func Clean(seed uint64, kw float64) func(time.Time) float64 {
	chance := rand.New(rand.NewPCG(seed, 2))
	return func(t time.Time) float64 {
		if Opens(t) && t.Hour() >= 8 && t.Hour() < 18 {
			return kw * (0.9 + 0.2*chance.Float64())
		}
		return 0
	}
}

// GamesRoom is a campus with a room whose air conditioner runs at night and whose television does not.
func GamesRoom() *Campus {
	c := NewCampus()
	c.AddRoom("sala", "Sala de Juegos", 0)
	c.AddRoom("aula", "Aula 101", 0)
	c.AddDevice(Device("ac-1", "Aire central", "ac", "sala"))
	c.AddDevice(Device("tv-1", "Televisor", "tv", "sala"))
	c.AddDevice(Device("luz-1", "Luces del aula", "lighting", "aula"))
	c.Measure("ac-1", Start, FourWeeks, LeftOn(1, 1.2))
	c.Measure("tv-1", Start, FourWeeks, Clean(2, 0.12))
	c.Measure("luz-1", Start, FourWeeks, Clean(3, 0.4))
	return c
}

// List returns a page of recommendations.
func List(t *testing.T, a *Services, caller advice.Caller, q recommendations.Query) recommendations.Page {
	t.Helper()
	answer, err := a.List(t.Context(), caller, q)
	require.NoError(t, err)
	return answer
}

// Jobs are the last jobs, the newest first.
func Jobs(t *testing.T, a *Services) []schedule.Job {
	t.Helper()
	all, err := a.Jobs(t.Context(), Manager)
	require.NoError(t, err)
	return all
}
