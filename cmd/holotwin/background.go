package main

import (
	"context"
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
	// vitalsEvery is how often it is kept when devices were last heard.
	vitalsEvery = 15 * time.Second
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
