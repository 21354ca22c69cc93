import type { Answer } from '../server/client'
import type { User } from '../server/session.svelte'

export type Role = User['role']
export type UserAccount = NonNullable<Answer<'/auth/usuarios'>['items']>[number] & { role: Role }

/** The roles, from the one with the fewest rights. */
export const roles: Role[] = ['viewer', 'manager', 'admin']
