package greenbutton

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// text returns a field as a text; empty if it is absent or cannot be read.
func text[T any](f energy.Field[T], write func(T) string) string {
	v, ok := f.Value()
	if !ok {
		return ""
	}
	return write(v)
}

func deviceOf(r ledger.Row) string {
	return text(r.Draft.Device, func(id energy.DeviceID) string { return string(id) })
}

// rowSummary returns a row in short.
func rowSummary(r ledger.Row) []any {
	d := r.Draft
	at := text(d.At, func(at energy.WallTime) string {
		instant, _ := at.In(time.UTC)
		return instant.String()
	})
	seconds := text(d.Span, func(ms int64) string { return string(energy.AppendDecimal(nil, ms, 3)) })
	return []any{r.Line, deviceOf(r), at, text(d.KWh, energy.Energy.KWh), seconds, text(d.Register, energy.Energy.KWh), flawsOf(r)}
}

func flawsOf(r ledger.Row) string {
	parts := make([]string, len(r.Flaws))
	for i, f := range r.Flaws {
		parts[i] = f.Field + " " + f.Rule
	}
	return strings.Join(parts, ", ")
}

// read returns the rows of a file, and what was skipped, in short.
func read(file, device string) (rows []ledger.Row, skipped []string) {
	feed := Survey(strings.NewReader(file), device)
	for row := range feed.Rows(strings.NewReader(file)) {
		rows = append(rows, row)
	}
	for s, n := range feed.Skipped() {
		skipped = append(skipped, fmt.Sprintf("%s/%s %s %d ×%d", s.Point, s.Reading, s.Why, s.Code, n))
	}
	return rows, skipped
}

// summed returns each device's energy in Wh, its rows and its flaws.
func summed(t *testing.T, rows []ledger.Row) map[string]string {
	t.Helper()
	wh, n, out := map[string]energy.Energy{}, map[string]int{}, map[string]string{}
	for _, r := range rows {
		if len(r.Flaws) > 0 {
			out["!"] = flawsOf(r)
			continue
		}
		used, isInterval := r.Draft.KWh.Value()
		counted, isRegister := r.Draft.Register.Value()
		require.NotEqual(t, isInterval, isRegister)
		wh[deviceOf(r)] += used + counted
		n[deviceOf(r)]++
	}
	for device, e := range wh {
		out[device] = fmt.Sprintf("%s kWh of %d", e.KWh(), n[device])
	}
	return out
}

func TestRows(t *testing.T) {
	file, err := os.ReadFile("testdata/two_points.xml")
	require.NoError(t, err)
	rows, skipped := read(string(file), "")
	require.Empty(t, skipped)
	var all [][]any
	for _, row := range rows {
		all = append(all, rowSummary(row))
	}
	require.Equal(t, [][]any{
		{37, "main", "2026-01-01T05:15:00Z", "0.420001", "900", "", ""},
		{41, "main", "2026-01-01T05:30:00Z", "", "", "", "value integer"},
		{56, "lab", "2026-01-01T05:30:00Z", "1.5", "1800", "", ""},
		{71, "lab", "2026-01-01T07:00:00Z", "", "", "56842", ""},
	}, all)
}

// TestIntegersOfXML reads values in each way in which XML Schema writes an integer.
func TestIntegersOfXML(t *testing.T) {
	file, err := os.ReadFile("testdata/two_points.xml")
	require.NoError(t, err)
	const value = ">420001</espi:value>"
	require.Contains(t, string(file), value)
	expected, _ := read(string(file), "")
	for _, written := range []string{"+420001", "0420001"} {
		rows, _ := read(strings.Replace(string(file), value, ">"+written+"</espi:value>", 1), "")
		require.Equal(t, summed(t, expected), summed(t, rows), written)
	}
}

