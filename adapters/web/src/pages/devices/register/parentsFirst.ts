// The order in which devices are made.

type Node = { id: string; parent_id?: string | null }

/** Each device after the one that it is behind; orphans wait for a device that is neither known nor made. */
export function parentsFirst<T extends Node>(devices: T[], known: ReadonlySet<string>) {
  const ordered: T[] = []
  const there = new Set(known)
  let waiting = devices
  for (;;) {
    const next = waiting.filter((device) => !device.parent_id || there.has(device.parent_id))
    if (!next.length) return { ordered, orphans: waiting }
    ordered.push(...next)
    for (const device of next) there.add(device.id)
    waiting = waiting.filter((device) => !there.has(device.id))
  }
}
