package text

// english has the templates of findings by kind, or kind and cause.
var english = map[string]template{
	"out_of_hours": {
		"Use out of hours: {name}",
		"“{name}”{where} drew about {power} while the space was closed on {seen} of {days}, {when}; {reference_power} is usual at those hours.",
		"Find out what stays on at “{name}” after closing, and schedule an automatic switch-off.",
	},
	"standby": {
		"Standby load: {name}",
		"“{name}”{where} went on drawing about {power} without being used, for 4 hours or more at a time, on {seen} of {days}.",
		"Cut the supply of “{name}” while it is not used, for instance with a power strip that has a switch or timer.",
	},
	"state_mismatch": {
		"Draws power while off: {name}",
		"“{name}”{where} drew about {power} while it reported the state “off”, for {hours} on {seen} of {days}.",
		"Check the relay or control of “{name}”, and that it reports the correct state.",
	},
	"schedule": {
		"Runs longer than opening hours: {name}",
		"“{name}”{where} ran before opening or after closing, {span}, on {seen} of {days}, at about {power}.",
		"Adjust the schedule of “{name}” to the opening hours, with a margin of at most one hour.",
	},
	"unused_room": {
		"On in an empty room: {name}",
		"“{name}”{where} drew about {power} for {hours} while nobody was present, on {seen} of {days}.",
		"Give “{name}” a presence sensor, or switch it off on leaving.",
	},
	"setpoint": {
		"Cooled too far: {name}",
		"“{name}”{where} kept the space at {room_temperature} °C in opening hours over {days}; {comfort_temperature} °C is enough.",
		"Raise the setpoint of “{name}” to {comfort_temperature} °C or more.",
	},
	"cooling_slope/past": {
		"Cooling costs more than before: {name}",
		"At “{name}”{where} each °C above {balance_point} °C outdoors costs {slope} kWh a day; it used to cost {reference_slope} kWh ({rise} % more now).",
		"Check filters, refrigerant, doors and windows, and the setpoint of “{name}”.",
	},
	"cooling_slope/peers": {
		"Cooling costs more than in similar spaces: {name}",
		"At “{name}”{where} each °C above {balance_point} °C outdoors costs {slope} kWh a day; in similar spaces of the same size it costs {reference_slope} kWh.",
		"Check the air conditioning, draughts and sun protection of “{name}”.",
	},
	"base_load/past": {
		"Base load has risen: {name}",
		"At night “{name}”{where} draws {power}; on comparable nights it drew {reference_power} ({rise} % more now).",
		"Find out what has stayed on at night at “{name}” since then.",
	},
	"base_load/peers": {
		"Base load higher than in similar spaces: {name}",
		"At night “{name}”{where} draws {power}; similar spaces of the same size draw {reference_power}.",
		"Walk through “{name}” at night and switch off what is not needed.",
	},
	"base_load/never_falls": {
		"Consumption never falls at night: {name}",
		"“{name}”{where} does not fall below {power} at night; in opening hours it draws {reference_power}. {watched} nights were observed.",
		"Walk through “{name}” after closing and switch off what does not need to run.",
	},
	"stuck_on": {
		"Something has stayed on: {name}",
		"“{name}”{where} has drawn about {power} more than expected at all hours for {hours} ({rise} % more).",
		"Find out what was switched on at “{name}” when that began and has not been switched off since.",
	},
	"degradation": {
		"Consumption is rising slowly: {name}",
		"“{name}”{where} uses more and more beyond what calendar and weather explain: over the last {hours}, {rise} % more on average.",
		"Have the equipment of “{name}” serviced: filters, refrigerant, motors and controls.",
	},
	"peak": {
		"Demand peak: {name}",
		"The quarter hour of the highest demand of “{name}”{where} in the last month was {span}, at {power}; other days do not exceed {reference_power}.",
		"Spread the starts at “{name}”, or move loads that can wait to another hour.",
	},
	"sensor/stuck": {
		"Meter stuck: {name}",
		"“{name}”{where} repeated the same value ({power}) for {hours}; those hours are not used for advice.",
		"Check the meter or the connection of “{name}”.",
	},
	"sensor/zero": {
		"Meter at zero: {name}",
		"“{name}”{where} reported zero for {hours}, though it never falls so low; those hours are not used for advice.",
		"Check the meter or the connection of “{name}”.",
	},
	"sensor/silent": {
		"Meter silent: {name}",
		"“{name}”{where} has not reported for {hours}, while the rest of the site has.",
		"Check the supply and network of “{name}”.",
	},
	"sensor/clock_ahead": {
		"Clock ahead: {name}",
		"The clock of “{name}”{where} is {minutes} minutes ahead: its consumption is booked to later hours, and readings more than five minutes ahead are rejected.",
		"Set the clock and the time zone of “{name}”, or give it a time server (NTP).",
	},
	"sensor/clock_unset": {
		"Clock not set: {name}",
		"The clock of “{name}”{where} was never set: it shows a year before 2000. Its consumption is booked at the time of arrival.",
		"Give “{name}” a time server (NTP) that it can reach, and its time zone.",
	},
	"sensor/clock_behind": {
		"Clock behind: {name}",
		"The clock of “{name}”{where} is {minutes} minutes behind: its consumption is booked to earlier hours.",
		"Set the clock and the time zone of “{name}”, or give it a time server (NTP).",
	},
}

// englishActions are the actions for particular kinds of devices.
var englishActions = map[string]string{
	"out_of_hours/ac":       "Have the air conditioning “{name}” switched off at closing time.",
	"out_of_hours/lighting": "Give the lights “{name}” a timer or a presence sensor.",
	"out_of_hours/computer": "Turn on automatic sleep or shutdown of “{name}” at closing time.",
	"out_of_hours/tv":       "Switch “{name}” off on leaving, or use a power strip with a timer.",
	"out_of_hours/console":  "Switch “{name}” off on leaving and turn on its automatic shutdown.",
	"standby/ac":            "Cut the supply of “{name}” at the panel in seasons when it is not used.",
}