func TestRowsOfADevice(t *testing.T) {
	const body = `<IntervalReading><timePeriod><duration>900</duration><start>0</start></timePeriod><value>1</value></IntervalReading>`
	for name, c := range map[string]struct{ xml, device, flaws, skipped string }{
		"no type":        {body, "d", "ReadingType unlinked_type", ""},
		"type behind":    {"<f>" + body + "<ReadingType><uom>72</uom></ReadingType></f>", "d", "", ""},
		"no device":      {"<f><ReadingType><uom>72</uom></ReadingType>" + body + "</f>", "", "UsagePoint required", ""},
		"no unit":        {"<f><ReadingType><uom>0</uom></ReadingType>" + body + "</f>", "d", "ReadingType.uom unit", ""},
		"gas in m³":      {"<f><ReadingType><uom>42</uom></ReadingType>" + body + "</f>", "d", "", "/ no_energy 42 ×1"},
		"reactive":       {"<f><ReadingType><uom>73</uom></ReadingType>" + body + "</f>", "d", "", "/ no_energy 73 ×1"},
		"highest power":  {"<f><ReadingType><uom>38</uom><dataQualifier>8</dataQualifier></ReadingType>" + body + "</f>", "d", "", "/ extreme 8 ×1"},
		"net":            {"<f><ReadingType><uom>72</uom><flowDirection>4</flowDirection></ReadingType>" + body + "</f>", "d", "", "/ other_flow 4 ×1"},
		"drinking water": {"<f><ReadingType><uom>72</uom><commodity>9</commodity></ReadingType>" + body + "</f>", "d", "", "/ water 0 ×1"},
		"two types":      {"<f><ReadingType><uom>72</uom></ReadingType><entry><ReadingType><uom>38</uom></ReadingType></entry><entry>" + body + "</entry></f>", "d", "ReadingType unlinked_type", ""},
		"two alike":      {"<f><entry><ReadingType><uom>72</uom></ReadingType></entry><entry><ReadingType><uom>72</uom></ReadingType></entry><entry>" + body + "</entry></f>", "d", "", ""},
		"broken":         {"<f><ReadingType></f>", "d", "xml malformed", ""},
		"broken behind":  {"<f><ReadingType><uom>72</uom></ReadingType>" + body + "<x></f>", "d", "xml malformed", ""},
	} {
		rows, skipped := read(c.xml, c.device)
		flaws := ""
		for _, row := range rows {
			flaws += flawsOf(row)
		}
		require.Equal(t, c.flaws, flaws, name)
		require.Equal(t, c.skipped, strings.Join(skipped, " "), name)
	}
}

// TestCases reads files of real utilities with their entries in any order.
func TestCases(t *testing.T) {
	for name, want := range map[string]struct {
		device  string
		sums    map[string]string
		skipped []string
	}{
		"received_only":            {"", map[string]string{}, []string{"cubierta/2 returned 19 ×4"}},
		"received_then_delivered":  {"", map[string]string{"cubierta": "1.1 kWh of 4"}, []string{"cubierta/2 returned 19 ×4"}},
		"received_then_delivered ": {"uno", map[string]string{"uno": "1.1 kWh of 4"}, []string{"cubierta/2 returned 19 ×4"}},
		"linked_types":             {"", map[string]string{"taller": "0.96 kWh of 2", "oficina": "5 kWh of 2"}, []string{"caldera/1 gas 0 ×2"}},
		"linked_types ":            {"uno", map[string]string{"!": "MeterReading disputed_series"}, []string{"caldera/1 gas 0 ×2"}},
		"gas_in_wh":                {"", map[string]string{}, []string{"cocina/1 gas 0 ×1"}},
		"day_and_hours":            {"", map[string]string{"bloque": "18 kWh of 24"}, []string{"bloque/1 coarser 86400 ×1"}},
		"day_and_hours ":           {"uno", map[string]string{"uno": "18 kWh of 24"}, []string{"bloque/1 coarser 86400 ×1"}},
	} {
		file, err := os.ReadFile("../../../test/blackbox/testdata/cases/" + strings.TrimSpace(name) + ".xml")
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(string(file)), "\n")
		for range 20 {
			rows, skipped := read(strings.Join(lines, "\n"), want.device)
			require.Equal(t, want.sums, summed(t, rows), name)
			require.Equal(t, want.skipped, skipped, name)
			entries := lines[1 : len(lines)-1]
			rand.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		}
	}
}

