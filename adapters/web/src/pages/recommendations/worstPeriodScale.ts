// The scales of the picture of the worst hours.

type Hour = { expected_kwh: number | null }

/** The first of 1, 2, 2.5, 5 or 10 times a power of ten that is above a value. */
export function niceMax(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 2.5, 5, 10].map((n) => n * power).find((nice) => nice >= value * 1.001) ?? 10 * power
}

/** Which hours of the clock are labelled, so that there are no more than eight labels: every one, second, third … */
export function labelEvery(hours: number): number {
  return [1, 2, 3, 6, 12, 24].find((every) => hours / every <= 8) ?? 24
}

/** An SVG path with a level for each hour whose expected energy is known, without a line where it is not. */
export function stepPath(hours: Hour[], x: (hour: number) => number, y: (kwh: number) => number): string {
  return hours
    .map(({ expected_kwh: kwh }, i) => {
      if (kwh === null) return ''
      const joined = i > 0 && hours[i - 1].expected_kwh !== null
      return `${joined ? 'L' : 'M'}${x(i)} ${y(kwh)}H${x(i + 1)}`
    })
    .join('')
}
