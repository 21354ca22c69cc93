package local

import (
	"context"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/database/personal"
)

// PersonalStore is the store of a module that keeps traces of persons.
type PersonalStore interface {
	TracesOf(ctx context.Context, words []string) ([]personal.Row, error)
	ForgetPerson(ctx context.Context, words []string, pseudonym string) (changed int, err error)
}

// Traces answers the auth module what another module keeps of persons.
type Traces struct{ Store PersonalStore }

var _ auth.Traces = Traces{}

// TracesOf returns what names a person.
func (t Traces) TracesOf(ctx context.Context, person auth.Person) ([]auth.Trace, error) {
	rows, err := t.Store.TracesOf(ctx, person.Words())
	traces := make([]auth.Trace, len(rows))
	for i, r := range rows {
		traces[i] = auth.Trace{Kind: r.Kind, What: r.What, At: r.At, Texts: r.Texts}
	}
	return traces, err
}

// Forget replaces a person by a pseudonym.
func (t Traces) Forget(ctx context.Context, person auth.Person, pseudonym string) (changed int, err error) {
	return t.Store.ForgetPerson(ctx, person.Words(), pseudonym)
}

// EnergyTraces are those of the energy module.
type EnergyTraces struct{ Traces }

// AdviceTraces are those of the advice module.
type AdviceTraces struct{ Traces }
