package remote

import (
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/analysis"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/inputs"
	"github.com/holotwin/holotwin/modules/advice/questions"
	"github.com/holotwin/holotwin/platform/peer"
)

// EnergyPorts are all that the advice module needs of the energy module.
type EnergyPorts interface {
	campus.Trees
	advice.Consumption
	advice.Ambience
	inputs.States
	advice.Calendar
	questions.Openings
	advice.Prices
	analysis.Changes
}

// Energy implements EnergyPorts with the process that runs the energy module.
type Energy struct {
	*Trees
	Consumption
	Conditions
	Openings
	Prices
	Changes
}

var _ EnergyPorts = Energy{}

// NewEnergy returns the ports of the energy module.
func NewEnergy(client *peer.Client) Energy {
	return Energy{NewTrees(client), Consumption{client}, Conditions{client}, Openings{client}, Prices{client}, Changes{client}}
}

// AnswerEnergy makes a server answer from the energy module.
func AnswerEnergy(s *peer.Server, ports EnergyPorts) {
	answerTrees(s, ports)
	answerConsumption(s, ports)
	answerConditions(s, ports, ports, ports)
	answerOpenings(s, ports)
	answerPrices(s, ports)
	answerChanges(s, ports)
}
