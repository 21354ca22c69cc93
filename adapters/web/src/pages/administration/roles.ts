import type { User } from '../../server/session.svelte'

export type Role = User['role']

/** The roles, from the one with the fewest rights. */
export const roles: Role[] = ['viewer', 'manager', 'admin']
