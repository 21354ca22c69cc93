package main

import (
	gormadvice "github.com/holotwin/holotwin/adapters/gorm/advice"
	httpadvice "github.com/holotwin/holotwin/adapters/http/advice"
	"github.com/holotwin/holotwin/adapters/llm"
	"github.com/holotwin/holotwin/adapters/pdf"
	"github.com/holotwin/holotwin/adapters/remote"
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
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/events"
	"github.com/holotwin/holotwin/platform/random"
)

var adviceParts = []any{
	func(db *database.Database, outbox *events.Outbox) *gormadvice.Store {
		return gormadvice.New(db).WithOutbox(outbox)
	},
	func(e remote.EnergyPorts) *campus.Directory { return campus.NewDirectory(e) },
	func(directory *campus.Directory, e remote.EnergyPorts, store *gormadvice.Store) *questions.Asker {
		return questions.New(questions.Needs{Directory: directory, Calendar: e, Openings: e, Analyses: store, DayAnswers: store, Clock: clock.System{}})
	},
	func(asker *questions.Asker, e remote.EnergyPorts) *inputs.Reader {
		return inputs.New(inputs.Needs{Consumption: e, Ambience: e, States: e, Calendar: e, Prices: e, Asker: asker, Clock: clock.System{}})
	},
	func(directory *campus.Directory, reader *inputs.Reader, asker *questions.Asker, e remote.EnergyPorts, store *gormadvice.Store) *analysis.Analyst {
		return analysis.New(analysis.Needs{Directory: directory, Inputs: reader, Asker: asker, Consumption: e, Changes: e, Analyses: store, Recommendations: store, Clock: clock.System{}})
	},
	func(directory *campus.Directory, reader *inputs.Reader, e remote.EnergyPorts) *outlook.Forecaster {
		return outlook.New(outlook.Needs{Directory: directory, Inputs: reader, Consumption: e, Ambience: e, Calendar: e, Prices: e, Clock: clock.System{}})
	},
	func(c config.Config, outside connectors, directory *campus.Directory, reader *inputs.Reader, asker *questions.Asker, analyst *analysis.Analyst, e remote.EnergyPorts, people recommendations.People, store *gormadvice.Store) *recommendations.Catalog {
		return recommendations.New(recommendations.Needs{
			Directory: directory, Inputs: reader, Asker: asker, Analyst: analyst, Prices: e,
			Analyses: store, Recommendations: store, Wordings: store, People: people, Rewriter: rewriter(c, outside), Clock: clock.System{},
		})
	},
	func(directory *campus.Directory, reader *inputs.Reader, e remote.EnergyPorts, store *gormadvice.Store) *savings.Verifier {
		return savings.New(savings.Needs{Directory: directory, Inputs: reader, Consumption: e, Prices: e, Recommendations: store, Clock: clock.System{}})
	},
	func(directory *campus.Directory, e remote.EnergyPorts, store *gormadvice.Store) *scenario.Simulator {
		return scenario.New(scenario.Needs{
			Directory: directory, Consumption: e, Ambience: e, Calendar: e, Prices: e,
			Scenarios: store, Runs: store, Clock: clock.System{}, NewID: random.ID,
		})
	},
	func(directory *campus.Directory, catalog *recommendations.Catalog, verifier *savings.Verifier, e remote.EnergyPorts, store *gormadvice.Store) *report.Reporter {
		return report.New(report.Needs{
			Directory: directory, Catalog: catalog, Verifier: verifier, Consumption: e, Prices: e, Analyses: store,
			Archive: store, Renderer: pdf.New(), Clock: clock.System{}, NewID: random.ID,
		})
	},
	func(analyst *analysis.Analyst, verifier *savings.Verifier, catalog *recommendations.Catalog, store *gormadvice.Store) *schedule.Scheduler {
		return schedule.New(schedule.Needs{Analyst: analyst, Verifier: verifier, Catalog: catalog, Jobs: store, Clock: clock.System{}, NewID: random.ID})
	},
	func(asker *questions.Asker, forecaster *outlook.Forecaster, catalog *recommendations.Catalog, verifier *savings.Verifier, simulator *scenario.Simulator, reporter *report.Reporter, scheduler *schedule.Scheduler) *httpadvice.Handlers {
		return &httpadvice.Handlers{
			Asker: asker, Forecaster: forecaster, Catalog: catalog, Verifier: verifier, Simulator: simulator, Reporter: reporter, Scheduler: scheduler,
		}
	},
}

// rewriter is nil if no language model is set.
func rewriter(c config.Config, outside connectors) recommendations.Rewriter {
	if c.LLMURL == "" {
		return nil
	}
	return countedRewriter{llm.New(llm.Settings{URL: c.LLMURL, APIKey: c.LLMAPIKey, Model: c.LLMModel}), outside.of("llm")}
}
