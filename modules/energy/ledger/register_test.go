package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// countAt is the value of a counter some minutes after the start.
type countAt struct {
	minutes int
	kwh     string
	ruling  ledger.Ruling
}

// decoded is the decoder's result for one reading: its verdict, its energy, and E if the time of that energy is an estimate.
type decoded struct {
	verdict ledger.Verdict
	kwh     string
}

func linksOf(t require.TestingT, counts []countAt) []ledger.Link {
	links := make([]ledger.Link, len(counts))
	for i, c := range counts {
		e, err := energy.ParseKWh(c.kwh)
		require.NoError(t, err)
		at := energytest.Start.Add(int64(c.minutes) * time.Minute.Milliseconds())
		links[i] = ledger.Link{Reading: energytest.Register("m", at, e), Ruling: c.ruling}
	}
	return links
}

// decode decodes a chain from its beginning and returns its links.
func decode(t ledger.Traits, links []ledger.Link, covered energy.Spans) []ledger.Link {
	places := make(map[energy.Instant]int)
	for i, l := range links {
		places[l.At] = i
	}
	done := append([]ledger.Link{}, links...)
	ledger.Rechain(t, ledger.Base{}, nil, links, len(links), false, covered, func(_, is ledger.Link) { done[places[is.At]] = is })
	return done
}

func verdictsOf(links []ledger.Link) []decoded {
	all := make([]decoded, len(links))
	for i, l := range links {
		all[i] = decoded{l.Booking.Verdict, l.Booking.Energy.KWh()}
		if l.Booking.Estimated {
			all[i].kwh += "E"
		}
	}
	return all
}

// TestRegisterDecoder decodes counters of a device with at most 10 kW that reports each quarter hour: 2.5 kWh.
func TestRegisterDecoder(t *testing.T) {
	const year = 366 * 24 * 60
	for _, c := range []struct {
		name    string
		modulus string
		counts  []countAt
		want    []decoded
	}{
		{
			"a counter that counts", "",
			[]countAt{{0, "100", 0}, {15, "101.5", 0}, {30, "101.5", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Counted, "1.5"}, {ledger.Counted, "0"}},
		},
		{
			"a step back of the last digit", "",
			[]countAt{{0, "100.01", 0}, {15, "100", 0}, {30, "100.5", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Jitter, "0"}, {ledger.Counted, "0.49"}},
		},
		{
			"a zero that the next reading reverses", "",
			[]countAt{{0, "100", 0}, {15, "0", 0}, {30, "101", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.TransientZero, "0"}, {ledger.Counted, "1"}},
		},
		{
			"a zero that nothing follows yet", "",
			[]countAt{{0, "100", 0}, {15, "0", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.TransientZero, "0"}},
		},
		{
			"a counter that restarts", "",
			[]countAt{{0, "100", 0}, {15, "0.5", 0}, {30, "1", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Reset, "0.5"}, {ledger.Counted, "0.5"}},
		},
		{
			"a tenth of the value before", "",
			[]countAt{{0, "20", 0}, {15, "2", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Reset, "2"}},
		},
		{
			"more than a tenth of the value before", "",
			[]countAt{{0, "20", 0}, {15, "2.1", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Quarantined, "0"}},
		},
		{
			"a counter that rolls over", "1000",
			[]countAt{{0, "999.8", 0}, {15, "0.2", 0}, {30, "0.5", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Rollover, "0.4"}, {ledger.Counted, "0.3"}},
		},
		{
			"a step that is impossible for the device", "",
			[]countAt{{0, "100", 0}, {15, "110", 0}, {30, "110.5", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Quarantined, "0"}, {ledger.Counted, "0.5"}},
		},
		{
			"a single wild value", "",
			[]countAt{{0, "100", 0}, {15, "999", 0}, {30, "101", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Quarantined, "0"}, {ledger.Counted, "1"}},
		},
		{
			"a fall that may be another meter", "",
			[]countAt{{0, "100", 0}, {15, "70", 0}, {30, "70.5", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Quarantined, "0"}, {ledger.Counted, "0.5"}},
		},
		{
			"a person confirms the step", "",
			[]countAt{{0, "100", 0}, {15, "110", ledger.AcceptStep}, {30, "110.5", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Counted, "10"}, {ledger.Counted, "0.5"}},
		},
		{
			"a person decides that it is another meter", "",
			[]countAt{{0, "100", 0}, {15, "70", ledger.RestartCounter}, {30, "70.5", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Exchange, "0"}, {ledger.Counted, "0.5"}},
		},
		{
			"three hours of silence are filled in", "",
			[]countAt{{0, "100", 0}, {180, "103", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Counted, "3E"}},
		},
		{
			"more than a year of silence is quarantined", "",
			[]countAt{{0, "100", 0}, {year + 15, "103", 0}, {year + 30, "104", 0}},
			[]decoded{{ledger.First, "0"}, {ledger.Quarantined, "0"}, {ledger.Counted, "1"}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			traits := energytest.Traits("m")
			if c.modulus != "" {
				var err error
				traits.Modulus, err = energy.ParseKWh(c.modulus)
				require.NoError(t, err)
			}
			require.Equal(t, c.want, verdictsOf(decode(traits, linksOf(t, c.counts), nil)))
		})
	}
}

// TestThePaceOfAnHourlyCounterIsLearnt decodes a counter whose interval is not set: its own pace decides how much of it is
// measured.
func TestThePaceOfAnHourlyCounterIsLearnt(t *testing.T) {
	var counts []countAt
	for i := range 12 {
		counts = append(counts, countAt{minutes: 60 * i, kwh: fmt.Sprint(100 + i)})
	}
	traits := energytest.Traits("m")
	all := verdictsOf(decode(traits, linksOf(t, counts), nil))
	require.Equal(t, decoded{ledger.Counted, "1E"}, all[6], "the interval is set to a quarter hour")
	traits.UsualIsGuess = true
	all = verdictsOf(decode(traits, linksOf(t, counts), nil))
	require.Equal(t, decoded{ledger.Counted, "1"}, all[6])
}
