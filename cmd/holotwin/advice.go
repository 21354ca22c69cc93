package main

import (
	gormadvice "github.com/holotwin/holotwin/adapters/gorm/advice"
	httpadvice "github.com/holotwin/holotwin/adapters/http/advice"
	"github.com/holotwin/holotwin/adapters/llm"
	"github.com/holotwin/holotwin/adapters/local"
	"github.com/holotwin/holotwin/adapters/pdf"
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/scenario"
	"github.com/holotwin/holotwin/platform/clock"
	"github.com/holotwin/holotwin/platform/config"
	"github.com/holotwin/holotwin/platform/database"
	"github.com/holotwin/holotwin/platform/events"
	"github.com/holotwin/holotwin/platform/random"
)

var adviceParts = []any{
	func(db *database.Database, outbox *events.Outbox) *gormadvice.Store {
		return gormadvice.New(db).Tell(outbox)
	},
	func(campus local.Energy) *advice.Directory { return advice.NewDirectory(campus) },
	func(c config.Config, campus local.Energy, directory *advice.Directory, store *gormadvice.Store) *advice.Advisor {
		return advice.New(advice.Needs{
			Rewriter: rewriter(c), Wordings: store,
			Directory: directory, Consumption: campus, Ambience: campus, States: campus, Calendar: campus, Openings: campus, Prices: campus, Changes: campus,
			Recommendations: store, Analyses: store, DayAnswers: store, Archive: store, Jobs: store, Reports: pdf.New(), Clock: clock.System{}, NewID: random.ID,
		})
	},
	func(campus local.Energy, directory *advice.Directory, store *gormadvice.Store) *scenario.Simulator {
		return scenario.New(scenario.Needs{
			Directory: directory, Consumption: campus, Ambience: campus, Calendar: campus, Prices: campus,
			Scenarios: store, Runs: store, Clock: clock.System{}, NewID: random.ID,
		})
	},
	func(advisor *advice.Advisor, simulator *scenario.Simulator) *httpadvice.Handlers {
		return &httpadvice.Handlers{Advisor: advisor, Simulator: simulator}
	},
}

// rewriter is nil where no language model is set.
func rewriter(c config.Config) advice.Rewriter {
	if c.LLMURL == "" {
		return nil
	}
	return llm.New(llm.Settings{URL: c.LLMURL, APIKey: c.LLMAPIKey, Model: c.LLMModel})
}
