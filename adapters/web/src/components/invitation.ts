// The link by which a user sets a password.
import { address } from '../addresses'
import { api, ask } from '../server/client'

export type Invitation = { email: string; address: string; until: string }
type Link = { token: string; expires_at: string }
type Person = { id: string; email: string }

/** What a colleague is to be: space_id is empty for the whole campus. */
export type Invited = { email: string; role: 'admin' | 'manager' | 'viewer'; space_id: string }

/** Makes a user without a password, with the link that the answer has. */
export async function invite({ email, role, space_id }: Invited): Promise<Invitation> {
  const body = { email, role, space_id: space_id || undefined }
  const made: Person & { invitation?: Link } = await ask(api.POST('/auth/usuarios', { body }))
  return made.invitation ? invitation(made, made.invitation) : linkFor(made)
}

/** Makes another link for a user; it ends the ones before it. */
export async function linkFor(user: Person): Promise<Invitation> {
  const params = { params: { path: { id: user.id } } }
  return invitation(user, await ask(api.POST('/auth/usuarios/{id}/enlace', params)))
}

const invitation = ({ email }: Person, { token, expires_at }: Link): Invitation => ({
  email,
  address: `${location.origin}/${address('hoy', { enlace: token })}`,
  until: expires_at,
})
