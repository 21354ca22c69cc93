// What a deletion would take along, asked before anything is deleted.
import { t } from '../i18n/i18n.svelte'
import { Failure, type Problem } from './client'
import { token } from './session.svelte'

/** Something that prevents a deletion: a thing with its name, or a number of things that the reader may not see. */
export type Blocker = { kind: string; id?: string; name?: string; count?: number }

/** deletes counts what would go, by kind. */
export type DryRun = {
  deletes: Record<string, number>
  blocked_by: Blocker[]
  /** What takes its place: the tariff or the hours of the days that it had. */
  replaced_by?: { name: string; valid_from?: string; default?: boolean }
  used_by?: { devices_reporting_today?: number; last_used_at?: string | null }
}

/** Asks what a DELETE of this address would do; nothing is changed. Rejects with Failure. */
export async function dryRun(path: string): Promise<DryRun> {
  let answer
  try {
    answer = await fetch(`${path}${path.includes('?') ? '&' : '?'}dry_run=true`, {
      method: 'DELETE',
      headers: {
        Authorization: `Bearer ${await token()}`,
        'Accept-Language': document.documentElement.lang,
      },
    })
  } catch {
    throw new Failure({ title: '', detail: t('common.noAnswer'), request_id: '' })
  }
  if (!answer.ok) throw new Failure((await answer.json()) as Problem)
  return (await answer.json()) as DryRun
}

/** Whether only the thing itself would go: then it can be taken away with an undo and without a question. */
export function isAlone({ deletes, used_by }: DryRun): boolean {
  const total = Object.values(deletes).reduce((sum, n) => sum + n, 0)
  return total <= 1 && !used_by
}
