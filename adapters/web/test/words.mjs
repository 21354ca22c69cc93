// Words and numbers as a reader meets them.
import assert from 'node:assert/strict'
import { entered, visit } from './driver.mjs'

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
