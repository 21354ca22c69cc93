package main

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	gormenergy "github.com/holotwin/holotwin/adapters/gorm/energy"
	"github.com/holotwin/holotwin/modules/auth"
	"github.com/holotwin/holotwin/modules/energy"
)

// What the server does every now and then.
const (
	// adviceEvery is how often advice that has grown old is looked at again.
	adviceEvery = 15 * time.Minute
	// settleEvery is how often it is looked whether the inbox holds messages of devices that are registered by now.
	settleEvery = time.Minute
	// purgeEvery is how often the inbox drops what nobody cared for.
	purgeEvery = 6 * time.Hour
	// vitalsEvery is how often it is kept when devices were last heard.
	vitalsEvery = 15 * time.Second
	// sweepEvery is how often ended sessions and tries that have come back are forgotten, and sweepFor how long that may take.
	sweepEvery = time.Minute
	sweepFor   = 20 * time.Second
	// forgetEventsEvery is how often the outbox is emptied of what is too old for readers that come back.
	forgetEventsEvery = 5 * time.Minute
	// countRefusalsEvery is how often it is written how many refused requests the audit left out.
	countRefusalsEvery = time.Minute
	// forgetStrangersEvery is how often the audit drops what is too old of refused requests of strangers.
	forgetStrangersEvery = time.Hour
)

// repeat does something every now and then until ctx ends. What fails is logged, and tried again the next time.
func repeat(ctx context.Context, every time.Duration, log *zap.Logger, failed string, do func(context.Context) error) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
		if err := do(ctx); err != nil && ctx.Err() == nil {
			log.Error(failed, zap.Error(err))
		}
	}
}

// keepInbox books what the inbox holds of devices that are registered by now: at the start what a server was killed over, and every
// now and then what came to one that had not heard of the adoption.
func keepInbox(ctx context.Context, log *zap.Logger, books *gormenergy.Store, intake *energy.Intake) {
	const failed = "messages of adopted devices were not booked; it is tried again"
	settle := func(ctx context.Context) error { return errors.Join(books.MoveFormer(ctx), intake.SettleAll(ctx)) }
	if err := settle(ctx); err != nil && ctx.Err() == nil {
		log.Error(failed, zap.Error(err))
	}
	repeat(ctx, settleEvery, log, failed, settle)
}

// relearnEvery is how long it waits before it tries again to judge old counters.
const relearnEvery = time.Minute

// relearn judges the counters again, one after the other, that an earlier version kept which did not learn their pace.
func relearn(ctx context.Context, log *zap.Logger, books *gormenergy.Store, directory energy.Directory) {
	all := func(ctx context.Context) error {
		campus, err := directory.Fresh(ctx)
		for more := err == nil; more && err == nil; {
			more, err = books.Relearn(ctx, energy.TraitsIn(campus))
		}
		return err
	}
	const failed = "old counters were not judged again; it is tried again"
	for ctx.Err() == nil {
		err := all(ctx)
		if err == nil {
			return
		}
		if ctx.Err() == nil {
			log.Error(failed, zap.Error(err))
		}
		select {
		case <-ctx.Done():
		case <-time.After(relearnEvery):
		}
	}
}

// purgeInbox drops what nobody cared for every now and then, and says which measures went with it.
func purgeInbox(ctx context.Context, log *zap.Logger, intake *energy.Intake) {
	repeat(ctx, purgeEvery, log, "the inbox was not purged; it is tried again", func(ctx context.Context) error {
		held, err := intake.Purge(ctx)
		for _, n := range held {
			log.Warn("measures of a device that nobody registered were dropped: it was silent for half a year",
				zap.String("address", n.Address), zap.String("space", string(n.Space)), zap.Int64("measures", n.Held), zap.Time("last_seen", n.LastSeen.Time()))
		}
		return err
	})
}

// postEvery is how long readings stay in the journal. Readers add what is in it, so it only decides for how much
// they do so.
const postEvery = 500 * time.Millisecond

// lastPost bounds the posting of a server that was told to stop.
const lastPost = 3 * time.Second

// post books what was journalled until ctx ends, and then what the last requests left. A database that is away is
// logged once, and once when it is back.
func post(ctx context.Context, log *zap.Logger, books *gormenergy.Store) {
	failing := false
	for ctx.Err() == nil {
		posted, err := books.Post(ctx)
		switch {
		case err != nil && !failing && ctx.Err() == nil:
			log.Error("the journal cannot be posted; totals stay right, and it is tried again", zap.Error(err))
		case err == nil && failing:
			log.Info("the journal is posted again")
		}
		failing = err != nil
		if posted == gormenergy.PostAtOnce {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(postEvery):
		}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastPost)
	defer cancel()
	if _, err := books.Post(ending); err != nil {
		log.Warn("the journal is left for the next start", zap.Error(err))
	}
}

// When what is older than it is kept is forgotten: a while after the start, and every day.
const (
	firstForget = time.Minute
	forgetEvery = 24 * time.Hour
)

// forget applies the retention until ctx ends.
func forget(ctx context.Context, log *zap.Logger, books *gormenergy.Store, retention energy.Retention) {
	for wait := firstForget; ; wait = forgetEvery {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		forgotten, err := retention.Apply(ctx, books, instants{}.Now())
		switch {
		case err != nil && ctx.Err() == nil:
			log.Error("old readings were not forgotten; it is tried again tomorrow", zap.Error(err))
		case forgotten > 0:
			log.Info("readings older than RAW_RETENTION_DAYS were forgotten", zap.Int64("readings", forgotten))
		}
	}
}

// sweep deletes what has expired of sessions and logins until ctx ends. Each replica does so; they leave each other alone.
func sweep(ctx context.Context, log *zap.Logger, sessions *auth.Sessions) {
	repeat(ctx, sweepEvery, log, "ended sessions and old login tries were not deleted; will retry", func(ctx context.Context) error {
		within, cancel := context.WithTimeout(ctx, sweepFor)
		defer cancel()
		return sessions.Sweep(within)
	})
}

// countRefusals writes how many refused requests the audit left out until ctx ends, and then those of the last minute.
func countRefusals(ctx context.Context, log *zap.Logger, refusals *auth.Refusals) {
	const failed = "the refused requests that the audit left out were not counted"
	repeat(ctx, countRefusalsEvery, log, failed, refusals.CountLeftOut)
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastPost)
	defer cancel()
	if err := refusals.CountLeftOut(ending); err != nil {
		log.Error(failed, zap.Error(err))
	}
}
