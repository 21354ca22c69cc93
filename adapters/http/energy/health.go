package httpenergy

import (
	"context"

	"github.com/holotwin/holotwin/modules/energy/intake"
	"github.com/holotwin/holotwin/platform/httpserver"
)

// health is how a device is.
type health struct {
	Status    string   `json:"status" enum:"never,silent,stuck,clock_unset,clock_ahead,clock_behind,ok" doc:"clock_unset: it tells times of before 2000, so its messages are taken at their arrival"`
	Message   string   `json:"message,omitempty" doc:"What is wrong and what to do, where it is not ok"`
	LastHeard *instant `json:"last_heard" nullable:"true" doc:"When it last spoke; null: never"`
	ClockOffS *float64 `json:"clock_off_s,omitempty" doc:"By how many seconds its clock is ahead; behind where negative"`
}

func healthOf(ctx context.Context, h intake.Health) *health {
	out := &health{Status: string(h.Status), Message: healthWords[h.Status].in(httpserver.Language(ctx))}
	if h.Heard != 0 {
		out.LastHeard = pointer(instant(h.Heard))
	}
	if h.Clock != 0 {
		out.ClockOffS = pointer(float64(h.Clock) / 1000)
	}
	return out
}

// healthWords say what is wrong and what to do.
var healthWords = map[intake.HealthStatus]words{
	intake.Never:  {"nunca habló: revise su conexión y la dirección con que se registró", "it never spoke: check its connection, and the address that it is registered with"},
	intake.Silent: {"calla hace más de lo usual: revise su alimentación y su red", "it has been silent for longer than usual: check its supply and network"},
	intake.Stuck:  {"repite un mismo número: revise el medidor o su conexión", "it repeats one number: check the meter or its connection"},
	intake.ClockUnset: {
		"su reloj no está en hora (dice un año anterior al 2000): lo que envía se toma a la hora en que llega; dele un servidor de hora (NTP)",
		"its clock is not set (it tells a year before 2000): what it sends is taken at the time of its arrival; give it a time server (NTP)",
	},
	intake.ClockAhead:  {"su reloj está adelantado: póngalo en hora y revise su zona horaria", "its clock is ahead: set it right, and check its time zone"},
	intake.ClockBehind: {"su reloj está atrasado: póngalo en hora y revise su zona horaria", "its clock is behind: set it right, and check its time zone"},
}
