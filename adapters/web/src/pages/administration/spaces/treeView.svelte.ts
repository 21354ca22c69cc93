// What of the tree is folded, and the one form that is open in it.
import { tick } from 'svelte'
import { SvelteSet } from 'svelte/reactivity'

export type Panel = { form: 'edit' | 'add' | 'hours'; id: string }

export class TreeView {
  folded = new SvelteSet<string>()
  panel = $state<Panel | null>(null)
  dragged = $state<string | null>(null)

  shows = (form: Panel['form'], id: string) => this.panel?.form === form && this.panel.id === id

  toggle(form: Panel['form'], id: string) {
    this.panel = this.shows(form, id) ? null : { form, id }
    if (form === 'add') this.folded.delete(id)
  }

  /** Closes the form, and leads the focus back to the space that it was about. */
  async close(id: string) {
    this.panel = null
    await this.focus(id)
  }

  async focus(id: string) {
    await tick()
    document.getElementById(buttonId(id))?.focus()
  }
}

/** The id of the button with a space's name. */
export const buttonId = (id: string) => `space-${id}`

/** Calls when Escape is pressed within an element. */
export const onEscape = (act: () => void) => (element: HTMLElement) => {
  const listen = (event: KeyboardEvent) => event.key === 'Escape' && act()
  element.addEventListener('keydown', listen)
  return () => element.removeEventListener('keydown', listen)
}
