package greenbutton

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// shown is a row in short.
func shown(r energy.Row) []any {
	flaws := ""
	for _, f := range r.Flaws {
		flaws += f.Field + " " + f.Rule
	}
	return []any{r.Line, text(r.Report.Device), text(r.Report.At), text(r.Report.KWh), text(r.Report.Seconds), text(r.Report.Register), flaws}
}

func TestRows(t *testing.T) {
	file, err := os.Open("testdata/two_points.xml")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	var rows [][]any
	for row := range Rows(file, "") {
		rows = append(rows, shown(row))
	}
	require.Equal(t, [][]any{
		{22, "main", "2026-01-01T05:15:00Z", "420001e-6", "900", "", ""},
		{26, "main", "2026-01-01T05:30:00Z", "", "", "", "value integer"},
		{41, "lab", "2026-01-01T05:30:00Z", "1.5", "1800", "", ""},
		{55, "lab", "2026-01-01T07:00:00Z", "", "", "56842e0", ""},
	}, rows)
}

func TestRowsOfADevice(t *testing.T) {
	const body = `<IntervalReading><timePeriod><duration>900</duration><start>0</start></timePeriod><value>1</value></IntervalReading>`
	for name, c := range map[string]struct{ xml, device, flaws string }{
		"no type":   {body, "d", "ReadingType.uom unit"},
		"no device": {"<ReadingType><uom>72</uom></ReadingType>", "", ""},
		"gas":       {"<f><ReadingType><uom>42</uom></ReadingType>" + body + "</f>", "d", "ReadingType.uom unit"},
		"broken":    {"<f><ReadingType></f>", "d", "xml malformed"},
	} {
		flaws := ""
		for row := range Rows(strings.NewReader(c.xml), c.device) {
			flaws += shown(row)[6].(string)
		}
		require.Equal(t, c.flaws, flaws, name)
	}
}

// FuzzRows must end, whatever the file is, and give only rows that are whole or say what they lack.
func FuzzRows(f *testing.F) {
	sample, err := os.ReadFile("testdata/two_points.xml")
	require.NoError(f, err)
	f.Add(string(sample))
	f.Fuzz(func(t *testing.T, body string) {
		for row := range Rows(strings.NewReader(body), "") {
			if len(row.Flaws) == 0 && (row.Report.Device == nil || row.Report.At == nil || (row.Report.KWh == nil && row.Report.Register == nil)) {
				t.Fatalf("a row that lacks something says nothing of it: %+v", row)
			}
		}
	})
}
