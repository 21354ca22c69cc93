package remote

import (
	"context"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/analysis"
	"github.com/holotwin/holotwin/platform/peer"
)

type wireChange struct {
	Target advice.Target
	At     int64
}

var changesCall = peer.Call[int64, []wireChange]{Module: ofEnergy, Name: "changes"}

// Changes implements the advice module's port.
type Changes struct{ Client *peer.Client }

var _ analysis.Changes = Changes{}

// Since returns the changes of past data since an instant.
func (c Changes) Since(ctx context.Context, at time.Time) ([]analysis.Change, error) {
	answer, err := askForAdvice(ctx, c.Client, changesCall, msOf(at))
	if err != nil {
		return nil, err
	}
	changes := make([]analysis.Change, len(answer))
	for i, w := range answer {
		changes[i] = analysis.Change{Target: w.Target, At: instantOf(w.At)}
	}
	return changes, nil
}

// answerChanges makes a server answer with the changes of the energy module.
func answerChanges(s *peer.Server, changes analysis.Changes) {
	changesCall.Answer(s, func(ctx context.Context, since int64) ([]wireChange, error) {
		all, err := changes.Since(ctx, instantOf(since))
		sent := make([]wireChange, len(all))
		for i, c := range all {
			sent[i] = wireChange{c.Target, msOf(c.At)}
		}
		return sent, err
	})
}
