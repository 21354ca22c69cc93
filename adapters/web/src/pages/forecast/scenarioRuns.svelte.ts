// A scenario that is played: each of its hours comes as an event.
import { api, ask } from '../../server/client'
import { onLiveEvent } from '../../server/liveEvents.svelte'

export type RunStep = {
  run_id: string
  state: string
  start: string
  before_kwh: number | null
  after_kwh: number | null
  before_total_kwh: number
  after_total_kwh: number
  progress: number
}

const hoursPerSecond = 48

export class ScenarioRun {
  steps = $state.raw<RunStep[]>([])
  private played = $state<{ scenario: string; run: string } | null>(null)

  get isPlaying(): boolean {
    return this.played !== null && this.steps.at(-1)?.state !== 'finished'
  }

  /** Collects the hours of the run until the returned function is called. */
  follow = () =>
    onLiveEvent(({ kind, data }) => {
      if (kind === 'simulation' && this.played && data.run_id === this.played.run) {
        this.steps = [...this.steps, data as RunStep]
      }
    })

  /** Plays a stored scenario from its beginning. */
  async play(scenario: string) {
    this.steps = []
    const params = { path: { id: scenario } }
    const body = { hours_per_second: hoursPerSecond }
    const started = await ask(api.POST('/api/simulaciones/{id}/inicio', { params, body }))
    this.played = { scenario, run: started.run_id }
  }

  async stop() {
    const id = this.played?.scenario ?? ''
    this.played = null
    await ask(api.POST('/api/simulaciones/{id}/fin', { params: { path: { id } } }))
  }

  /** Forgets the run of a scenario that is removed, which ends with it. */
  forget(scenario: string) {
    if (this.played?.scenario === scenario) this.played = null
  }
}
