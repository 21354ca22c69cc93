package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// RelayedEntry is an audit entry of a process that does not run this module. Such a process writes it into its own database, in
// the transaction of the change, and sends it to the process that runs this module.
type RelayedEntry struct {
	// ID is made by the writer. It is unique, so that an entry that arrives twice is stored once.
	ID string
	Entry
}

// ErrNoEntryID is the error for a relayed entry without an ID: it could not be recognised when it arrives again.
var ErrNoEntryID = errors.New("a relayed audit entry has no id")

// AuditSink receives the audit entries of other processes.
type AuditSink interface {
	// Receive stores entries in their order, all or none, without those that it has received before. A sender that gets an
	// error sends the entries again. Errors: ErrNoEntryID.
	Receive(ctx context.Context, entries []RelayedEntry) error
}

// RelayStore stores audit entries in a process's own database until they are received. Several processes may share it.
type RelayStore interface {
	Notes
	// Claim returns the oldest waiting entries, at most limit, and holds the store for holder until RelayClaim after now. It
	// returns none if another holder has it.
	Claim(ctx context.Context, holder string, now time.Time, limit int) ([]RelayedEntry, error)
	// Acknowledge deletes entries that were received, and ends the claim of holder.
	Acknowledge(ctx context.Context, holder string, ids []string) error
}

// RelayClaim is how long a process may take to send entries before another process sends them too. A claim that would last
// longer was made by a clock that is ahead, and is void.
const RelayClaim = 5 * time.Second

// Bounds of one call of the sink.
const (
	maxRelayEntries = 100
	// maxRelayBytes bounds the texts, so that a call also fits into a request body of 1 MiB if all characters are escaped.
	maxRelayBytes = 128 << 10
	// sendTimeout is shorter than RelayClaim, so that processes rarely send the same entries.
	sendTimeout = 4 * time.Second
)

// Relay sends the audit entries of a process without this module to a sink, oldest first. An entry is deleted after the sink
// has received it, so none is lost while the sink is unavailable.
type Relay struct {
	store  RelayStore
	sink   AuditSink
	clock  Clock
	holder string
	wakes  chan struct{}
}

// NewRelay returns a relay. newID makes its name, by which processes that share the store take turns.
func NewRelay(store RelayStore, sink AuditSink, clock Clock, newID func(prefix string) string) *Relay {
	return &Relay{store: store, sink: sink, clock: clock, holder: newID("rl"), wakes: make(chan struct{}, 1)}
}

// Note stores entries that belong to no transaction of a change.
func (r *Relay) Note(ctx context.Context, entries ...Entry) error {
	err := r.store.Note(ctx, entries...)
	if err == nil && len(entries) > 0 {
		r.Wake()
	}
	return err
}

// ForgetStrangers deletes waiting entries as the audit would.
func (r *Relay) ForgetStrangers(ctx context.Context, before time.Time) error {
	return r.store.ForgetStrangers(ctx, before)
}

// Wake reports that entries are waiting. It returns at once.
func (r *Relay) Wake() {
	select {
	case r.wakes <- struct{}{}:
	default: // it is awake already
	}
}

// Wakes receives after entries were stored.
func (r *Relay) Wakes() <-chan struct{} { return r.wakes }

// Send sends all waiting entries, unless another process is sending them, and returns how many were received. After an error it
// can be called again: entries that were not acknowledged are sent again.
func (r *Relay) Send(ctx context.Context) (sent int, err error) {
	for {
		claimed, err := r.store.Claim(ctx, r.holder, r.clock.Now(), maxRelayEntries)
		if err != nil || len(claimed) == 0 {
			return sent, err
		}
		batch := withinBytes(claimed, maxRelayBytes)
		if err := r.deliver(ctx, batch); err != nil {
			return sent, err
		}
		sent += len(batch)
	}
}

func (r *Relay) deliver(ctx context.Context, batch []RelayedEntry) error {
	sending, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	if err := r.sink.Receive(sending, batch); err != nil {
		return fmt.Errorf("send %d audit entries: %w", len(batch), err)
	}
	ids := make([]string, len(batch))
	for i, e := range batch {
		ids[i] = e.ID
	}
	return r.store.Acknowledge(ctx, r.holder, ids)
}

// withinBytes returns the first entries whose texts have at most limit bytes together, but at least one entry.
func withinBytes(entries []RelayedEntry, limit int) []RelayedEntry {
	size := 0
	for i, e := range entries {
		for _, text := range e.texts() {
			size += len(*text)
		}
		if i > 0 && size > limit {
			return entries[:i]
		}
	}
	return entries
}

// RequireIDs returns ErrNoEntryID if an entry has no ID.
func RequireIDs(entries []RelayedEntry) error {
	for _, e := range entries {
		if e.ID == "" {
			return ErrNoEntryID
		}
	}
	return nil
}

func (e *Entry) texts() []*string {
	return []*string{&e.Actor, &e.Action, &e.Target, &e.Detail, &e.Client, &e.Request}
}

// Storable returns the entry with texts that every database accepts. PostgreSQL refuses NUL and invalid UTF-8, which a path can
// contain. If one database accepted what the next one refuses, the relay would stop at that entry.
func (e Entry) Storable() Entry {
	for _, text := range e.texts() {
		*text = strings.ReplaceAll(strings.ToValidUTF8(*text, "\uFFFD"), "\x00", "\uFFFD")
	}
	return e
}
