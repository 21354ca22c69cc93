package dialect

import (
	"strings"
	"sync"

	"github.com/holotwin/holotwin/modules/energy"
)

// memory is what a sender's messages tell of its others: the units of its topics, what a channel gave back, and what discovery
// announced. What one sender says is believed of its own messages only.
type memory struct {
	all  *memories
	from string
}

// memories are those of all senders. A campus has some thousands of channels.
type memories struct {
	mu       sync.Mutex
	heard    map[string]string
	entities map[string][]discovered // by sender and state topic
	held     map[string]held
	total    held
}

// held counts what is remembered.
type held struct{ heard, entities int }

// Bounds of what is remembered, in all and of one sender, so that no API key fills the memory or takes the others' room. An outside
// broker is one sender.
const (
	maxHeard, maxHeardOfKey       = 50_000, 5_000
	maxEntities, maxEntitiesOfKey = 10_000, 1_000
	// maxAtTopic is how many entities one topic holds.
	maxAtTopic = 50
	// maxText is how much is kept of a text, in bytes.
	maxText = 250
)

func newMemories() *memories {
	return &memories{heard: make(map[string]string), entities: make(map[string][]discovered), held: make(map[string]held)}
}

// add counts one more, where there is room; all.mu is held.
func (known memory) add(more held) bool {
	of, total := known.all.held[known.from], known.all.total
	of.heard, of.entities = of.heard+more.heard, of.entities+more.entities
	total.heard, total.entities = total.heard+more.heard, total.entities+more.entities
	if total.heard > maxHeard || total.entities > maxEntities {
		return false
	}
	if known.from != "" && (of.heard > maxHeardOfKey || of.entities > maxEntitiesOfKey) {
		return false
	}
	known.all.held[known.from], known.all.total = of, total
	return true
}

// key is where something is remembered.
func (known memory) key(words ...string) string {
	return known.from + "\x00" + strings.Join(words, "\x00")
}

func (known memory) remember(address, what, value string) {
	if len(value) > maxText {
		return
	}
	known.all.mu.Lock()
	defer known.all.mu.Unlock()
	key := known.key(address, what)
	if _, is := known.all.heard[key]; is || known.add(held{heard: 1}) {
		known.all.heard[key] = strings.Clone(value)
	}
}

func (known memory) recall(address, what string) string {
	known.all.mu.Lock()
	defer known.all.mu.Unlock()
	return known.all.heard[known.key(address, what)]
}

// keepEntity takes an entity in, in the place of the one with the same path.
func (known memory) keepEntity(topic string, e discovered) {
	path := strings.Join(e.path, ".")
	if len(topic) > longestTopic || len(path) > maxText {
		return
	}
	e.name = strings.Clone(strings.ToValidUTF8(e.name[:min(len(e.name), maxText)], ""))
	for i := range e.path {
		e.path[i] = strings.Clone(e.path[i]) // and not all of the message that it is a part of
	}
	known.all.mu.Lock()
	defer known.all.mu.Unlock()
	key := known.key(topic)
	at := known.all.entities[key]
	for i := range at {
		if strings.Join(at[i].path, ".") == path {
			at[i] = e
			return
		}
	}
	if len(at) < maxAtTopic && known.add(held{entities: 1}) {
		known.all.entities[key] = append(at, e)
	}
}

func (known memory) entitiesAt(topic string) []discovered {
	known.all.mu.Lock()
	defer known.all.mu.Unlock()
	return append([]discovered(nil), known.all.entities[known.key(topic)]...)
}

// unitOf is the unit that the value alone on a topic has.
func (known memory) unitOf(topic string) energy.Unit {
	for _, e := range known.entitiesAt(topic) {
		if len(e.path) == 0 {
			return e.unit
		}
	}
	return ""
}
