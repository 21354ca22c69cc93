// Words and numbers as a reader meets them.
import assert from 'node:assert/strict'
import { accessible, entered, visit } from './driver.mjs'

export const words = {
  async 'amounts stay on one line, charts name their unit, and the heat map tells its scale'() {
    const { page, close } = await entered({ viewport: { width: 390, height: 844 } })
    await visit(page, 'hoy')
    const broken = await page.evaluate(() => {
      const of = (e) => {
        const range = document.createRange()
        range.selectNodeContents(e)
        return new Set([...range.getClientRects()].map((r) => Math.round(r.top))).size
      }
      return [...document.querySelectorAll('.big')].filter((e) => of(e) > 1).map((e) => e.textContent)
    })
    assert.deepEqual(broken, [], 'no amount is broken')
    for (const text of await page.locator('.big').allTextContents())
      assert.doesNotMatch(text, /\d [A-Za-z]|[A-Z$] \d/, `${text} could be broken`)
    assert.equal(await page.locator('.plot .unit').first().textContent(), 'kWh')
    await page.locator('.legend').getByText('Pronóstico').waitFor()
    await page.locator('.legend').getByText('Rango probable (80 %)').waitFor()
    await visit(page, 'consumo')
    const cells = (await page.locator('.heat .cell').allTextContents()).filter(Boolean)
    assert.ok(cells.length > 100 && cells.every((c) => /^[\d.,]+$/.test(c)), 'each hour has its number')
    await page.getByText('Potencia media, kW').waitFor()
    await close()
  },
  async 'an administrator reads what the server found wrong with itself, and nothing where all is well'() {
    const { page, close } = await entered({ viewport: { width: 390, height: 844 } })
    const answer = (items) => page.route('**/api/diagnostico', (route) => route.fulfill({ json: { items } }))
    await answer([{ check: 'clock', level: 'ok', text: 'El reloj va bien.', action: '' }])
    await visit(page, 'hoy')
    assert.equal(await page.getByRole('region', { name: 'El sistema necesita atención' }).count(), 0)
    await page.unroute('**/api/diagnostico')
    await answer([
      { check: 'disk', level: 'warning', text: 'Quedan solo 1,5 GB.', action: 'Libere espacio.' },
    ])
    await visit(page, 'consumo')
    await visit(page, 'hoy')
    const notice = page.getByRole('region', { name: 'El sistema necesita atención' })
    await notice.getByText('Quedan solo 1,5 GB.').waitFor()
    await notice.getByText('Libere espacio.').waitFor()
    await accessible(page, 'notice')
    await close()
  },
  async 'a day far from the usual is said in a sentence, with the way to the calendar'() {
    const { page, close } = await entered()
    const shift = (call, change) =>
      page.route(call, async (route) => {
        const answer = await route.fetch()
        const body = await answer.json()
        change(body)
        await route.fulfill({ response: answer, json: body })
      })
    await shift(/\/api\/linea-base/, (body) => body.hours.forEach((h) => (h.expected_kwh *= 3)))
    await visit(page, 'consumo')
    await visit(page, 'hoy')
    const said = page.locator('[data-far]')
    await said.getByText(/^Ayer se usaron .* menos de lo usual/).waitFor()
    await said.getByRole('link', { name: 'márquelo en el calendario' }).click()
    await page.getByRole('button', { name: 'Calendario', pressed: true }).waitFor()
    await page.unrouteAll()
    await shift(/\/api\/linea-base/, (body) => body.hours.forEach((h) => (h.expected_kwh /= 3)))
    await visit(page, 'hoy')
    await said.getByText(/^Ayer se usaron .* más de lo usual/).waitFor()
    await close()
  },
}
