package local

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice/text"
	"github.com/holotwin/holotwin/modules/energy/calendar"
)

// TestAssumedHoursTextMatchesTheCalendar checks that the advice module's text names the energy module's default hours.
func TestAssumedHoursTextMatchesTheCalendar(t *testing.T) {
	names := map[calendar.Day]string{"mon": "Mon", "tue": "Tue", "wed": "Wed", "thu": "Thu", "fri": "Fri", "sat": "Sat", "sun": "Sun"}
	var spans []string
	for _, h := range calendar.DefaultHours {
		days := names[h.Days[0]]
		if n := len(h.Days); n > 1 {
			days += "–" + names[h.Days[n-1]]
		}
		spans = append(spans, days+" "+h.From.String()+"–"+h.To.String())
	}
	require.Equal(t, strings.Join(spans, ", "), text.AssumedHours(text.English))
	require.Len(t, strings.Split(text.AssumedHours(text.Spanish), ", "), len(spans))
}
