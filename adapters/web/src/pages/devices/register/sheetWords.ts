// What people write in a sheet for a kind of device and for a space.
import type { Space } from '../../../server/places.svelte'
import { plainWord } from '../../../sheet/columns'
import { kinds, type Kind } from '../form/deviceDraft'

const words: Record<Kind, string[]> = {
  meter: ['medidor', 'contador', 'medidores', 'energy meter'],
  ac: ['aire', 'aire acondicionado', 'climatizacion', 'air conditioner', 'air conditioning'],
  lighting: ['iluminacion', 'luz', 'luces', 'lamparas', 'light', 'lights'],
  computer: ['computador', 'computadora', 'ordenador', 'pc', 'portatil', 'laptop'],
  console: ['consola', 'game console'],
  tv: ['televisor', 'television', 'pantalla', 'screen'],
  appliance: ['electrodomestico', 'nevera', 'fridge'],
  lab: ['laboratorio', 'equipo de laboratorio', 'lab equipment', 'laboratory'],
  sensor: [],
  other: ['otro', 'otros'],
}

/** The kind that a word names, in either language; undefined if there is none. */
export function kindOf(text: string): Kind | undefined {
  const word = plainWord(text)
  return kinds.find((kind) => kind === word || words[kind].includes(word))
}

/** The spaces that a text names: by id, by name, or by a way such as `Bloque 5 / Piso 1`. */
export function findSpaces(spaces: Space[], text: string): Space[] {
  const byId = spaces.filter((space) => space.id === text)
  if (byId.length) return byId
  const byName = spaces.filter((space) => plainWord(space.name) === plainWord(text))
  if (byName.length) return byName
  const way = text.split(/[/>›|]/).map(plainWord)
  return way.length > 1 ? spaces.filter((space) => endsWay(spaces, space, way)) : []
}

/** Whether a way ends at a space: its last part is the space's name, the others are names of spaces around it, in order. */
function endsWay(spaces: Space[], space: Space | undefined, way: string[]): boolean {
  if (!space || plainWord(space.name) !== way.at(-1)) return false
  const outer = way.slice(0, -1)
  for (let around: Space | undefined = space; around && outer.length;) {
    const parent: string | null | undefined = around.parent_id
    around = spaces.find((one) => one.id === parent)
    if (around && plainWord(around.name) === outer.at(-1)) outer.pop()
  }
  return outer.length === 0
}
