// The link by which a user sets a password.
import { address } from '../addresses'
import { api, ask } from '../server/client'

export type Invitation = { email: string; address: string }

/** Makes a link for a user; it is good once, for a day, and ends the ones before it. */
export async function linkFor({ id, email }: { id: string; email: string }): Promise<Invitation> {
  const { token } = await ask(api.POST('/auth/usuarios/{id}/enlace', { params: { path: { id } } }))
  return { email, address: `${location.origin}/${address('hoy', { enlace: token })}` }
}
