// What was just done, and how to take it back: one at a time, for some seconds.

export type Undo = { text: string; back?: () => Promise<unknown> }

const shownMs = 12_000
export const undo = $state<{ last: Undo | null }>({ last: null })
let due: ReturnType<typeof setTimeout> | undefined

export function tell(last: Undo) {
  clearTimeout(due)
  undo.last = last
  due = setTimeout(() => (undo.last = null), shownMs)
}

export function forget() {
  clearTimeout(due)
  undo.last = null
}
