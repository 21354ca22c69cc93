// Changes the hours of an entry of the calendar.
import { t } from '../../../i18n/i18n.svelte'
import { Failure, type Problem } from '../../../server/client'
import { token } from '../../../server/session.svelte'
import type { Entry, Hours } from './openingHours'

/** Sets the hours of an entry and returns it as it is then. Rejects with Failure. */
export async function patchHours(id: string, hours: Hours[]): Promise<Entry> {
  let answer
  try {
    answer = await fetch(`/api/calendarios/${id}`, {
      method: 'PATCH',
      headers: {
        Authorization: `Bearer ${await token()}`,
        'Content-Type': 'application/json',
        'Accept-Language': document.documentElement.lang,
      },
      body: JSON.stringify({ hours }),
    })
  } catch {
    throw new Failure({ title: '', detail: t('common.noAnswer'), request_id: '' })
  }
  if (!answer.ok) throw new Failure((await answer.json()) as Problem)
  return (await answer.json()) as Entry
}
