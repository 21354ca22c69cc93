// The component of each step, loaded when it is shown.
import type { Component } from 'svelte'
import type { Places } from '../../server/places.svelte'
import type { Step } from './steps'

/** onchanged: something was changed on the server; onnext: the step is done, and the next may be shown. */
export type StepProps = { all: Places; onchanged?: () => void; onnext?: () => void }
type View = { default: Component<StepProps> }

const views: Record<Step, () => Promise<View>> = {
  password: () => import('./PasswordStep.svelte'),
  site: () => import('./SiteStep.svelte'),
  spaces: () => import('../administration/spaces/SpacesEditor.svelte'),
  devices: () => import('../devices/register/DeviceSetup.svelte'),
  behind: () => import('../devices/behind/BehindMeters.svelte'),
  tariff: () => import('../administration/Tariffs.svelte'),
  calendar: () => import('../administration/Calendar.svelte'),
  colleagues: () => import('./ColleaguesStep.svelte'),
  connection: () => import('./ConnectionStep.svelte'),
}

export const loadStep = async (step: Step): Promise<Component<StepProps>> => (await views[step]()).default
