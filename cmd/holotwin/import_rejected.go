package main

import (
	"fmt"

	"github.com/holotwin/holotwin/modules/energy/ledger"
	"github.com/holotwin/holotwin/platform/problem"
)

// rejectionsIn returns the rejections of a summary, a line each, with the same texts as the answers of the server.
func rejectionsIn(s ledger.Summary, language string) []string {
	var lines []string
	for _, r := range s.Rejections {
		fields := make([]problem.Field, 0, len(r.Flaws)+1)
		if r.Conflicting {
			fields = append(fields, problem.Bad("timestamp", problem.Taken))
		}
		for _, f := range r.Flaws {
			fields = append(fields, problem.Field{Field: f.Field, Rule: problem.Rule(f.Rule), Params: f.Args})
		}
		for _, f := range fields {
			lines = append(lines, fmt.Sprintf("%d: %s: %s", r.Line, f.Field, f.In(language)))
		}
	}
	return lines[:min(len(lines), ledger.MaxRejections)]
}
