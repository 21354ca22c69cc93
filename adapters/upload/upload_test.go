package upload

import (
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

// rowSummary is a row in short: its line, the fields that are set, and the flaws.
type rowSummary struct {
	Line  int
	Set   map[string]string
	Flaws []string
}

func readRows(t *testing.T, media, body string, limit int64) ([]rowSummary, *upload[ledger.Draft]) {
	t.Helper()
	u := newUpload(strings.NewReader(body), limit, readingMembers)
	rows, err := u.rows(media)
	require.NoError(t, err)
	var all []rowSummary
	for r := range rows {
		one := rowSummary{Line: r.line, Set: set(r.draft)}
		for _, f := range r.flaws {
			one.Flaws = append(one.Flaws, f.Field+" "+f.Rule)
		}
		all = append(all, one)
	}
	return all, u
}

// set returns the fields of a draft that are present, as texts; "?" for one that cannot be read.
func set(d ledger.Draft) map[string]string {
	all := make(map[string]string)
	note(all, "device_id", d.Device, func(id energy.DeviceID) string { return string(id) })
	for name, f := range map[string]energy.Field[energy.Energy]{"kwh": d.KWh, "register_kwh": d.Register, "kvarh": d.KVArh, "register_kvarh": d.RegisterKVArh} {
		note(all, name, f, energy.Energy.KWh)
	}
	note(all, "power_w", d.Power, energy.Power.Watts)
	for name, f := range map[string]energy.Field[int64]{"interval_s": d.Span, "age_s": d.Age} {
		note(all, name, f, func(ms int64) string { return string(energy.AppendDecimal(nil, ms, 3)) })
	}
	note(all, "timestamp", d.At, func(at energy.WallTime) string {
		instant, err := at.In(time.UTC)
		if err != nil {
			return err.Error()
		}
		return instant.String()
	})
	return all
}

func note[T any](all map[string]string, name string, f energy.Field[T], text func(T) string) {
	if !f.Given() {
		return
	}
	all[name] = "?"
	if v, ok := f.Value(); ok {
		all[name] = text(v)
	}
}

const enough = 1 << 20

func TestCSV(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want []rowSummary
	}{
		"plain": {"device_id,timestamp,kwh\nac-1,2026-05-26T23:00:00Z,0.42\n", []rowSummary{
			{Line: 2, Set: map[string]string{"device_id": "ac-1", "timestamp": "2026-05-26T23:00:00Z", "kwh": "0.42"}},
		}},
		"Spanish Excel": {"\xef\xbb\xbfDevice_ID;Timestamp;kWh\r\n\"ac-1\";2026-05-26T23:00:00Z;\"0,42\"\r\n", []rowSummary{
			{Line: 2, Set: map[string]string{"device_id": "ac-1", "timestamp": "2026-05-26T23:00:00Z", "kwh": "0.42"}},
		}},
		"a comma stays in commas": {"device_id,kwh\nac-1,\"0,42\"\n", []rowSummary{
			{Line: 2, Set: map[string]string{"device_id": "ac-1", "kwh": "?"}},
		}},
		"thousands are not decimals": {"device_id;kwh\nac-1;1,234,5\n", []rowSummary{
			{Line: 2, Set: map[string]string{"device_id": "ac-1", "kwh": "?"}},
		}},
		"points that group, before and after the first comma": {"device_id;kwh;interval_s\na;1.412;3.600\na;963,8;\na;1.041,2;\na;1.234.567;\na;12;\n", []rowSummary{
			{Line: 2, Set: map[string]string{"device_id": "a", "kwh": "1412", "interval_s": "3600"}},
			{Line: 3, Set: map[string]string{"device_id": "a", "kwh": "963.8"}},
			{Line: 4, Set: map[string]string{"device_id": "a", "kwh": "1041.2"}},
			{Line: 5, Set: map[string]string{"device_id": "a", "kwh": "1234567"}},
			{Line: 6, Set: map[string]string{"device_id": "a", "kwh": "12"}},
		}},
		"points alone are decimal": {"device_id;kwh\na;1.412\na;3\na;0.25\na;1.375\n", []rowSummary{
			{Line: 2, Set: map[string]string{"device_id": "a", "kwh": "1.412"}},
			{Line: 3, Set: map[string]string{"device_id": "a", "kwh": "3"}},
			{Line: 4, Set: map[string]string{"device_id": "a", "kwh": "0.25"}},
			{Line: 5, Set: map[string]string{"device_id": "a", "kwh": "1.375"}},
		}},
		"points of three digits alone are decimal": {"device_id;kwh\na;1.412\n", []rowSummary{
			{Line: 2, Set: map[string]string{"device_id": "a", "kwh": "1.412"}},
		}},
		"both marks": {"device_id;kwh\na;0.25\na;0,25\na;1.412\n", []rowSummary{
			{Line: 2, Set: map[string]string{"device_id": "a", "kwh": "0.25"}},
			{Line: 3, Set: map[string]string{"device_id": "a", "kwh": "0.25"}},
			{Line: 4, Set: map[string]string{"device_id": "a"}, Flaws: []string{"kwh ambiguous_point"}},
		}},
		"empty cells are absent, empty lines none": {"device_id,kwh,power_w\n\nac-1,,5\n   \nac-2,1\n", []rowSummary{
			{Line: 3, Set: map[string]string{"device_id": "ac-1", "power_w": "5"}},
			{Line: 5, Set: map[string]string{"device_id": "ac-2", "kwh": "1"}},
		}},
		"no last newline": {"device_id,kwh\nac-1,1", []rowSummary{{Line: 2, Set: map[string]string{"device_id": "ac-1", "kwh": "1"}}}},
		"too many cells":  {"device_id,kwh\nac-1,1,2\nac-2,1\n", []rowSummary{{Line: 2, Set: map[string]string{}, Flaws: []string{"row malformed"}}, {Line: 3, Set: map[string]string{"device_id": "ac-2", "kwh": "1"}}}},
		"a quote that is open harms its row only": {"device_id,kwh\n\"ac-1,1\nac-2,1\n", []rowSummary{
			{Line: 2, Set: map[string]string{}, Flaws: []string{"row malformed"}}, {Line: 3, Set: map[string]string{"device_id": "ac-2", "kwh": "1"}},
		}},
		"unknown and repeated columns": {"device_id,kw,kwh,kwh\nac-1,1,1,1\n", []rowSummary{
			{Line: 1, Set: map[string]string{}, Flaws: []string{"kw unknown", "kwh duplicate"}},
		}},
		"a line beyond measure": {"device_id,kwh\nac-1," + strings.Repeat("1", 2*maxLine) + "\nac-2,1\n", []rowSummary{
			{Line: 2, Set: map[string]string{}, Flaws: []string{"row malformed"}}, {Line: 3, Set: map[string]string{"device_id": "ac-2", "kwh": "1"}},
		}},
		"header only": {"device_id,kwh\n", nil},
		"nothing":     {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := readRows(t, "text/csv", c.body, enough)
			require.Equal(t, c.want, got)
		})
	}
}

