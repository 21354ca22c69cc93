// How figures are rounded and how many digits they have: as the server's package figure does (modules/advice/figure), on the
// same digits, half to even. rounding.test.ts holds both to the same rows.

/** The decimals with which an amount is shown: about three digits. */
export function decimals(v: number): number {
  const size = Math.abs(v)
  if (size >= 100 || size === 0) return 0
  return size >= 1 ? 1 : 2
}

/** A number with so many decimals, as a place writes it; shift moves its point, without a digit being lost on the way. */
export function written(
  v: number,
  digits: number,
  locale: string,
  options: Intl.NumberFormatOptions = {},
  shift = 0,
): string {
  const form = {
    maximumFractionDigits: digits,
    minimumFractionDigits: digits,
    ...options,
    roundingMode: 'halfEven',
    signDisplay: 'negative',
  } as Intl.NumberFormatOptions
  const text = String(v)
  const shifted = shift === 0 || text.includes('e') ? v * 10 ** shift : (`${text}e${shift}` as `${number}`)
  return new Intl.NumberFormat(locale, form).format(shifted)
}
