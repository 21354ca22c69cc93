// Drives the dashboard on a campus that has set neither a tariff nor opening hours: each amount and each piece of advice says so, with
// the server's digits. DASHBOARD_URL, DASHBOARD_EMAIL and DASHBOARD_PASSWORD say which server.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

const { DASHBOARD_URL: url, DASHBOARD_EMAIL: email, DASHBOARD_PASSWORD: password } = process.env
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
)
assert.ok(executablePath, 'chromium is missing: apt-get install chromium')
const browser = await chromium.launch({
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
const context = await browser.newContext({ locale: 'es-CO', viewport: { width: 1280, height: 900 } })
const page = await context.newPage()
page.setDefaultTimeout(180_000)
const answers = {}
page.on('response', async (r) => {
  const path = new URL(r.url()).pathname
  if (
    r.ok() &&
    ['/api/consumo/resumen', '/api/recomendaciones', '/api/simulaciones', '/api/pronostico'].includes(path)
  )
    answers[`${r.request().method()} ${path}`] = await r.json().catch(() => undefined)
})
const answer = async (of) => {
  while (!answers[of]) await page.waitForTimeout(50)
  return answers[of]
}
const plain = (text) => text.replace(/\s+/g, ' ').trim()
const spanish = (v, digits, shift = 0) =>
  new Intl.NumberFormat('es-CO', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    roundingMode: 'halfEven',
  }).format(`${v}e${shift}`)
const about = (v) => spanish(v, Math.abs(v) >= 100 || v === 0 ? 0 : Math.abs(v) >= 1 ? 1 : 2)

try {
  await page.goto(url)
  await page.getByLabel('Correo').fill(email)
  await page.getByLabel('Contraseña').fill(password)
  await page.getByRole('button', { name: 'Entrar', exact: true }).click()
  await page.getByRole('heading', { name: 'Hoy', level: 1 }).waitFor()

  const month = (await answer('GET /api/consumo/resumen')).month_to_date
  const card = page.locator('.card', { has: page.getByRole('heading', { name: 'Costo' }) })
  await card.getByText('tarifa de referencia 2017').waitFor()
  const amount = card.locator('.amount').first()
  assert.equal(
    plain(await amount.innerText()),
    month.cost >= 1e6 ? `≈ $ ${spanish(month.cost, 1, -6)} M` : `≈ $ ${spanish(month.cost, 0)}`,
  )
  assert.equal(
    plain(await amount.getAttribute('title')),
    `$ ${spanish(month.cost, 0)}`,
    'the pesos are there on hover',
  )
  assert.match(plain(await card.innerText()), /factor de 2022/)
  await card.getByRole('link', { name: 'Ponga la suya' }).click()
  await page.waitForURL(/administracion\?tab=tariffs/)

  await page.goto(`${url}/#/recomendaciones`)
  const { recomendaciones } = await answer('GET /api/recomendaciones')
  const first = recomendaciones.find((r) => r.hours_assumed && r.saving.cost_low > 0)
  const advice = page.locator(`article[id="${first.id}"]`)
  const words = plain(await advice.innerText())
  assert.ok(words.includes(`Horario supuesto (${first.assumed_hours})`), words)
  assert.match(words, /[●○]{3} confianza (baja|media|alta)/)
  assert.ok(
    words.includes(`al menos ${about(first.saving.kwh_low)} kWh`),
    `${words} has ${first.saving.kwh_low}`,
  )
  assert.ok(
    words.includes(`(al menos ≈ $ ${spanish(first.saving.cost_low, 0)}, ${about(first.saving.kwh_low)} kWh)`),
    words,
  )
  assert.ok(
    first.message.includes(`${spanish(first.saving.cost_low, 0)} COP`),
    'the message has the figure of the card',
  )
  await advice.getByRole('link', { name: 'Confirmar horario' }).click()
  await page.waitForURL(/administracion\?tab=calendar/)

  await page.goto(`${url}/#/pronostico?id=ac-1`)
  await page.getByRole('button', { name: 'Simular', exact: true }).click()
  const run = await answer('POST /api/simulaciones')
  const table = page.locator('table', { hasText: 'Con el cambio' }).first()
  await table.waitFor()
  const head = table.getByRole('columnheader', { name: 'Energía (kWh)' })
  assert.ok(!plain(await head.innerText()).includes('KWh'))
  const result = plain(await table.innerText())
  assert.ok(!/MWh|KWh/.test(result), result)
  assert.ok(
    result.includes(about(run.before.kwh)) &&
      result.includes('Ahorro al mes, en promedio') &&
      result.includes(about(run.saving.kwh_month)),
    result,
  )
  assert.match(result, /Días medidos: \d+/)
  assert.ok(!result.includes(' 0 W'), 'no peak is saved in so many watts')
  const peak = page.locator('p', { hasText: 'Pico del mes hasta hoy' })
  if (await peak.count())
    assert.ok(!plain(await peak.innerText()).includes('→'), 'an expected peak is no promise')
} finally {
  await browser.close()
}
