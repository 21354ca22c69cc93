package advicetest

import (
	memoryadvice "github.com/holotwin/holotwin/adapters/memory/advice"
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/scenario"
)

// Services are all services of the module on one campus and one store.
type Services struct {
	*advice.Advisor
	*scenario.Simulator
}

// NewServices makes the services of a campus, with a store in memory unless another is given.
func NewServices(c *Campus, clock advice.Clock, store Store) *Services {
	if store == nil {
		store = memoryadvice.New()
	}
	n := 0
	newID := func(prefix string) string { n++; return prefix + "_" + string(rune('a'+n)) }
	directory := advice.NewDirectory(c)
	return &Services{
		Advisor: advice.New(advice.Needs{
			Directory: directory, Consumption: c, Ambience: c, States: c, Calendar: c, Openings: c, Prices: c, Changes: c,
			Recommendations: store, Analyses: store, DayAnswers: store, Archive: store, Jobs: store, Wordings: store, Reports: Pages{}, Clock: clock, NewID: newID,
		}),
		Simulator: scenario.New(scenario.Needs{
			Directory: directory, Consumption: c, Ambience: c, Calendar: c, Prices: c, Scenarios: store, Runs: store, Clock: clock, NewID: newID,
		}),
	}
}
