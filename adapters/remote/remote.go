// Package remote connects modules that run in different processes: it implements a module's ports by asking the process of another
// module over HTTP. Each file has one subject with both ends: the type that asks, and the function that makes a server answer from
// the port itself. adapters/local answers the same ports in one process, and both pass the same suite.
//
// What a port returns is the same as in one process, to the bit: instants are sent in ms, and are in UTC as the energy module's are.
package remote

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/platform/peer"
)

// patience is how long an answer waits for what it can do without. A process that hangs would otherwise delay it for as long as a
// call may take.
const patience = 5 * time.Second

// The modules that answer.
const (
	ofAuth   = "auth"
	ofEnergy = "energy"
	ofAdvice = "advice"
)

// Codes of the errors that a port may return. Both ends know them; an error that is not here is a failure.
const (
	energyNotFound  = "energy_not_found"
	energyForbidden = "energy_forbidden"
	adviceNotFound  = "advice_not_found"
	adviceForbidden = "advice_forbidden"
	nothingMeasured = "nothing_measured"
)

// RefusalOf returns how an error of a module is sent to the process that asked; ok is false if it is a failure.
func RefusalOf(err error) (r peer.Refusal, ok bool) {
	var noEnergy energy.ErrNotFound
	var noAdvice advice.ErrNotFound
	var nothing advice.ErrNothingMeasured
	switch {
	case errors.As(err, &noEnergy):
		return peer.Refusal{Code: energyNotFound, Args: []string{noEnergy.Kind, noEnergy.ID}}, true
	case errors.As(err, &energy.ErrForbidden{}):
		return peer.Refusal{Code: energyForbidden}, true
	case errors.As(err, &noAdvice):
		return peer.Refusal{Code: adviceNotFound, Args: []string{noAdvice.Kind, noAdvice.ID}}, true
	case errors.As(err, &advice.ErrForbidden{}):
		return peer.Refusal{Code: adviceForbidden}, true
	case errors.As(err, &nothing):
		return peer.Refusal{Code: nothingMeasured, Args: []string{string(nothing.Target.Level), nothing.Target.ID}}, true
	}
	return peer.Refusal{}, false
}

// errorOf returns the module's own error for a refusal, and any other error unchanged.
func errorOf(err error) error {
	var r peer.Refusal
	if !errors.As(err, &r) {
		return err
	}
	first, second := "", ""
	if len(r.Args) == 2 {
		first, second = r.Args[0], r.Args[1]
	}
	switch r.Code {
	case energyNotFound:
		return energy.ErrNotFound{Kind: first, ID: second}
	case energyForbidden:
		return energy.ErrForbidden{}
	case adviceNotFound:
		return advice.ErrNotFound{Kind: first, ID: second}
	case adviceForbidden:
		return advice.ErrForbidden{}
	case nothingMeasured:
		return advice.ErrNothingMeasured{Target: advice.Target{Level: advice.Level(first), ID: second}}
	}
	return err
}

// ask asks and returns the module's own errors.
func ask[In, Out any](ctx context.Context, c *peer.Client, call peer.Call[In, Out], in In) (Out, error) {
	out, err := call.Ask(ctx, c, in)
	return out, errorOf(err)
}

// askForAdvice asks for the advice module, which goes on with what it computed before while a module is away.
func askForAdvice[In, Out any](ctx context.Context, c *peer.Client, call peer.Call[In, Out], in In) (Out, error) {
	out, err := ask(ctx, c, call, in)
	if peer.IsAway(err) {
		err = fmt.Errorf("%w: %w", advice.ErrAway, err)
	}
	return out, err
}
