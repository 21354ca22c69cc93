// Package outlook forecasts what a device or space will use, and shows its baseline. Forecaster is the way in: forecast.go has the
// hours to come, month_forecast.go and peak_forecast.go what they mean for the month, baseline.go what was to be expected of the past.
package outlook

import (
	"github.com/holotwin/holotwin/modules/advice"
	"github.com/holotwin/holotwin/modules/advice/campus"
	"github.com/holotwin/holotwin/modules/advice/inputs"
)

// Needs are a Forecaster's ports.
type Needs struct {
	Directory   *campus.Directory
	Inputs      *inputs.Reader
	Consumption advice.Consumption
	Ambience    advice.Ambience
	Calendar    advice.Calendar
	Prices      advice.Prices
	Clock       advice.Clock
}

// Forecaster forecasts consumption.
type Forecaster struct {
	directory   *campus.Directory
	inputs      *inputs.Reader
	consumption advice.Consumption
	ambience    advice.Ambience
	calendar    advice.Calendar
	prices      advice.Prices
	clock       advice.Clock
	// cache has the forecasts that were made lately.
	cache *forecastCache
}

// New makes a forecaster.
func New(needs Needs) *Forecaster {
	return &Forecaster{
		directory: needs.Directory, inputs: needs.Inputs, consumption: needs.Consumption, ambience: needs.Ambience, calendar: needs.Calendar,
		prices: needs.Prices, clock: needs.Clock, cache: newForecastCache(),
	}
}
