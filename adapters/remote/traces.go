package remote

import (
	"context"

	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/platform/peer"
)

type forgetAsked struct {
	Person    auth.Person
	Pseudonym string
}

// tracesCall and forgetCall are answered by each module that keeps traces of persons. To forget twice is to forget once.
func tracesCall(module string) peer.Call[auth.Person, []auth.Trace] {
	return peer.Call[auth.Person, []auth.Trace]{Module: module, Name: "traces-of"}
}

func forgetCall(module string) peer.Call[forgetAsked, int] {
	return peer.Call[forgetAsked, int]{Module: module, Name: "forget-person"}
}

// Traces asks another module what it keeps of persons.
type Traces struct {
	Client *peer.Client
	module string
}

var _ auth.Traces = Traces{}

// EnergyTraces returns the traces of the energy module.
func EnergyTraces(client *peer.Client) Traces { return Traces{client, ofEnergy} }

// AdviceTraces returns the traces of the advice module.
func AdviceTraces(client *peer.Client) Traces { return Traces{client, ofAdvice} }

// TracesOf returns what names a person.
func (t Traces) TracesOf(ctx context.Context, person auth.Person) ([]auth.Trace, error) {
	return ask(ctx, t.Client, tracesCall(t.module), person)
}

// Forget replaces a person by a pseudonym.
func (t Traces) Forget(ctx context.Context, person auth.Person, pseudonym string) (int, error) {
	return ask(ctx, t.Client, forgetCall(t.module), forgetAsked{person, pseudonym})
}

// AnswerEnergyTraces makes a server answer what the energy module keeps of persons.
func AnswerEnergyTraces(s *peer.Server, traces auth.Traces) { answerTraces(s, ofEnergy, traces) }

// AnswerAdviceTraces makes a server answer what the advice module keeps of persons.
func AnswerAdviceTraces(s *peer.Server, traces auth.Traces) { answerTraces(s, ofAdvice, traces) }

func answerTraces(s *peer.Server, module string, traces auth.Traces) {
	tracesCall(module).Answer(s, traces.TracesOf)
	forgetCall(module).Answer(s, func(ctx context.Context, asked forgetAsked) (int, error) {
		return traces.Forget(ctx, asked.Person, asked.Pseudonym)
	})
}
