// Short notes at the foot of the page, and what can still be undone while its note is there.
import { SvelteSet } from 'svelte/reactivity'

export type Toast = { id: number; text: string; undo?: () => void; close?: () => void; failure?: unknown }

export const undoMs = 10_000

export const toasts = $state<{ list: Toast[] }>({ list: [] })

/** The ids of what is taken away as soon as its note goes: lists leave them out. */
export const leaving = new SvelteSet<string>()

let last = 0

function show(toast: Omit<Toast, 'id'>): () => void {
  const id = ++last
  toasts.list.push({ ...toast, id })
  return () => (toasts.list = toasts.list.filter((one) => one.id !== id))
}

/** Shows for a while why something failed. */
export function showFailure(failure: unknown) {
  setTimeout(show({ text: '', failure }), undoMs)
}

let hideDone = () => {}

/** Notes what was just done, with a way to undo it, in place of the note before. */
export function done(text: string, back?: () => Promise<unknown>) {
  hideDone()
  const timer = setTimeout(() => hide(), undoMs)
  const close = () => {
    clearTimeout(timer)
    hide()
  }
  const hide = show({
    text,
    close,
    ...(back && {
      undo: () => {
        close()
        back().catch(showFailure)
      },
    }),
  })
  hideDone = close
}

/**
 * Takes something away after a while in which it can be undone. The server is not called until then, so that what is
 * undone never happened.
 */
export function takeAway(id: string, text: string, make: () => Promise<unknown>) {
  leaving.add(id)
  const timer = setTimeout(async () => {
    hide()
    try {
      await make()
    } catch (failure) {
      leaving.delete(id)
      showFailure(failure)
    }
  }, undoMs)
  const hide = show({
    text,
    undo: () => {
      clearTimeout(timer)
      leaving.delete(id)
      hide()
    },
  })
}
