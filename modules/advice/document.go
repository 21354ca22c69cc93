package advice

import (
	"time"

	"github.com/holotwin/holotwin/modules/advice/words"
)

// Report is an answer to a visit on one page, all in words and numbers that only need to be laid out.
type Report struct {
	ID string
	// By is who had it made.
	By       string
	Language words.Language
	// Space is the room's, where it is one of the campus; who cannot see it cannot fetch the report.
	Space string
	Title string
	// Made is when, as it is printed.
	Made    time.Time
	MadeAt  string
	Text    []string // paragraphs
	Figures []ReportFigure
	Chart   Chart
	Tables  []ReportTable
	// Note says where the figures come from.
	Note string
}

// ReportFigure is a labelled number with its unit.
type ReportFigure struct{ Label, Value string }

// ReportTable is rows of a text and one or two numbers.
type ReportTable struct {
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
