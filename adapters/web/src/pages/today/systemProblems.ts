import type { Answer } from '../../server/client'

export type Finding = NonNullable<Answer<'/api/diagnostico'>['items']>[number]

/** What the server's checks found, the worst first; what is fine is left out. */
export function problemsIn(items: Finding[] | null | undefined): Finding[] {
  const found = (items ?? []).filter((one) => one.level !== 'ok')
  return [...found.filter((one) => one.level === 'fault'), ...found.filter((one) => one.level !== 'fault')]
}