// feedOf returns a feed of entries: their content, with their links, from self on.
func feedOf(entries ...[2]string) string {
	var b strings.Builder
	b.WriteString("<feed>")
	for _, e := range entries {
		b.WriteString("<entry><content>" + e[0] + "</content>")
		for i, link := range strings.Fields(e[1]) {
			b.WriteString(`<link rel="` + []string{"self", "up", "related", "related", "related"}[i] + `" href="` + strings.TrimSuffix(link, "-") + `"/>`)
		}
		b.WriteString("</entry>")
	}
	return b.String() + "</feed>"
}

func kindXML(members string) string { return "<ReadingType><uom>72</uom>" + members + "</ReadingType>" }

// blockXML returns consecutive intervals of so many seconds, of so many Wh each.
func blockXML(start, seconds int, wh ...int) string {
	var b strings.Builder
	b.WriteString("<IntervalBlock>")
	for _, v := range wh {
		fmt.Fprintf(&b, "<IntervalReading><timePeriod><duration>%d</duration><start>%d</start></timePeriod><value>%d</value></IntervalReading>", seconds, start, v)
		start += seconds
	}
	return b.String() + "</IntervalBlock>"
}

const pointXML = "<UsagePoint><ServiceCategory><kind>0</kind></ServiceCategory></UsagePoint>"

