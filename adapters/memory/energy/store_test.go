package memoryenergy_test

import (
	"testing"

	memoryenergy "github.com/holotwin/holotwin/adapters/memory/energy"
	"github.com/holotwin/holotwin/modules/energy"
	"github.com/holotwin/holotwin/modules/energy/energytest"
	"github.com/holotwin/holotwin/modules/energy/ledger"
)

func TestReadings(t *testing.T) {
	energytest.RunReadings(t, func(*testing.T) ledger.Readings { return memoryenergy.New(energytest.Clock{}) })
}

func TestReadingsBeginAgain(t *testing.T) {
	energytest.RunReadings(t, func(*testing.T) ledger.Readings { return energytest.BeginAgain(memoryenergy.New(energytest.Clock{})) })
}

func TestCampus(t *testing.T) { energytest.RunCampus(t, memoryenergy.New(energytest.Clock{})) }

func TestIntake(t *testing.T) { energytest.RunIntake(t, memoryenergy.New(energytest.Clock{})) }

func TestDeliveries(t *testing.T) { energytest.RunDeliveries(t, memoryenergy.New(energytest.Clock{})) }

func TestScopes(t *testing.T) { energytest.RunScopes(t, memoryenergy.New(energytest.Clock{})) }

func TestObservatory(t *testing.T) {
	energytest.RunWeatherSync(t, func(clock energy.Clock) energytest.WeatherSyncStore { return memoryenergy.New(clock) })
}
