package campus

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/energy"
)

func TestMoveTo(t *testing.T) {
	const quarter = energy.Instant(energy.QuarterMs)
	d := Device{ID: "d", Space: "a", Parent: "m"}
	d.moveTo("b", "m", 10*quarter+1)
	require.Equal(t, []Placement{{"a", "m", 10 * quarter}}, d.Former, "rounded down to the quarter hour")
	d.moveTo("c", "", 20*quarter)
	require.Equal(t, []Placement{{"a", "m", 10 * quarter}, {"b", "m", 20 * quarter}}, d.Former)
	require.Equal(t, []energy.SpaceID{"a", "b", "b", "c"}, []energy.SpaceID{
		d.placedAt(0).Space, d.placedAt(10 * quarter).Space, d.placedAt(20*quarter - 1).Space, d.placedAt(20 * quarter).Space,
	})
	back := d
	back.moveTo("b", "m", 20*quarter)
	require.Equal(t, []Placement{{"a", "m", 10 * quarter}}, back.Former, "a later move that is dropped leaves no trace")
	early := d
	early.moveTo("c", "", 5*quarter)
	require.Equal(t, []Placement{{"a", "m", 5 * quarter}}, early.Former, "the move was earlier than first recorded")
	require.Len(t, d.Former, 2, "the original device does not change")
}

func TestEpochs(t *testing.T) {
	site := Space{ID: "s", Kind: KindSite}
	d := Device{ID: "d", Space: "b", Former: []Placement{{Space: "a", Until: 100}, {Space: "c", Until: 200}}}
	campus := NewCampus(1, []Space{site, {ID: "a", Kind: KindRoom, Parent: "s"}, {ID: "b", Kind: KindRoom, Parent: "s"}, {ID: "c", Kind: KindRoom, Parent: "s"}}, []Device{d}, time.UTC)
	var spans [][2]energy.Instant
	var spaces []energy.SpaceID
	for _, e := range campus.Epochs(100, 300) {
		spans = append(spans, [2]energy.Instant{e.From, e.To})
		spaces = append(spaces, e.Campus.DevicesWithin("s")[0].Space)
	}
	require.Equal(t, [][2]energy.Instant{{100, 200}, {200, 300}}, spans)
	require.Equal(t, []energy.SpaceID{"c", "b"}, spaces)
	require.NotEmpty(t, campus.everIn("a"))
	require.Empty(t, campus.everIn("s"))
	require.Equal(t, []energy.DeviceID{"d"}, campus.DevicesEver(Scope{Space: "a"}))
}
