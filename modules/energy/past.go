package energy

// The past is counted in UTC days, the days of the pages. Readings arrive all day long, so only a change of an earlier day
// is a restatement that readers must see.

// PastUntil is the first instant that is not past: the beginning of yesterday. A change before it restates the past.
func PastUntil(now Instant) Instant { return Instant(int64(DayOf(now)-1) * DayMs) }

// PassedUntil is the first day that has not passed: today. For the days before it, every change is counted.
func PassedUntil(now Instant) (day int32) { return DayOf(now) }

// settlingTime is how long after the end of a day its count of changes is not yet reliable. A change is counted if the day has
// passed by the writer's clock at the commit. The clocks of two servers differ, and a transaction may run over midnight.
const settlingTime = HourMs

// SettledUntil is the first day whose count of changes is not yet reliable.
func SettledUntil(now Instant) (day int32) { return DayOf(now.Add(-settlingTime)) }