// TestLinks follows links in the forms that utilities write.
func TestLinks(t *testing.T) {
	wh, kwh := [2]string{kindXML(""), "/r/ReadingType/1"}, [2]string{kindXML("<powerOfTenMultiplier>3</powerOfTenMultiplier>"), "/r/ReadingType/2"}
	for name, c := range map[string]struct {
		entries [][2]string
		want    map[string]string
	}{
		"down from the reading to each block": {[][2]string{
			wh, kwh, {pointXML, "/r/UsagePoint/a - /r/m/1"}, {"<MeterReading/>", "/r/m/1 - /r/ReadingType/2 /r/b/1 /r/b/2"}, {blockXML(0, 900, 1, 2), "/r/b/1"}, {blockXML(1800, 900, 3), "/r/b/2"},
		}, map[string]string{"a": "6 kWh of 3"}},
		"numbers that repeat in each point": {[][2]string{
			wh, kwh,
			{pointXML, "/r/UsagePoint/a"},
			{pointXML, "/r/UsagePoint/b"},
			{"<MeterReading/>", "/r/UsagePoint/a/MeterReading/1 /r/UsagePoint/a/MeterReading /r/ReadingType/1"},
			{"<MeterReading/>", "/r/UsagePoint/b/MeterReading/1 /r/UsagePoint/b/MeterReading /r/ReadingType/2"},
			{blockXML(0, 900, 5), "/r/UsagePoint/b/MeterReading/1/IntervalBlock/1 /r/UsagePoint/b/MeterReading/1/IntervalBlock"},
			{blockXML(0, 900, 7), "/r/UsagePoint/a/MeterReading/1/IntervalBlock/1 /r/UsagePoint/a/MeterReading/1/IntervalBlock"},
		}, map[string]string{"a": "0.007 kWh of 1", "b": "5 kWh of 1"}},
		"other servers and strokes at the end": {[][2]string{
			wh, kwh,
			{pointXML, "https://u.example/r/UsagePoint/a/"},
			{"<MeterReading/>", "https://u.example/r/UsagePoint/a/MeterReading/1 - /r/ReadingType/2/"},
			{blockXML(0, 900, 5), "http://x/r/UsagePoint/a/MeterReading/1/IntervalBlock/9"},
		}, map[string]string{"a": "5 kWh of 1"}},
		"a type that is not there": {[][2]string{
			wh, {pointXML, "/r/UsagePoint/a"}, {"<MeterReading/>", "/r/UsagePoint/a/MeterReading/1 - /r/ReadingType/9"}, {blockXML(0, 900, 5), "/r/UsagePoint/a/MeterReading/1/IntervalBlock/1"},
		}, map[string]string{"!": "ReadingType unlinked_type"}},
		"two types at one place": {[][2]string{
			wh,
			{kindXML("<flowDirection>19</flowDirection>"), "/r/ReadingType/1"},
			{pointXML, "/r/UsagePoint/a"},
			{"<MeterReading/>", "/r/UsagePoint/a/MeterReading/1 - /r/ReadingType/1"},
			{blockXML(0, 900, 5), "/r/UsagePoint/a/MeterReading/1/IntervalBlock/1"},
		}, map[string]string{"!": "ReadingType unlinked_type"}},
		"a reading that is not there": {[][2]string{
			wh, {pointXML, "/r/UsagePoint/a"}, {"<MeterReading/>", "/r/UsagePoint/a/MeterReading/1 - /r/ReadingType/1"}, {blockXML(0, 900, 5), "/r/UsagePoint/a/MeterReading/2/IntervalBlock/1"},
		}, map[string]string{"!": "ReadingType unlinked_type"}},
		"points of two customers with one name": {[][2]string{
			wh,
			{pointXML, "/r/RetailCustomer/1/UsagePoint/01"},
			{pointXML, "/r/RetailCustomer/2/UsagePoint/01"},
			{"<MeterReading/>", "/r/RetailCustomer/1/UsagePoint/01/MeterReading/1 - /r/ReadingType/1"},
			{"<MeterReading/>", "/r/RetailCustomer/2/UsagePoint/01/MeterReading/1 - /r/ReadingType/1"},
			{blockXML(0, 900, 5), "/r/RetailCustomer/1/UsagePoint/01/MeterReading/1/IntervalBlock/1"},
			{blockXML(0, 900, 6), "/r/RetailCustomer/2/UsagePoint/01/MeterReading/1/IntervalBlock/1"},
		}, map[string]string{"!": "MeterReading disputed_series"}},
	} {
		for range 5 {
			rows, skipped := read(feedOf(c.entries...), "")
			require.Equal(t, c.want, summed(t, rows), name)
			require.Empty(t, skipped, name)
			rand.Shuffle(len(c.entries), func(i, j int) { c.entries[i], c.entries[j] = c.entries[j], c.entries[i] })
		}
	}
}

