package advicetest

import (
	memoryadvice "github.com/holotwin/holotwin/adapters/memory/advice"
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/analysis"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/inputs"
	"github.com/holotwin/holotwin/modules/advice/outlook"
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/report"
	"github.com/holotwin/holotwin/modules/advice/savings"
	"github.com/holotwin/holotwin/modules/advice/scenario"
	"github.com/holotwin/holotwin/modules/advice/schedule"
)

// Services are the services of the module on one campus and one store, all that a handler is given.
type Services struct {
	*questions.Asker
	*outlook.Forecaster
	*recommendations.Catalog
	*savings.Verifier
	*scenario.Simulator
	*report.Reporter
	*schedule.Scheduler
}

// NewServices makes the services of a campus, with a store in memory unless another is given.
func NewServices(c *Campus, clock advice.Clock, store Store) *Services {
	return NewRewordingServices(c, clock, store, nil)
}

// NewRewordingServices makes services whose texts a rewriter words better.
func NewRewordingServices(c *Campus, clock advice.Clock, store Store, rewriter recommendations.Rewriter) *Services {
	if store == nil {
		store = memoryadvice.New()
	}
	n := 0
	newID := func(prefix string) string { n++; return prefix + "_" + string(rune('a'+n)) }
	directory := campus.NewDirectory(c)
	asker := questions.New(questions.Needs{Directory: directory, Calendar: c, Openings: c, Analyses: store, DayAnswers: store, Clock: clock})
	reader := inputs.New(inputs.Needs{Consumption: c, Ambience: c, States: c, Calendar: c, Prices: c, Asker: asker, Clock: clock})
	analyst := analysis.New(analysis.Needs{
		Directory: directory, Inputs: reader, Asker: asker, Consumption: c, Changes: c, Analyses: store, Recommendations: store, Clock: clock,
	})
	catalog := recommendations.New(recommendations.Needs{
		Directory: directory, Inputs: reader, Asker: asker, Analyst: analyst, Prices: c, Analyses: store, Recommendations: store,
		Wordings: store, People: people{}, Rewriter: rewriter, Clock: clock,
	})
	verifier := savings.New(savings.Needs{Directory: directory, Inputs: reader, Consumption: c, Prices: c, Recommendations: store, Clock: clock})
	return &Services{
		Asker: asker, Catalog: catalog, Verifier: verifier,
		Forecaster: outlook.New(outlook.Needs{Directory: directory, Inputs: reader, Consumption: c, Ambience: c, Calendar: c, Prices: c, Clock: clock}),
		Simulator: scenario.New(scenario.Needs{
			Directory: directory, Consumption: c, Ambience: c, Calendar: c, Prices: c, Scenarios: store, Runs: store, Clock: clock, NewID: newID,
		}),
		Reporter: report.New(report.Needs{
			Directory: directory, Catalog: catalog, Verifier: verifier, Consumption: c, Prices: c, Analyses: store, Archive: store, Renderer: Pages{},
			Clock: clock, NewID: newID,
		}),
		Scheduler: schedule.New(schedule.Needs{Analyst: analyst, Verifier: verifier, Catalog: catalog, Jobs: store, Clock: clock, NewID: newID}),
	}
}
