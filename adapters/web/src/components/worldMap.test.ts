import { describe, expect, it } from 'vitest'
import { land } from './worldLand'
import { follow, gridOf, movedBy, pointAt, size, toMap, viewAround } from './worldMap'

const cali = { latitude: 3.45, longitude: -76.53 }

describe('the map of the world', () => {
  it('is one path within its bounds, of 12 kB at most', () => {
    expect(land.length).toBeLessThan(12_000)
    for (const [, start, steps] of land.matchAll(/M([^l]+)l([^z]+)z/g)) {
      const numbers = (text: string) => (text.match(/-?\d*\.?\d+/g) ?? []).map(Number)
      let [x, y] = numbers(start)
      const moves = numbers(steps)
      for (let i = 0; i < moves.length; i += 2) {
        x += moves[i]
        y += moves[i + 1]
        expect(x).toBeGreaterThanOrEqual(-0.2)
        expect(x).toBeLessThanOrEqual(size.width + 0.2)
        expect(y).toBeLessThanOrEqual(size.height + 0.2)
      }
    }
  })

  it('is hit to a twentieth of a degree at its closest', () => {
    const view = viewAround(cali, 16)
    const { x, y } = toMap(cali)
    const pixel = 1 / 640
    const hit = pointAt(view, (x - view.x) / view.width + pixel, (y - view.y) / view.height, 16)
    expect(Math.abs(hit.longitude - cali.longitude)).toBeLessThan(0.05)
    expect(Math.abs(hit.latitude - cali.latitude)).toBeLessThan(0.05)
  })

  it('shows no more than there is', () => {
    expect(viewAround({ latitude: 89, longitude: -179 }, 4)).toEqual({ x: 0, y: 0, width: 180, height: 90 })
    expect(viewAround(null, 1)).toEqual({ x: 0, y: 0, ...size })
  })

  it('follows the pin only towards an edge', () => {
    const view = viewAround(cali, 16)
    expect(follow(view, { ...cali, latitude: 4 }, 16)).toBe(view)
    expect(follow(view, { ...cali, longitude: -66 }, 16)).not.toBe(view)
  })

  it('moves the pin by keys, and keeps it on the map', () => {
    expect(movedBy('ArrowUp', false, cali, 16)).toEqual({ latitude: 3.5, longitude: -76.53 })
    expect(movedBy('ArrowLeft', true, cali, 1)).toEqual({ latitude: 3.45, longitude: -86.53 })
    expect(movedBy('ArrowLeft', true, { latitude: 0, longitude: -179 }, 1)?.longitude).toBe(-180)
    expect(movedBy('Enter', false, cali, 1)).toBeNull()
  })

  it('has a grid of a few lines', () => {
    expect(gridOf(viewAround(null, 1), 1).latitudes).toEqual([-60, -30, 0, 30, 60])
    expect(gridOf(viewAround(cali, 16), 16)).toEqual({
      latitudes: [0, 5],
      longitudes: [-85, -80, -75, -70],
    })
  })
})
