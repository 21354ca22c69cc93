package standing_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/holotwin/holotwin/modules/auth"
)

// BenchmarkVerifier is what each request costs, and each pull, with 10,000 ended sessions, 100 of which each answer repeats.
func BenchmarkVerifier(b *testing.B) {
	ctx, c := context.Background(), newCampus()
	p := newProcess(c)
	_, token := c.user(b)
	_, secret := c.key(b)
	p.pull(b)
	source := &endedFamilies{campus: c}
	p.source = source
	p.restart()
	for range 100 {
		source.next()
		p.pull(b)
	}
	p.requireKey(b, secret, nil)
	for name, call := range map[string]func() error{
		"Holder":    func() error { _, err := p.Holder(ctx, token); return err },
		"KeyHolder": func() error { _, err := p.KeyHolder(ctx, secret); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := call(); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
	b.Run("Pull", func(b *testing.B) {
		for b.Loop() {
			if err := p.Pull(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// endedFamilies answers with 100 ended sessions.
type endedFamilies struct {
	*campus
	ids   []string
	calls int
}

func (e *endedFamilies) next() {
	e.calls++
	e.ids = nil
	for i := range 100 {
		e.ids = append(e.ids, fmt.Sprintf("fm_ended_%d_%d", e.calls, i))
	}
}

func (e *endedFamilies) Changes(context.Context, time.Time) (auth.Changes, error) {
	return auth.Changes{Now: e.now, Complete: true, Families: e.ids}, nil
}
