package energy

// Quantity is what a device measures. Reactive energy is stored like active energy, in mvarh instead of mWh, and never added
// to it.
type Quantity string

// The quantities.
const (
	Active             Quantity = "active"
	ReactiveInductive  Quantity = "reactive_inductive"
	ReactiveCapacitive Quantity = "reactive_capacitive"
)
