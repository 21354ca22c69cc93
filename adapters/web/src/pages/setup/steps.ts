// The steps from an empty server to the first recommendation, in order.
export const steps = [
  'password',
  'site',
  'spaces',
  'devices',
  'behind',
  'tariff',
  'calendar',
  'colleagues',
  'connection',
] as const
export type Step = (typeof steps)[number]

/** The step that an address names; the first if it names none. */
export function stepOf(name: string | undefined): Step {
  return steps.find((step) => step === name) ?? steps[0]
}

/** The step after another; null after the last. */
export function nextStep(step: Step): Step | null {
  return steps[steps.indexOf(step) + 1] ?? null
}
