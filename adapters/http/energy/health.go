package httpenergy

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// health is a device's health.
type health struct {
	Status    string   `json:"status" enum:"never,silent,stuck,clock_unset,clock_ahead,clock_behind,ok" doc:"clock_unset: the device sends times before 2000, so the time of arrival is used"`
	Message   string   `json:"message,omitempty" doc:"What is wrong and what to do; absent if the status is ok"`
	LastHeard *instant `json:"last_heard" nullable:"true" doc:"When the device last sent a message; null: never"`
	ClockOffS *float64 `json:"clock_off_s,omitempty" doc:"How far the device's clock is ahead, in seconds; negative if it is behind"`
}

func healthOf(ctx context.Context, h intake.Health) *health {
	out := &health{Status: string(h.Status), Message: healthTexts[h.Status].in(httpserver.Language(ctx))}
	if h.LastSeen != 0 {
		out.LastHeard = pointer(instant(h.LastSeen))
	}
	if h.Clock != 0 {
		out.ClockOffS = pointer(float64(h.Clock) / 1000)
	}
	return out
}

// healthTexts describe what is wrong and what to do.
var healthTexts = map[intake.HealthStatus]bilingual{
	intake.Never:  {"nunca ha enviado datos: revise su conexión y la dirección con la que está registrado", "it has never reported: check its connection and its registered address"},
	intake.Silent: {"lleva más tiempo de lo usual sin enviar datos: revise su alimentación eléctrica y su red", "it has not reported for longer than usual: check its power supply and network"},
	intake.Stuck:  {"repite siempre el mismo valor: revise el medidor o su conexión", "it keeps sending the same value: check the meter or its connection"},
	intake.ClockUnset: {
		"su reloj no está en hora (envía un año anterior al 2000): sus datos se registran con la hora de llegada; configúrele un servidor de hora (NTP)",
		"its clock is not set (it sends a year before 2000), so the time of arrival is used: configure a time server (NTP)",
	},
	intake.ClockAhead:  {"su reloj está adelantado: póngalo en hora y revise su zona horaria", "its clock is ahead: correct it and check its time zone"},
	intake.ClockBehind: {"su reloj está atrasado: póngalo en hora y revise su zona horaria", "its clock is behind: correct it and check its time zone"},
}
