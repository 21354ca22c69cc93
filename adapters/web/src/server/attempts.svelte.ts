// The changes that a page makes on the server. Lists read `reloads`, so that they are loaded again after each change.

export class Attempts {
  reloads = $state(0)
  failure = $state<unknown>(null)

  /** Makes a change and reloads the lists; a failure is kept for the page to show. True if the change was made. */
  async make(change: () => Promise<unknown>, event?: Event): Promise<boolean> {
    event?.preventDefault()
    this.failure = null
    try {
      await change()
      this.reloads++
      return true
    } catch (e) {
      this.failure = e
      return false
    }
  }

  /** Loads a list, and again after each change. */
  read<T>(call: () => Promise<T>): Promise<T> {
    void this.reloads
    return call()
  }
}