// TestSeriesOfOnePoint has the same energy in several series, one of which is stored.
func TestSeriesOfOnePoint(t *testing.T) {
	const day = 86400
	hours := slices.Repeat([]int{100}, 24)
	for name, c := range map[string]struct {
		first, second           string // the types
		firstBlock, secondBlock string
		want                    map[string]string
		skipped                 []string
	}{
		"a day and hours at one type":       {"", "", blockXML(0, day, 2500) + blockXML(0, 3600, hours...), "", map[string]string{"a": "2.4 kWh of 24"}, []string{"a/1 coarser 86400 ×1"}},
		"quarters, half hours between":      {"", "", blockXML(0, 900, 1, 1) + blockXML(1800, 1800, 2) + blockXML(3600, 900, 1), "", map[string]string{"a": "0.005 kWh of 4"}, nil},
		"days of the past, hours of today":  {"", "", blockXML(0, day, 2500, 2600), blockXML(day, 3600, hours...), map[string]string{"a": "4.9 kWh of 25"}, []string{"a/1 coarser 86400 ×1"}},
		"days when clocks change":           {"", "", blockXML(0, 23*3600, 10) + blockXML(23*3600, 25*3600, 12), "", map[string]string{"a": "0.022 kWh of 2"}, nil},
		"a month in each reading":           {"", "", blockXML(0, 3600, 5, 6), blockXML(7200, 3600, 7), map[string]string{"a": "0.018 kWh of 3"}, nil},
		"the counter too":                   {"", "<accumulationBehaviour>3</accumulationBehaviour>", blockXML(0, 3600, 5, 6), blockXML(0, 3600, 1000, 1011, 1020), map[string]string{"a": "0.011 kWh of 2"}, []string{"a/2 otherwise 0 ×3"}},
		"the mean power too":                {"", "<uom>38</uom>", blockXML(0, 3600, 5, 6), blockXML(0, 3600, 5, 6), map[string]string{"a": "0.011 kWh of 2"}, []string{"a/2 otherwise 0 ×2"}},
		"a phase beside all":                {"<phase>769</phase>", "<phase>128</phase>", blockXML(0, 3600, 5, 6), blockXML(0, 900, 1, 1, 1), map[string]string{"a": "0.011 kWh of 2"}, []string{"a/2 part 0 ×3"}},
		"a rate beside all":                 {"", "<tou>1</tou>", blockXML(0, 3600, 5, 6), blockXML(0, 3600, 4, 2), map[string]string{"a": "0.011 kWh of 2"}, []string{"a/2 part 0 ×2"}},
		"two phases and nothing of both":    {"<phase>64</phase>", "<phase>128</phase>", blockXML(0, 3600, 5), blockXML(0, 3600, 1), map[string]string{"!": "MeterReading disputed_series"}, nil},
		"one phase alone is all there is":   {"<phase>128</phase>", "", blockXML(0, 3600, 5), "", map[string]string{"a": "0.005 kWh of 1"}, nil},
		"no duration but the type's length": {"<intervalLength>900</intervalLength>", "", strings.ReplaceAll(blockXML(0, 900, 5, 6), "<duration>900</duration>", ""), "", map[string]string{"a": "0.011 kWh of 2"}, nil},
		"no duration anywhere":              {"", "", strings.ReplaceAll(blockXML(0, 900, 5), "<duration>900</duration>", ""), "", map[string]string{"!": "duration integer"}, nil},
	} {
		file := feedOf(
			[2]string{pointXML, "/r/UsagePoint/a"},
			[2]string{"<MeterReading/>", "/r/UsagePoint/a/MeterReading/1 - /r/ReadingType/1"}, [2]string{"<MeterReading/>", "/r/UsagePoint/a/MeterReading/2 - /r/ReadingType/2"},
			[2]string{c.firstBlock, "/r/UsagePoint/a/MeterReading/1/IntervalBlock/1"}, [2]string{c.secondBlock, "/r/UsagePoint/a/MeterReading/2/IntervalBlock/1"},
			[2]string{kindXML(c.first), "/r/ReadingType/1"}, [2]string{kindXML(c.second), "/r/ReadingType/2"},
		)
		rows, skipped := read(file, "")
		require.Equal(t, c.want, summed(t, rows), name)
		require.Equal(t, c.skipped, skipped, name)
	}
}

// FuzzRows must end for any file, and return only rows that are complete or name what they lack.
func FuzzRows(f *testing.F) {
	sample, err := os.ReadFile("testdata/two_points.xml")
	require.NoError(f, err)
	f.Add(string(sample))
	f.Add(feedOf([2]string{blockXML(0, 900, 1), "a b c"}, [2]string{kindXML(""), "c"}))
	f.Fuzz(func(t *testing.T, body string) {
		rows, _ := read(body, "")
		for _, row := range rows {
			if len(row.Flaws) == 0 && (!row.Draft.Device.Given() || !row.Draft.At.Given() || (!row.Draft.KWh.Given() && !row.Draft.Register.Given())) {
				t.Fatalf("a row that lacks something says nothing of it: %+v", row)
			}
		}
	})
}
