package books

import (
	"strconv"

	"github.com/holotwin/holotwin/modules/energy"
)

// Figure is a stored figure that must equal what the readings say.
type Figure string

// The figures. Those of a quarter hour are in a page; those of a link are stored with its reading.
const (
	QuarterEnergy    Figure = "quarter_energy"    // mWh
	QuarterEstimated Figure = "quarter_estimated" // mWh of it that were filled in
	QuarterMeasured  Figure = "quarter_measured"  // ms that measurement covers
	QuarterFilled    Figure = "quarter_filled"    // ms that estimates cover
	DayEnergy        Figure = "day_energy"        // mWh, the sum of a page
	DayEstimated     Figure = "day_estimated"     // mWh, the sum of a page
	UnreadablePage   Figure = "unreadable_page"   // mWh of a day whose quarters cannot be decoded
	LinkEnergy       Figure = "link_energy"       // mWh that a register or power books
	LinkStart        Figure = "link_start"        // ms since 1970, where its booking begins
	LinkBase         Figure = "link_base"         // mWh or mW that the next one is subtracted from
	LinkBaseAt       Figure = "link_base_at"      // ms since 1970, when that was
	LinkBurst        Figure = "link_burst"        // mWh that registers without a time counted so far
	LinkNotBooked    Figure = "link_not_booked"   // a register or power that was stored and not decoded
	FirstDay         Figure = "first_day"         // day since 1970 of the first page
)

// Unit is the unit of a figure.
func (f Figure) Unit() string {
	switch f {
	case QuarterMeasured, QuarterFilled, LinkStart, LinkBaseAt:
		return "ms"
	case FirstDay:
		return "d"
	}
	return "mWh"
}

// Difference is a stored figure that is not what the readings say.
type Difference struct {
	Device energy.DeviceID
	Figure Figure
	// From and To are the time that the figure is of.
	From, To energy.Instant
	Stored   int64
	Computed int64
}

// String is the difference as text.
func (d Difference) String() string {
	return string(d.Device) + " " + d.From.String() + "/" + d.To.String() + " " + string(d.Figure) + ": " +
		strconv.FormatInt(d.Stored, 10) + " → " + strconv.FormatInt(d.Computed, 10) + " " + d.Figure.Unit()
}
