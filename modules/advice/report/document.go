package report

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice/text"
)

// Document is one page, all in texts and numbers that only need to be laid out.
type Document struct {
	ID string
	// By is the subject who requested it.
	By       string
	Language text.Language
	// Space is the room's, where it is one of the campus; a caller who cannot see it cannot fetch the report.
	Space string
	Title string
	// Made is when, as it is printed.
	Made    time.Time
	MadeAt  string
	Text    []string // paragraphs
	Figures []Figure
	Chart   Chart
	Tables  []Table
	// Note is where the figures come from.
	Note string
}

// Figure is a labelled number with its unit.
type Figure struct{ Label, Value string }

// Table is rows of a text and one or two numbers.
type Table struct {
	Title string
	Rows  [][]string
}

// Chart is bars side by side.
type Chart struct {
	Title, Unit string
	Bars        []Bar
}

// Bar is one of them, with its number as the language writes it.
type Bar struct {
	Label, Text string
	Value       float64
	// Missing is set where nothing was measured, which is no zero.
	Missing bool
}
