// The site's outdoor temperature beside what was used.
import type { Answer } from '../../server/client'

type Hour = Answer<'/api/ambiente/horas'>['items'][number]

const hourS = 3600

/** The temperature, °C, in the hour in which each step, s, begins; null where it is not known. */
export function temperatureAt(x: number[], hours: Hour[]): (number | null)[] {
  const known = hours
    .flatMap((hour) =>
      hour.temperature_c == null ? [] : [{ at: Date.parse(hour.start) / 1000, c: hour.temperature_c }],
    )
    .sort((a, b) => a.at - b.at)
  let next = 0
  return x.map((at) => {
    while (next < known.length && known[next].at <= at) next++
    const last = known[next - 1]
    return last && at < last.at + hourS ? last.c : null
  })
}
