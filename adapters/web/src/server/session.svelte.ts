// Who is logged in. The access token lives in memory alone; the refresh token in this tab's sessionStorage, so that a reload
// stays logged in and closing the tab ends it. Other tabs are lent the access token, and all leave together.

export type User = {
  id: string
  email: string
  role: 'admin' | 'manager' | 'viewer'
  space_id: string | null
  /** The role must have a second factor, and the user has none: until then they can do nothing else. */
  second_factor_setup_required?: boolean
}
type Granted = { access_token: string; expires_in: number; refresh_token: string; user: User }

const refreshKey = 'holotwin.refresh'
const channel = new BroadcastChannel('holotwin')

/** signOn is why the last login at the university failed, if it did. */
export const session = $state<{ user: User | null; ready: boolean; signOn: '' | 'refused' | 'failed' }>({
  user: null,
  ready: false,
  signOn: '',
})

let access = ''
let until = 0
let justArrived = false

channel.onmessage = ({ data }) => {
  if (data.type === 'logout') forget()
  if (data.type === 'who' && access)
    channel.postMessage({ type: 'lent', access, until, user: $state.snapshot(session.user) })
  if (data.type === 'lent' && !sessionStorage.getItem(refreshKey)) {
    access = data.access
    until = data.until
    session.user = data.user
    session.ready = true
  }
}

function take(granted: Granted) {
  access = granted.access_token
  until = Date.now() + granted.expires_in * 1000
  session.user = granted.user
  sessionStorage.setItem(refreshKey, granted.refresh_token)
  channel.postMessage({ type: 'lent', access, until, user: $state.snapshot(session.user) })
}

function forget() {
  access = ''
  sessionStorage.removeItem(refreshKey)
  session.user = null
}

async function post(path: string, body: unknown, token = ''): Promise<Response> {
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'Accept-Language': document.documentElement.lang,
  }
  if (token) headers.Authorization = `Bearer ${token}`
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** Why a login was refused, in words; `needsCode` if the user has a second factor. */
export type Refused = { detail: string; needsCode: boolean }

/** Logs in; null, or why that is refused. */
export async function login(email: string, password: string, code: string): Promise<Refused | null> {
  const answer = await post('/auth/login', { email, password, ...(code && { code }) })
  if (!answer.ok) {
    const problem = (await answer.json()) as { detail: string; code: string }
    return { detail: problem.detail, needsCode: problem.code === 'second_factor_required' }
  }
  justArrived = true
  take((await answer.json()) as Granted)
  return null
}

/** The server says that the user must set up a second factor first: the page shows nothing else. */
export function requireFactor() {
  if (session.user) session.user.second_factor_setup_required = true
}

/** Whether the user has logged in since this was last asked, and not just reloaded the page. */
export function arrived(): boolean {
  const was = justArrived
  justArrived = false
  return was
}

/** Sets another password by a link's token; gives the answer's status and, where that is refused, the problem. */
export async function reset(token: string, password: string): Promise<{ status: number; problem: unknown }> {
  const answer = await post('/auth/restablecer', { token, new: password })
  return { status: answer.status, problem: answer.ok ? null : await answer.json() }
}

let refreshing: Promise<boolean> | null = null

/** Renews the token, once for all that ask at the same time. */
export function refresh(): Promise<boolean> {
  refreshing ??= renew().finally(() => (refreshing = null))
  return refreshing
}

async function renew(): Promise<boolean> {
  const token = sessionStorage.getItem(refreshKey)
  if (!token) {
    channel.postMessage({ type: 'who' })
    await new Promise((wait) => setTimeout(wait, 150))
    return access !== '' && until > Date.now()
  }
  const answer = await post('/auth/refresh', { refresh_token: token }).catch(() => null)
  if (!answer) return false
  if (!answer.ok) {
    if ([400, 401, 403].includes(answer.status)) forget() // any other is the server's trouble, and may pass
    return false
  }
  take((await answer.json()) as Granted)
  return true
}

/** The token to send, renewed in time. */
export async function token(): Promise<string> {
  const soon = 60_000
  if (until - Date.now() < soon) await refresh()
  return access
}

export async function logout() {
  await post('/auth/logout', {}, access).catch(() => null)
  forget()
  channel.postMessage({ type: 'logout' })
}

/** Whether the university has a login of its own. */
export async function hasSignOn(): Promise<boolean> {
  const answer = await fetch('/auth/metodos').catch(() => null)
  return answer?.ok ? ((await answer.json()) as { single_sign_on: boolean }).single_sign_on : false
}

/** Goes to the university's login, which sends the browser back with a code in the address. */
export function signOn() {
  location.href = '/auth/oidc'
}

/**
 * Exchanges the code that the university's login brought back, which is good once and in this browser alone. It leaves the
 * history before anything else happens. Returns whether the user is logged in.
 */
async function acceptSignOn(): Promise<boolean> {
  const brought = new URLSearchParams(location.hash.slice(1))
  const code = brought.get('signon_code')
  session.signOn = brought.get('signon') === 'refused' ? 'refused' : ''
  if (!code && !session.signOn) return false
  history.replaceState(null, '', '/')
  if (!code) return false
  const answer = await post('/auth/oidc/canje', { code }).catch(() => null)
  justArrived = answer?.ok ?? false
  if (answer?.ok) take((await answer.json()) as Granted)
  else session.signOn = 'failed'
  return answer?.ok ?? false
}

export async function resume() {
  if (!(await acceptSignOn())) await refresh()
  session.ready = true
}
