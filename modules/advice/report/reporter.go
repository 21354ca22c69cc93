// Package report summarises a space's month, and gives advice for a room from its name, its consumption and its devices, each as figures,
// as text and as a PDF. Reporter is the entry point: MonthAt and Advise. document.go defines the content of a page.
package report

import (
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/recommendations"
	"github.com/holotwin/holotwin/modules/advice/savings"
)

// Needs are a Reporter's ports.
type Needs struct {
	Directory   *campus.Directory
	Catalog     *recommendations.Catalog
	Verifier    *savings.Verifier
	Consumption advice.Consumption
	Prices      advice.Prices
	Analyses    advice.Analyses
	Archive     Archive
	Renderer    Renderer
	Clock       advice.Clock
	// NewID returns an id with a prefix that cannot be guessed.
	NewID func(prefix string) string
}

// Reporter creates reports.
type Reporter struct {
	directory   *campus.Directory
	catalog     *recommendations.Catalog
	verifier    *savings.Verifier
	consumption advice.Consumption
	prices      advice.Prices
	analyses    advice.Analyses
	archive     Archive
	renderer    Renderer
	clock       advice.Clock
	newID       func(prefix string) string
}

// New returns a reporter.
func New(needs Needs) *Reporter {
	return &Reporter{
		directory: needs.Directory, catalog: needs.Catalog, verifier: needs.Verifier, consumption: needs.Consumption, prices: needs.Prices,
		analyses: needs.Analyses, archive: needs.Archive, renderer: needs.Renderer, clock: needs.Clock, newID: needs.NewID,
	}
}
