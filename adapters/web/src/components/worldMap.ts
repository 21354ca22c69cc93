// Positions on a map of the world in equirectangular projection, and the part of it that is shown.

export type Point = { latitude: number; longitude: number }
export type Zoom = 1 | 4 | 16
/** A part of the map, in its units: half a degree each. */
export type View = { x: number; y: number; width: number; height: number }

export const zooms: Zoom[] = [1, 4, 16]
export const size = { width: 720, height: 360 }

/** Degrees that a key moves the pin by, and between the lines of the grid; decimals that a click is exact to. */
const scales: Record<Zoom, { key: number; grid: number; decimals: number }> = {
  1: { key: 1, grid: 30, decimals: 1 },
  4: { key: 0.2, grid: 10, decimals: 1 },
  16: { key: 0.05, grid: 5, decimals: 2 },
}

const between = (low: number, value: number, high: number) => Math.min(Math.max(value, low), high)
const rounded = (value: number, decimals: number) => Number(value.toFixed(decimals))

export const toMap = ({ latitude, longitude }: Point) => ({
  x: (longitude + 180) * 2,
  y: (90 - latitude) * 2,
})

const toPoint = (x: number, y: number, decimals: number): Point => ({
  latitude: rounded(between(-90, 90 - y / 2, 90), decimals),
  longitude: rounded(between(-180, x / 2 - 180, 180), decimals),
})

/** The part of the map around a point, or around its middle. */
export function viewAround(point: Point | null, zoom: Zoom): View {
  const middle = toMap(point ?? { latitude: 0, longitude: 0 })
  const [width, height] = [size.width / zoom, size.height / zoom]
  return {
    x: between(0, middle.x - width / 2, size.width - width),
    y: between(0, middle.y - height / 2, size.height - height),
    width,
    height,
  }
}

/** The part that is shown after the pin was moved: it follows the pin where that comes near an edge. */
export function follow(view: View, point: Point, zoom: Zoom): View {
  const margin = 0.15
  const { x, y } = toMap(point)
  const [across, down] = [(x - view.x) / view.width, (y - view.y) / view.height]
  const isInside = (share: number) => share >= margin && share <= 1 - margin
  return isInside(across) && isInside(down) ? view : viewAround(point, zoom)
}

/** The position at a share of the width and of the height of what is shown. */
export function pointAt(view: View, across: number, down: number, zoom: Zoom): Point {
  return toPoint(view.x + across * view.width, view.y + down * view.height, scales[zoom].decimals)
}

const directions: Record<string, { north: number; east: number }> = {
  ArrowUp: { north: 1, east: 0 },
  ArrowDown: { north: -1, east: 0 },
  ArrowLeft: { north: 0, east: -1 },
  ArrowRight: { north: 0, east: 1 },
}

/** Where a key moves the pin, ten times as far with Shift; null for any other key. */
export function movedBy(key: string, shift: boolean, point: Point, zoom: Zoom): Point | null {
  const direction = directions[key]
  if (!direction) return null
  const degrees = scales[zoom].key * (shift ? 10 : 1)
  return {
    latitude: rounded(between(-90, point.latitude + direction.north * degrees, 90), 4),
    longitude: rounded(between(-180, point.longitude + direction.east * degrees, 180), 4),
  }
}

/** The degrees at which the grid has lines in a view. */
export function gridOf(view: View, zoom: Zoom): { latitudes: number[]; longitudes: number[] } {
  const every = scales[zoom].grid
  const within = (from: number, to: number) => {
    const first = Math.floor(from / every) + 1
    return Array.from({ length: Math.max(0, Math.ceil(to / every) - first) }, (_, i) => (first + i) * every)
  }
  return {
    latitudes: within(90 - (view.y + view.height) / 2, 90 - view.y / 2),
    longitudes: within(view.x / 2 - 180, (view.x + view.width) / 2 - 180),
  }
}
