// What a page asks of the server, and what became of it: lists read turn, so that they are asked for again after each change.

export class Attempts {
  turn = $state(0)
  failure = $state<unknown>(null)

  /** Does something and asks for lists again; the failure is kept for the page to show. True where it was done. */
  async make(what: () => Promise<unknown>, event?: Event): Promise<boolean> {
    event?.preventDefault()
    this.failure = null
    try {
      await what()
      this.turn++
      return true
    } catch (e) {
      this.failure = e
      return false
    }
  }

  /** Reads a list, and again after each change. */
  read<T>(call: () => Promise<T>): Promise<T> {
    void this.turn
    return call()
  }
}
