// Terms of statistics and of electricity that the page explains.

const patterns = {
  usual: /P_usual/,
  idle: /P_(reposo|idle)/,
  deviation: /\bMAD\b|desviación mediana/,
  median: /(?<!desviación )\bmediana?\b/i,
  percentile: /\bP(10|90|95)\b/,
  balance: /punto de equilibrio|balance point/,
  sigma: /σ/,
} as const
export type Term = keyof typeof patterns

/** The terms that a text uses. */
export const termsIn = (text: string): Term[] =>
  (Object.keys(patterns) as Term[]).filter((term) => patterns[term].test(text))
