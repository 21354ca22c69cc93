import type { Answer } from '../../../server/client'

export type Discovered = NonNullable<Answer<'/api/dispositivos/nuevos'>['items']>[number]

/** One address under the keys of two spaces is two devices. */
export const keyOf = ({ address, key_space_id }: Pick<Discovered, 'address' | 'key_space_id'>) =>
  `${address} ${key_space_id ?? ''}`
