// Package outlook forecasts the use of a device or space, and computes its baseline. Forecaster is the entry point: forecast.go predicts
// the next hours, month_forecast.go and peak_forecast.go the month's total and peak, baseline.go computes the expected use of past hours.
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
	// cache holds recent forecasts.
	cache *forecastCache
}

// New returns a forecaster.
func New(needs Needs) *Forecaster {
	return &Forecaster{
		directory: needs.Directory, inputs: needs.Inputs, consumption: needs.Consumption, ambience: needs.Ambience, calendar: needs.Calendar,
		prices: needs.Prices, clock: needs.Clock, cache: newForecastCache(),
	}
}
