package energy

// What is past is a rule of days in UTC, the days of the pages. Readings arrive all day long, so only a change of an earlier day
// is a restatement that others must learn of.

// PastUntil is the first instant that is not past: the begin of yesterday. A change before it restates the past.
func PastUntil(now Instant) Instant { return Instant(int64(DayOf(now)-1) * DayMs) }

// PassedUntil is the first day that has not passed, today's: of the days before it every change is counted.
func PassedUntil(now Instant) (day int32) { return DayOf(now) }

// settlingTime is how long after its end the count of a day's changes is not trusted. A change is counted if the day has passed by
// the writer's clock at the commit; the clocks of two servers differ, and a transaction may run over midnight.
const settlingTime = HourMs

// SettledUntil is the first day whose count of changes is not trusted yet.
func SettledUntil(now Instant) (day int32) { return DayOf(now.Add(-settlingTime)) }
