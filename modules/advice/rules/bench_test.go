package rules

import "testing"

// BenchmarkJudge runs the rules on a meter with a year of hours.
func BenchmarkJudge(b *testing.B) {
	s := made{days: 365, kw: while(working, 30, 12), noise: 0.1}.subject("meter")
	for b.Loop() {
		Judge(s)
	}
}
