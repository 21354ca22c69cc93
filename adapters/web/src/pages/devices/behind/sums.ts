// What changes in the spaces' totals if a device is moved behind a meter, asked before anything is changed.
import { t } from '../../../i18n/i18n.svelte'
import { Failure, type Problem } from '../../../server/client'
import { token } from '../../../server/session.svelte'

/** What a space used from one instant to another, without and with the change; null where nothing was measured. */
export type SpaceSum = {
  space_id: string
  name: string
  from: string
  to: string
  before_kwh: number | null
  after_kwh: number | null
}
type Change = { parent_id: string; moved_at: string }

export async function sumsOf(id: string, change: Change): Promise<SpaceSum[]> {
  let answer
  try {
    answer = await fetch(`/api/dispositivos/${encodeURIComponent(id)}?dry_run=true`, {
      method: 'PATCH',
      headers: {
        Authorization: `Bearer ${await token()}`,
        'Content-Type': 'application/json',
        'Accept-Language': document.documentElement.lang,
      },
      body: JSON.stringify(change),
    })
  } catch {
    throw new Failure({ title: '', detail: t('common.noAnswer'), request_id: '' })
  }
  if (!answer.ok) throw new Failure((await answer.json()) as Problem)
  return ((await answer.json()) as { sums?: SpaceSum[] | null }).sums ?? []
}
