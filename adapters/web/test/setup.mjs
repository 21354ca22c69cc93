// Walks the first hour on an empty server, as its first administrator does, on a laptop and on a telephone. A step of the wizard is
// `{ name, title, act }` in a file of test/setup; act is given the walk: its page, the API as the administrator, and what the steps
// before it left there.
import assert from 'node:assert/strict'
import {
  accessible,
  browser,
  enter,
  onEmptyServer,
  open,
  password,
  pictures,
  quiet,
  run,
  visit,
} from './driver.mjs'
import { colleagues } from './setup/colleagues.mjs'
import { connection } from './setup/connection.mjs'
import { password as passwordStep } from './setup/password.mjs'
import { site } from './setup/site.mjs'

/** In the order of the wizard. */
const walked = [passwordStep, site, colleagues, connection]

const laptop = { width: 1280, height: 900 }
const phone = { width: 390, height: 844 }
const bogota = { locale: 'es-CO', timezoneId: 'America/Bogota', viewport: laptop }

const walk = { password }

/** What the page looks like to all kinds of readers at this point. */
async function inspect(name) {
  const { page } = walk
  await quiet(page)
  await accessible(page, name)
  await page.setViewportSize(phone)
  // A chart takes its new width a moment after the page.
  await page.waitForFunction((most) => document.documentElement.scrollWidth <= most, phone.width)
  await accessible(page, `${name}, on a telephone`)
  if (pictures) await page.screenshot({ path: `${pictures}/setup-${name}-phone.png`, fullPage: true })
  await page.setViewportSize(laptop)
  if (pictures) await page.screenshot({ path: `${pictures}/setup-${name}.png`, fullPage: true })
}

/** Visits the pages that show what was measured; none shows an error. */
async function eachPage(check = async () => {}) {
  const { page } = walk
  for (const [hash, title] of [
    ['hoy', 'Hoy'],
    ['consumo', 'Consumo'],
    ['recomendaciones', 'Recomendaciones'],
    ['campus', 'Campus'],
    ['pronostico', 'Pronóstico'],
    ['dispositivos', 'Dispositivos'],
  ]) {
    await visit(page, hash)
    await page.getByRole('heading', { level: 1, name: title }).waitFor()
    await check()
    assert.equal(await page.locator('.error').count(), 0, `${hash} shows an error`)
  }
}

async function takeUp(step) {
  await walk.page.goto('about:blank')
  await visit(walk.page, `inicio?paso=${step.name}`)
  await walk.page.getByRole('heading', { level: 2, name: step.title }).waitFor()
}

const steps = {
  async 'the first administrator is led to the first step, may leave, and finds the way back on every page'() {
    walk.context = await browser.newContext(bogota)
    walk.page = await open(walk.context)
    const { page } = walk
    await enter(page, onEmptyServer)
    await page.waitForURL(/#\/inicio\?paso=password/)
    await inspect('arrival')
    await page.getByRole('link', { name: 'Seguir más tarde' }).click()
    await eachPage(() => page.locator('main').getByRole('link', { name: 'Primeros pasos' }).waitFor())
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Dispositivos' }).waitFor()
    await inspect('empty')
    await visit(page, 'inicio?paso=tariff')
    await page.getByText('Primero hace falta el sitio').waitFor()
  },
  ...Object.fromEntries(
    walked.map((step) => [
      `step: ${step.name}`,
      async () => {
        await takeUp(step)
        await inspect(step.name)
        await step.act(walk)
        await inspect(`${step.name}-done`)
        await eachPage()
        await takeUp(step)
        await walk.page
          .getByRole('navigation', { name: 'Pasos' })
          .getByRole('link', { name: `${step.title} (hecho)` })
          .waitFor()
      },
    ]),
  ),
  async 'what is still missing is said on Hoy, with what it costs, until it is put away'() {
    const { page } = walk
    await page.goto('about:blank')
    await visit(page, 'hoy')
    const list = page.getByRole('region', { name: 'Para poder confiar en estas cifras' })
    await list.getByText(/La tarifa es la de referencia de 2017/).waitFor()
    await list.getByText(/El horario es supuesto/).waitFor()
    assert.equal(await list.getByText(/contraseña inicial|ningún sitio|ninguna lectura/).count(), 0)
    assert.equal(await page.locator('.error').count(), 0)
    await inspect('checklist')
    await list.getByRole('link', { name: 'Confirmar el horario' }).click()
    await page.waitForURL(/paso=calendar/)
    await page.goBack()
    await list.getByRole('button', { name: 'Ocultar por ahora' }).click()
    await list.waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Hoy' }).waitFor()
    await quiet(page)
    assert.equal(await list.count(), 0)
  },
  async 'the wizard is in English too'() {
    const { page } = walk
    await visit(page, 'inicio?paso=site')
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { level: 2, name: 'The site' }).waitFor()
    await page.getByRole('application', { name: /Map of the world/ }).waitFor()
    await inspect('english')
  },
}

await run(steps)
