package database

import (
	"context"
	"errors"
	"fmt"
)

// run watches the replica until ctx ends.
func (r *replica) run(ctx context.Context) {
	announced, before, times := Following, Following, 0
	for {
		err := r.look(ctx)
		if ctx.Err() != nil {
			return
		}
		if found := conditionOf(err); !saysNothing(err) {
			r.condition.Store(found)
			if found != before {
				before, times = found, 0
			}
			if times++; found != announced && times >= announceAfter {
				announced = found
				r.onChange(found, reasonOf(err))
			}
		}
		if !sleep(ctx, lookEvery) {
			return
		}
	}
}

// look checks whether the replica may answer.
func (r *replica) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	conn, err := r.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	primary, err := r.primary(ctx)
	if err != nil {
		return err
	}
	if citus, err := isCitus(ctx, r.asked); err != nil || citus {
		return errors.Join(err, errCitus)
	}
	return r.catchUp(ctx, conn, primary)
}

// errCitus: how far a coordinator's standby is does not show how far those of the workers are.
var errCitus = errRefused{"DB_URL is a Citus cluster, and how far its workers' standbys are cannot be seen", true}

func reasonOf(err error) string {
	if err == nil || errors.Is(err, errBehind) || errors.As(err, &errRefused{}) {
		return fmt.Sprint(err)
	}
	return Reason(err)
}
