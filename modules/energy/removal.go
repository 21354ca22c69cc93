package energy

// Removal is what the removal of an object would do.
type Removal struct {
	// Deletes counts the deleted objects by kind: space, device, tariff, calendar, …
	Deletes map[string]int
	// Blockers prevent the removal; there are none if it is possible.
	Blockers []Blocker
}

// Blocker is an object, or several, that depend on another and so prevent its removal. ID and Name are empty if the caller may
// not see it; then Count is how many there are, or 0 if they are not counted.
type Blocker struct {
	// Kind is spaces, devices, readings, user or key.
	Kind     string
	ID, Name string
	Count    int
}

// maxNamed is how many blockers of a kind are named. The others are counted.
const maxNamed = 100

// BlockersOf returns the blockers of a kind: those with a name, and one that counts the others.
func BlockersOf(kind string, all []Blocker) []Blocker {
	var named []Blocker
	counted := Blocker{Kind: kind}
	for _, b := range all {
		if b.ID == "" || len(named) == maxNamed {
			counted.Count++
			continue
		}
		named = append(named, Blocker{Kind: kind, ID: b.ID, Name: b.Name})
	}
	if counted.Count > 0 {
		named = append(named, counted)
	}
	return named
}
