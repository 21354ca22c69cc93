package events

import (
	"context"
	"errors"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Feed lets readers follow the outbox. One goroutine reads the outbox for all of them. A reader that is slower than the memory
// of the feed reads from the database itself, and delays no other reader.
type Feed struct {
	outbox *Outbox
	wakeUp chan struct{}

	readers atomic.Int64
	failing atomic.Bool

	mu sync.Mutex
	// recent are the last events, oldest first. memoryStart is the position before the first of them. position is the one up to
	// which the feed has read. Without readers, the feed reads nothing and active is false.
	recent                []Event
	memoryStart, position Position
	active                bool
	// changed is closed and replaced when there are new events.
	changed chan struct{}
}

// Limits of the feed.
const (
	// recentEvents are some seconds of a busy campus. When there are more, at least half of them are dropped.
	recentEvents = 8192
	// pollEvery is how often the outbox is read for commits of other processes, and for commits of this one that became visible
	// when an older transaction ended.
	pollEvery = 50 * time.Millisecond
	// If the processes inform each other of commits, the outbox is polled only this many times after each commit, because an
	// older transaction may still be open. Then it is polled every slowPollEvery.
	pollsAfterCommit = 20
	slowPollEvery    = 2 * time.Second
	// gatherTime is how long events are collected before readers get them: sending each alone would cost one write per reader.
	gatherTime = 20 * time.Millisecond
	// rowsAtOnce is the maximum number of rows of one query.
	rowsAtOnce = 200
	// pauseAfterError is the pause after an error of the database.
	pauseAfterError = time.Second
)

// NewFeed returns a feed. Readers get events only while Run runs.
func NewFeed(outbox *Outbox) *Feed {
	f := &Feed{outbox: outbox, wakeUp: make(chan struct{}, 1), changed: make(chan struct{})}
	outbox.subscribe(f.wakeUp)
	return f
}

// Run reads the outbox until ctx ends, while there are readers. failed is called with the first of several errors in a row.
func (f *Feed) Run(ctx context.Context, failed func(error)) {
	quiet := 0 // polls in a row since the last commit or new reader
	for ctx.Err() == nil {
		wait := pollEvery
		if f.outbox.SharesCommits() && quiet >= pollsAfterCommit {
			wait = slowPollEvery
		}
		if f.readers.Load() == 0 {
			f.deactivate()
			wait = time.Hour // a reader wakes it
		}
		select {
		case <-ctx.Done():
			return
		case <-f.wakeUp:
			quiet = 0
		case <-time.After(wait):
			quiet++
		}
		if f.readers.Load() == 0 {
			continue
		}
		err := f.readNew(ctx)
		if err != nil && ctx.Err() == nil && !f.failing.Load() {
			failed(err)
		}
		f.failing.Store(err != nil)
		pause := gatherTime
		if err != nil {
			pause = pauseAfterError
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// deactivate drops the memory of the feed if there are no readers.
func (f *Feed) deactivate() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.readers.Load() == 0 {
		f.recent, f.active = nil, false
	}
}

// readNew reads all new events.
func (f *Feed) readNew(ctx context.Context) error {
	f.mu.Lock()
	at, known := f.position, f.active
	f.mu.Unlock()
	if !known {
		var err error
		if at, err = f.outbox.head(ctx); err != nil {
			return err
		}
		f.mu.Lock()
		f.memoryStart, f.position, f.active, f.recent = at, at, true, nil
		f.notifyReaders() // events between a reader's position and this one are in the database
		f.mu.Unlock()
	}
	for {
		all, err := f.outbox.after(ctx, at, rowsAtOnce)
		if err != nil || len(all) == 0 {
			return err
		}
		f.add(all)
		at = all[len(all)-1].Position
	}
}

// Unread returns for how long the oldest event waits for the feed; 0 if none waits, or if there are no readers.
func (f *Feed) Unread(ctx context.Context) (time.Duration, error) {
	f.mu.Lock()
	at, active := f.position, f.active
	f.mu.Unlock()
	if !active {
		return 0, nil
	}
	return f.outbox.waitingSince(ctx, at)
}

func (f *Feed) add(all []Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.recent = append(f.recent, all...)
	f.position = all[len(all)-1].Position
	if drop := len(f.recent) - recentEvents; drop > 0 {
		drop = max(drop, recentEvents/2)
		drop = min(drop, len(f.recent)-1)
		f.memoryStart = f.recent[drop-1].Position
		f.recent = append([]Event(nil), f.recent[drop:]...)
	}
	f.notifyReaders()
}

// notifyReaders wakes the readers; f.mu must be locked.
func (f *Feed) notifyReaders() {
	close(f.changed)
	f.changed = make(chan struct{})
}

// ErrExpired is the error for a position whose next events are no longer stored. The reader must load the present state in
// another way.
var ErrExpired = errors.New("the events since then are no longer kept")

// Reader reads the events after a position.
type Reader struct {
	feed     *Feed
	position Position
}

// Read returns a reader of the events after a position, or of new events if it is nil. The reader must be closed. ErrExpired if
// the position is too old.
func (f *Feed) Read(ctx context.Context, after *Position) (*Reader, error) {
	head, err := f.outbox.head(ctx)
	if err != nil {
		return nil, err
	}
	r := &Reader{feed: f, position: head}
	if after != nil {
		if after.MadeAt < f.outbox.now().Add(-Retention).UnixMilli() {
			return nil, ErrExpired
		}
		r.position = *after
	}
	f.readers.Add(1)
	select {
	case f.wakeUp <- struct{}{}:
	default:
	}
	return r, nil
}

// Close ends the reader.
func (r *Reader) Close() { r.feed.readers.Add(-1) }

// maxCommitTime is longer than any transaction: all events that were made before that have been read.
const maxCommitTime = time.Minute

// Position returns the position up to which the reader has read.
func (r *Reader) Position() Position { return r.position }

// Next waits for events and returns them, oldest first. It returns none if ctx ended first.
func (r *Reader) Next(ctx context.Context) ([]Event, error) {
	for {
		all, more, err := r.available(ctx)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			r.position = all[len(all)-1].Position
			return all, nil
		}
		select {
		case <-ctx.Done():
			r.position.MadeAt = max(r.position.MadeAt, r.feed.outbox.now().Add(-maxCommitTime).UnixMilli())
			return nil, nil
		case <-more:
		}
	}
}

// available returns the events after the reader's position, and a channel that is closed when there are more.
func (r *Reader) available(ctx context.Context) (all []Event, more <-chan struct{}, err error) {
	f := r.feed
	f.mu.Lock()
	more = f.changed
	inMemory := f.active && r.position.compare(f.memoryStart) >= 0
	behind := f.active && !inMemory
	if inMemory {
		i := sort.Search(len(f.recent), func(i int) bool { return f.recent[i].Position.compare(r.position) > 0 })
		all = f.recent[i:len(f.recent):len(f.recent)]
	}
	f.mu.Unlock()
	if !behind {
		return all, more, nil
	}
	all, err = f.outbox.after(ctx, r.position, rowsAtOnce)
	if err == nil && len(all) == 0 {
		r.position = f.skipToMemory(r.position)
		return r.available(ctx)
	}
	return all, more, err
}

// skipToMemory moves the position of a reader to the start of the feed's memory. The reader has read all older events from the
// database.
func (f *Feed) skipToMemory(at Position) Position {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.active && at.compare(f.memoryStart) < 0 {
		return f.memoryStart
	}
	return at
}
