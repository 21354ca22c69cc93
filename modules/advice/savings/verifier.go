// Package savings verifies the saving of done recommendations, and checks that it lasts. Verifier is the entry point: Verify acts for a
// caller, VerifyAll is a job; VerificationOf serves the module's own services, since it takes a campus, which no handler has.
package savings

import (
	"sync"
	"time"

	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/inputs"
)

// Needs are a Verifier's ports.
type Needs struct {
	Directory       *campus.Directory
	Inputs          *inputs.Reader
	Consumption     advice.Consumption
	Prices          advice.Prices
	Recommendations advice.Recommendations
	Clock           advice.Clock
}

// Verifier verifies savings.
type Verifier struct {
	directory       *campus.Directory
	inputs          *inputs.Reader
	consumption     advice.Consumption
	prices          advice.Prices
	recommendations advice.Recommendations
	clock           advice.Clock

	mu sync.Mutex
	// verified is the end of the last VerifyAll in this process.
	verified time.Time
}

// New returns a verifier.
func New(needs Needs) *Verifier {
	return &Verifier{
		directory: needs.Directory, inputs: needs.Inputs, consumption: needs.Consumption, prices: needs.Prices,
		recommendations: needs.Recommendations, clock: needs.Clock,
	}
}
