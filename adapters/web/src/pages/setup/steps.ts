// The steps from an empty server to the first recommendation, in order.
import type { Space } from '../../server/places.svelte'
import type { User } from '../../server/session.svelte'

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

const administratorSteps: Step[] = ['colleagues', 'connection']
const stepsInSite: Step[] = ['spaces', 'devices', 'behind', 'tariff', 'calendar', 'connection']

/** The steps that a user may do; none for a viewer. */
export function stepsOf(
  user: Pick<User, 'role' | 'space_id'> | null,
  spaces: Pick<Space, 'id' | 'kind'>[],
): Step[] {
  if (!user || user.role === 'viewer') return []
  const maySetSite =
    !user.space_id || spaces.some((space) => space.id === user.space_id && space.kind === 'site')
  return steps.filter(
    (step) =>
      (step !== 'site' || maySetSite) && (user.role === 'admin' || !administratorSteps.includes(step)),
  )
}

/** Whether a step can only be done where there is a site. */
export const needsSite = (step: Step) => stepsInSite.includes(step)

/** The step that an address names; else the first that is not done, or the first. */
export function stepOf(name: string | undefined, own: Step[], done: Record<Step, boolean>): Step {
  return own.find((step) => step === name) ?? own.find((step) => !done[step]) ?? own[0]
}

/** The step after another; null after the last. */
export function nextStep(step: Step, own: Step[]): Step | null {
  return own[own.indexOf(step) + 1] ?? null
}
