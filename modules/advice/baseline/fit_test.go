package baseline_test

import (
	"fmt"

	"github.com/holotwin/holotwin/modules/advice/baseline"
)

// office returns hours of a room that uses 1 kWh an hour and, on weekdays from 8:00 to 18:00, 3 kWh and 0.5 kWh more for each °C above 22.
func office(days int) []baseline.Row {
	const dayHours = 24
	rows := make([]baseline.Row, 0, days*dayHours)
	for day := range days {
		for hour := range dayHours {
			r := baseline.Row{Date: day, WeekHour: day%7*dayHours + hour, Temp: 20 + float64(hour*(1+day%3))/8, Load: 1}
			if day%7 < 5 && hour >= 8 && hour < 18 {
				r.Load = 3 + 0.5*max(0, r.Temp-22)
			}
			rows = append(rows, r)
		}
	}
	baseline.FillWarmth(rows)
	return rows
}

func ExampleFit() {
	fitted := baseline.Fit(office(112))
	fmt.Println(fitted.Model.Name(), "is good enough:", fitted.Test.CVRMSE < 0.2)
	for _, hour := range []int{3, 12} {
		fmt.Printf("Monday, %d:00, at 26 °C: %.0f kWh\n", hour, fitted.Model.Predict(baseline.Row{Date: 112, WeekHour: hour, Temp: 26}))
	}
	fmt.Println("of two days:", baseline.Fit(office(2)).Disqualified)
	// Output:
	// towt is good enough: true
	// Monday, 3:00, at 26 °C: 1 kWh
	// Monday, 12:00, at 26 °C: 5 kWh
	// of two days: [too_few_days]
}
