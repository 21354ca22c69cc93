package report_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/advicetest"
	"github.com/holotwin/holotwin/modules/advice/report"
	"github.com/holotwin/holotwin/modules/advice/text"
)

var visit = report.RoomQuestion{Room: "sala de juegos", KWh: 21.4, Devices: []string{"TV", "PS5", "AC", "Luz"}}

func recommend(t *testing.T, a *advicetest.Services, v report.RoomQuestion) string {
	t.Helper()
	out, err := a.Advise(t.Context(), advicetest.Manager, v)
	require.NoError(t, err)
	return out.Text(text.Spanish)
}

func TestVisitOfAKnownRoomUsesItsReadings(t *testing.T) {
	c := advicetest.GamesRoom()
	a := advicetest.NewServices(c, advicetest.NewClock(advicetest.End.Add(-54*time.Hour)), nil)
	out, err := a.Advise(t.Context(), advicetest.Manager, visit)
	require.NoError(t, err)
	require.Equal(t, "sala", out.Measured.ID)
	require.Len(t, out.Recommendations, 1)
	text := out.Text(text.Spanish)
	require.Contains(t, text, "Sala de Juegos: 21,4 kWh")
	require.Contains(t, text, "Según sus propios medidores, hasta las 18:00 de hoy lleva")
	require.Contains(t, text, "un viernes usual")
	require.Contains(t, text, "«Aire central»")
	for _, d := range visit.Devices {
		require.Contains(t, text, "• "+d+": ")
	}
}

func TestVisitOfAnUnknownRoomIsAnsweredFromWhatItsDevicesUse(t *testing.T) {
	a := advicetest.NewServices(advicetest.GamesRoom(), advicetest.NewClock(advicetest.End), nil)
	v := visit
	v.Room = "Cafetería Norte"
	text := recommend(t, a, v)
	require.Contains(t, text, "Cafetería Norte: 21,4 kWh. Está por encima de lo usual")
	require.Contains(t, text, "Lo que más pesa es AC")
	require.NotContains(t, text, "propios medidores")
}

func TestTextDependsOnAllThreeInputs(t *testing.T) {
	a := advicetest.NewServices(advicetest.GamesRoom(), advicetest.NewClock(advicetest.End), nil)
	base := recommend(t, a, visit)
	other := visit
	other.Room = "Aula 101"
	require.NotEqual(t, base, recommend(t, a, other))
	other = visit
	other.KWh = 3
	require.Contains(t, recommend(t, a, other), "por debajo")
	other = visit
	other.Devices = []string{"Nevera", "Zarandajómetro"}
	text := recommend(t, a, other)
	require.NotContains(t, text, "PS5")
	require.Contains(t, text, "• Nevera: revisar el cierre")
	require.Contains(t, text, "• Zarandajómetro: apagar al salir")
	other.Devices = nil
	require.Contains(t, recommend(t, a, other), "No se indicaron dispositivos")
}

func TestDevicesAreRecognised(t *testing.T) {
	for name, sort := range map[string]string{
		"TV": "tv", "Televisor Samsung": "tv", "tv2": "tv", "Pantalla": "tv", "PS5": "console", "PlayStation 3": "console", "Xbox": "console",
		"AC": "ac", "A/C": "ac", "Aire acondicionado": "ac", "aire": "ac", "Luz": "light", "LUCES": "light", "Lámpara": "light", "luz1": "light",
		"PC": "computer", "Computador 3": "computer", "Portátil": "laptop", "Monitor de PC": "monitor", "Video Beam": "projector", "Nevera": "fridge",
		"Router": "router", "Ventilador": "fan", "Activador": "", "Lucero": "", "": "",
	} {
		out, err := advicetest.NewServices(advicetest.NewCampus(), advicetest.NewClock(advicetest.End), nil).Advise(t.Context(), advicetest.Manager, report.RoomQuestion{Room: "x", Devices: []string{name + " "}})
		if name == "" {
			require.Error(t, err)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, sort, out.Devices[0].Typical.Sort, name)
	}
}

func TestBadVisitNamesEveryField(t *testing.T) {
	a := advicetest.NewServices(advicetest.GamesRoom(), advicetest.NewClock(advicetest.End), nil)
	_, err := a.Advise(t.Context(), advicetest.Manager, report.RoomQuestion{Room: " ", KWh: math.NaN(), Devices: []string{"TV", ""}})
	var invalid advice.ErrInvalid
	require.ErrorAs(t, err, &invalid)
	fields := make([]string, len(invalid.Flaws))
	for i, f := range invalid.Flaws {
		fields[i] = f.Field
	}
	require.Equal(t, []string{"sala", "consumo", "dispositivos[1]"}, fields)
	_, err = a.Advise(t.Context(), advicetest.Manager, report.RoomQuestion{Room: "x", KWh: -1})
	require.ErrorAs(t, err, &invalid)
	_, err = a.Advise(t.Context(), advice.Caller{Role: "device"}, visit)
	require.ErrorIs(t, err, advice.ErrForbidden{})
}

func TestReportIsKeptForThoseWhoSeeTheRoom(t *testing.T) {
	clock := advicetest.NewClock(advicetest.End)
	a := advicetest.NewServices(advicetest.GamesRoom(), clock, nil)
	out, err := a.Advise(t.Context(), advicetest.Manager, visit)
	require.NoError(t, err)
	r, err := a.StoreDocument(t.Context(), advice.Caller{Subject: "us_1", Role: advice.Viewer}, text.Spanish, out)
	require.NoError(t, err)
	require.NotEmpty(t, r.Chart.Bars)
	require.NotEmpty(t, r.Figures)
	pdf, err := a.DocumentPDF(t.Context(), advicetest.Manager, r.ID)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(pdf), "%PDF"))
	_, err = a.DocumentPDF(t.Context(), advice.Caller{Role: advice.Viewer, Space: "aula"}, r.ID)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
	clock.Move(31 * 24 * time.Hour)
	_, err = a.DocumentPDF(t.Context(), advicetest.Manager, r.ID)
	require.ErrorAs(t, err, &advice.ErrNotFound{})
}