func TestJSONRows(t *testing.T) {
	one := map[string]string{"device_id": "7", "kwh": "0.42"}
	for name, c := range map[string]struct {
		media, body string
		want        []rowSummary
	}{
		"array": {"application/json", `[{"device_id":7,"kwh":0.420000000000000000001}]`, []rowSummary{{Line: 1, Set: one}}},
		"lines": {"application/x-ndjson", "{\"device_id\":7,\"kwh\":0.420000000000000000001}\n\n{\"device_id\":7,\"kwh\":0.420000000000000000001}", []rowSummary{{Line: 1, Set: one}, {Line: 3, Set: one}}},
		"a broken line harms itself only": {"application/x-ndjson", "{\n{\"device_id\":7,\"kwh\":0.420000000000000000001}", []rowSummary{
			{Line: 1, Set: map[string]string{}, Flaws: []string{"body malformed"}}, {Line: 2, Set: one},
		}},
		"broken JSON ends an array": {"application/json", `[{"device_id":7,"kwh":0.420000000000000000001},{"kwh":],{}]`, []rowSummary{
			{Line: 1, Set: one}, {Line: 2, Set: map[string]string{}, Flaws: []string{"kwh malformed"}},
		}},
		"no array":       {"application/json", `{"device_id":7}`, []rowSummary{{Line: 1, Set: map[string]string{}, Flaws: []string{"body array"}}}},
		"trailing data":  {"application/json", `[]x`, []rowSummary{{Line: 1, Set: map[string]string{}, Flaws: []string{"body malformed"}}}},
		"members":        {"application/x-ndjson", `{"kWh":1,"device_id":"a","x":{"y":[]}}`, []rowSummary{{Line: 1, Set: map[string]string{"device_id": "a"}, Flaws: []string{"kWh unknown", "x unknown"}}}},
		"repeated":       {"application/json", `[{"device_id":"a","device_id":"b"}]`, []rowSummary{{Line: 1, Set: map[string]string{}, Flaws: []string{"device_id duplicate"}}}},
		"of wrong kinds": {"application/json", `[{"kwh":"1","device_id":null}]`, []rowSummary{{Line: 1, Set: map[string]string{"kwh": "?", "device_id": "?"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := readRows(t, c.media, c.body, enough)
			require.Equal(t, c.want, got)
		})
	}
}

func TestUploadsAreBounded(t *testing.T) {
	body := "device_id,kwh\n" + strings.Repeat("ac-1,1\n", 100)
	_, u := readRows(t, "text/csv", body, int64(len(body)))
	require.NoError(t, u.failure())
	_, u = readRows(t, "text/csv", body, int64(len(body))-1)
	require.Error(t, u.failure())
	_, _, err := Reader{}.Readings(strings.NewReader(""), "text/html", enough)
	require.Error(t, err)
}

// TestABrokenUploadIsNoShorterOne truncates an upload in the middle of a number: the row is rejected, not read as another number.
func TestABrokenUploadIsNoShorterOne(t *testing.T) {
	for media, body := range map[string]string{
		"text/csv":             "device_id,kwh\na,1.5\na,1.2",
		"application/x-ndjson": "{\"device_id\":\"a\",\"kwh\":1.5}\n{\"device_id\":\"a\",\"kwh\":1}",
		"application/json":     "[{\"device_id\":\"a\",\"kwh\":1.5},{\"device_id\":\"a\",\"kwh\":1",
	} {
		for name, from := range map[string]struct {
			body  io.Reader
			limit int64
		}{
			"by the line":  {io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF)), enough},
			"by the limit": {strings.NewReader(body + "5"), int64(len(body))},
		} {
			rows, failure, err := Reader{}.Readings(from.body, media, from.limit)
			require.NoError(t, err)
			got := slices.Collect(rows)
			require.Len(t, got, 2, "%s %s", media, name)
			require.Empty(t, append(got[0].Flaws, got[0].Draft.Flaws...))
			require.NotEmpty(t, got[1].Flaws, "%s %s", media, name)
			require.Error(t, failure())
		}
	}
}

// FuzzRows reads any bytes as an upload: it ends, lines only grow, and a row always has a line.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{"device_id;kwh\nac-1;0,42\n", `[{"device_id":"a","kwh":1}]`, "{\"kwh\":1}\n{", "\xef\xbb\xbf\"", "[[[[", "\"\n\r\n,"} {
		for media := range uint8(3) {
			f.Add(seed, media)
		}
	}
	media := []string{"text/csv", "application/json", "application/x-ndjson"}
	f.Fuzz(func(t *testing.T, body string, kind uint8) {
		seq, err := newUpload(strings.NewReader(body), enough, readingMembers).rows(media[int(kind)%len(media)])
		require.NoError(t, err)
		last := 0
		for r := range seq {
			require.Greater(t, r.line, last)
			last = r.line
			if r.broken {
				require.NotEmpty(t, r.flaws)
			}
		}
	})
}
