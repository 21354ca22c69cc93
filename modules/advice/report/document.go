package report

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice/text"
)

// Document is the content of one page, as texts and numbers that only need a layout.
type Document struct {
	ID string
	// By is the subject who requested it.
	By       string
	Language text.Language
	// Space is the id of the room, if it is one of the campus. A caller who may not see it cannot fetch the document.
	Space string
	Title string
	// Made is the time of creation, as printed.
	Made    time.Time
	MadeAt  string
	Text    []string // paragraphs
	Figures []Figure
	Chart   Chart
	Tables  []Table
	// Note states the source of the figures.
	Note string
}

// Figure is a labelled number with its unit.
type Figure struct{ Label, Value string }

// Table has rows of a text and one or two numbers.
type Table struct {
	Title string
	Rows  [][]string
}

// Chart is a bar chart.
type Chart struct {
	Title, Unit string
	Bars        []Bar
}

// Bar is a bar with its number, formatted for the language.
type Bar struct {
	Label, Text string
	Value       float64
	// Missing is true if nothing was measured, which differs from zero.
	Missing bool
}
