package memoryenergy

import "maps"

// table is a map that a transaction shares with the committed one until it writes to it. Its values are never changed, only replaced, so
// slices and pointers in it may be shared too.
type table[K comparable, V any] struct {
	rows map[K]V
	own  bool
}

func (t *table[K, V]) share() { t.own = false }

func (t *table[K, V]) get(key K) V { return t.rows[key] }

func (t *table[K, V]) has(key K) bool {
	_, has := t.rows[key]
	return has
}

func (t *table[K, V]) count(match func(V) bool) (n int) {
	for _, value := range t.rows {
		if match(value) {
			n++
		}
	}
	return n
}

func (t *table[K, V]) put(key K, value V) {
	t.write()
	t.rows[key] = value
}

func (t *table[K, V]) drop(keys ...K) {
	t.write()
	for _, key := range keys {
		delete(t.rows, key)
	}
}

func (t *table[K, V]) dropWhere(match func(K, V) bool) {
	t.write()
	maps.DeleteFunc(t.rows, match)
}

func (t *table[K, V]) write() {
	switch {
	case t.own:
		return
	case t.rows == nil:
		t.rows = make(map[K]V)
	default:
		t.rows = maps.Clone(t.rows)
	}
	t.own = true
}
