// A browser on a running server's dashboard, and what all tests of it do. DASHBOARD_URL, DASHBOARD_EMAIL and DASHBOARD_PASSWORD say
// which server; DASHBOARD_PROVIDER is the university's login; SCREENSHOTS, a folder, keeps a picture of each page; STEPS, a regular
// expression, chooses steps by name; PATIENCE_MS is how long a wait may take.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

export const {
  DASHBOARD_URL: url,
  DASHBOARD_EMAIL: email,
  DASHBOARD_PASSWORD: password,
  DASHBOARD_PROVIDER: provider,
  SCREENSHOTS: pictures,
} = process.env
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
)
assert.ok(executablePath, 'chromium is missing: apt-get install chromium')
/** Far above what any wait takes, in ms, also where every core is busy: only what never comes takes it. */
const longest = Number(process.env.PATIENCE_MS ?? 180_000)

export const browser = await chromium.launch({
  executablePath,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
export const complaints = []

/** Opens a page that notes errors, violations of the content policy, and requests to anywhere else. */
export async function open(context) {
  const page = await context.newPage()
  page.setDefaultTimeout(longest)
  page.on(
    'console',
    (m) => m.type() === 'error' && !/status of 4\d\d/.test(m.text()) && complaints.push(m.text()),
  )
  page.on('pageerror', (e) => complaints.push(String(e)))
  page.on(
    'request',
    (r) =>
      !r.url().startsWith(url) &&
      !r.url().startsWith(provider) &&
      !/^(data|blob):/.test(r.url()) &&
      complaints.push(`outside request: ${r.url()}`),
  )
  return page
}

const spanish = { email: 'Correo', password: 'Contraseña', button: 'Entrar', first: 'Hoy' }
/** An administrator is led to the setup where there is nothing yet. */
export const onEmptyServer = { ...spanish, first: 'Primeros pasos' }

export async function enter(page, words = spanish) {
  await page.goto(url)
  await page.getByLabel(words.email).fill(email)
  await page.getByLabel(words.password).fill(password)
  await page.getByRole('button', { name: words.button, exact: true }).click()
  await page.getByRole('heading', { name: words.first, level: 1 }).waitFor()
}

export const quiet = (page) =>
  page.waitForFunction(() => !document.querySelector('.skeleton, [data-waiting]'), undefined, {
    timeout: longest,
  })

/** Waits until the page has noticed what happened before: that was queued before these two frames. */
export const noticed = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))

export async function accessible(page, name) {
  await page.evaluate(() => scrollTo(0, 0)) // a row that is half under the header is no small target
  await page.evaluate(axe) // by the browser's own hand: the page's policy lets no script in
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }),
  )
  assert.deepEqual(
    found.violations.map(
      (v) =>
        `${v.id}: ${v.nodes
          .map((n) => n.target)
          .slice(0, 3)
          .join(' | ')}`,
    ),
    [],
    `axe on ${name}`,
  )
}

export const desk = { locale: 'es-CO', viewport: { width: 1280, height: 900 } }

/** A logged-in page of its own. */
export async function entered(options = desk, prepare = async () => {}, words = spanish) {
  const context = await browser.newContext({ ...desk, ...options })
  await prepare(context)
  const page = await open(context)
  await enter(page, words)
  return { context, page, close: () => context.close() }
}

/** Goes to a page by its address and waits until nothing more is on its way. */
export async function visit(page, hash) {
  await page.goto(`${url}/#/${hash}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await noticed(page)
  await quiet(page)
}

/** Calls the API as the administrator. */
export async function client(secret = password) {
  const login = await (
    await fetch(`${url}/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email, password: secret }),
    })
  ).json()
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${login.access_token}` }
  return {
    get: async (path) => (await fetch(url + path, { headers })).json(),
    send: (method, path, body) => fetch(url + path, { method, headers, body: JSON.stringify(body) }),
  }
}

/** Runs all steps, says what became of each, and ends the process. */
export async function run(steps) {
  let failed = 0
  const chosen = new RegExp(process.env.STEPS ?? '')
  for (const [name, step] of Object.entries(steps)) {
    if (!chosen.test(name)) continue
    try {
      await step()
      console.log(`ok   ${name}`)
    } catch (error) {
      failed++
      console.log(`FAIL ${name}\n${error.stack}`)
    }
  }
  await browser.close()
  if (complaints.length) {
    failed++
    console.log(`FAIL the console is silent\n${[...new Set(complaints)].join('\n')}`)
  }
  process.exit(failed ? 1 : 0)
}
