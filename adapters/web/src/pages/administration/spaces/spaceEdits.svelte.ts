// The spaces as this page has changed them. Each change shows at once, and most can be undone for some seconds.
import { done, leaving } from '../../../components/toasts.svelte'
import { t } from '../../../i18n/i18n.svelte'
import { api, ask } from '../../../server/client'
import type { Device, Places, Space } from '../../../server/places.svelte'
import type { Planned } from './sheetPlan'
import { bodyOf, draftOf, formerValues, type NewSpace, type SpaceChange } from './spaceDraft'
import { SpaceHours } from './spaceHours.svelte'
import { branchOf, copyName, deviceCounts, insideById } from './spaceTree'

type Back = () => Promise<unknown>

/** How far a number of changes has come. */
export type Progress = { made: number; total: number }

export class SpaceEdits {
  /** As they are on the server, with those that are about to be deleted. */
  private all: Space[]
  private devices: Device[]
  spaces: Space[]
  /** The spaces right inside each one, by name. */
  inside: Map<string, Space[]>
  counts: Map<string, number>
  hours: SpaceHours
  progress = $state<Progress | null>(null)

  constructor(
    places: () => Places,
    private changed: () => void,
  ) {
    this.all = $derived(places().spaces)
    this.devices = $derived(places().devices)
    this.spaces = $derived(this.all.filter((space) => !leaving.has(space.id)))
    this.inside = $derived(insideById(this.spaces))
    this.counts = $derived(deviceCounts(this.spaces, this.devices))
    this.hours = new SpaceHours(() => this.spaces)
  }

  space = (id: string | null | undefined) => this.spaces.find((one) => one.id === id)

  async create(body: NewSpace): Promise<Space> {
    const space = await this.post(body)
    this.show([space])
    done(t('spaces.created', { name: space.name }), () => this.remove(space.id))
    this.changed()
    return space
  }

  /** Changes some fields. */
  async change(space: Space, change: SpaceChange) {
    const before = formerValues(space, change)
    await this.patch(space.id, change)
    done(t('spaces.changed', { name: change.name ?? space.name }), () =>
      this.patch(space.id, before).then(this.changed),
    )
    this.changed()
  }

  async move(space: Space, parent_id: string) {
    const before = space.parent_id ?? undefined
    await this.patch(space.id, { parent_id })
    const to = this.space(parent_id)?.name ?? ''
    done(t('spaces.moved', { name: space.name, to }), () =>
      this.patch(space.id, { parent_id: before }).then(this.changed),
    )
    this.changed()
  }

  /** Makes a space like another one beside it, with all that is inside. Devices stay where they are. */
  async duplicate(space: Space): Promise<Space> {
    const siblings = space.parent_id ? (this.inside.get(space.parent_id) ?? []) : this.spaces
    const name = copyName(
      space.name,
      siblings.map((one) => one.name),
      (name, n) => (n === 1 ? t('spaces.copy', { name }) : t('spaces.copyNumber', { name, n })),
    )
    const branch = branchOf(this.spaces, space)
    const backs: Back[] = []
    const copies: Record<string, Space> = {}
    await this.oneByOne(branch, async (original) => {
      const draft = draftOf(original)
      if (original === space) draft.name = name
      draft.parent_id = copies[original.parent_id ?? '']?.id ?? original.parent_id ?? ''
      const copy = await this.post(bodyOf(draft))
      copies[original.id] = copy
      backs.push(() => this.takeBack(copy.id))
    }).finally(() => {
      this.show(Object.values(copies))
      this.settle(t('spaces.duplicated', { name, n: backs.length }), backs)
    })
    return copies[space.id]
  }

  /** Makes and changes what a sheet plans, outer spaces first. What was made stays if a later one fails. */
  async take(plan: Planned[]) {
    const made: Record<string, Space> = {}
    const backs: Back[] = []
    const work = plan.filter((one) => one.action !== 'same').sort((a, b) => a.path.length - b.path.length)
    await this.oneByOne(work, async ({ key, name, kind, parent, area, action }) => {
      const area_m2 = area ?? undefined
      if (action === 'update') {
        const before = this.space(key)?.area_m2 ?? 0
        await this.patch(key, { area_m2 })
        return backs.push(() => this.patch(key, { area_m2: before }))
      }
      const space = await this.post({
        name,
        kind,
        area_m2,
        parent_id: made[parent ?? '']?.id ?? parent ?? undefined,
      })
      made[key] = space
      backs.push(() => this.takeBack(space.id))
    }).finally(() => {
      this.show(Object.values(made))
      this.settle(t('sheet.done', { n: backs.length }), backs)
    })
  }

  async remove(id: string) {
    await this.takeBack(id)
    this.changed()
  }

  private post = (body: NewSpace): Promise<Space> => ask(api.POST('/api/espacios', { body }))

  /** Adds what was made, once: a list that was read meanwhile may have it already. */
  private show(made: Space[]) {
    const ids = made.map((space) => space.id)
    this.all = [...this.all.filter((one) => !ids.includes(one.id)), ...made]
  }

  private async patch(id: string, body: SpaceChange) {
    const space = await ask(api.PATCH('/api/espacios/{id}', { params: { path: { id } }, body }))
    this.all = this.all.map((one) => (one.id === id ? space : one))
  }

  private async takeBack(id: string) {
    await ask(api.DELETE('/api/espacios/{id}', { params: { path: { id } } }))
    this.all = this.all.filter((one) => one.id !== id)
  }

  private async oneByOne<T>(work: T[], make: (one: T) => Promise<unknown>) {
    try {
      for (const [made, one] of work.entries()) {
        this.progress = { made, total: work.length }
        await make(one)
      }
    } finally {
      this.progress = null
    }
  }

  /** Notes what was made; undoing takes the last one back first. */
  private settle(text: string, backs: Back[]) {
    if (!backs.length) return
    done(text, async () => {
      for (const back of backs.reverse()) await back()
      this.changed()
    })
    this.changed()
  }
}
