// The mean power by hour and day of the week.

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof weekdays)[number]
export const workingDays = weekdays.slice(0, 5)
export const weekend = weekdays.slice(5)
export const hoursOfDay = [...Array(24).keys()]

export type ProfileHour = { day: string; hour: number; mean_kw?: number | null }

/** The mean power, kW, in each hour of the given days; null where nothing is known. */
export function meanByHour(profile: ProfileHour[], days: readonly Weekday[]): (number | null)[] {
  return hoursOfDay.map((hour) => {
    const known = profile
      .filter((p) => p.hour === hour && days.some((day) => day === p.day))
      .flatMap((p) => p.mean_kw ?? [])
    return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null
  })
}
