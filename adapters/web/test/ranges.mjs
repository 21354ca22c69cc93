// The days that a page is asked about.
import assert from 'node:assert/strict'
import { client, entered, noticed, quiet, visit } from './driver.mjs'

const dayAgo = (days) =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Bogota' }).format(Date.now() - days * 86_400_000)

export const ranges = {
  async 'a range of days holds both its ends, may be one day, and is put in order'() {
    const { page, close } = await entered()
    const api = await client()
    const sumOf = async (from, to) =>
      (await api.get(`/api/consumo/serie?bucket=day&from=${from}&to=${to}`)).items.reduce(
        (a, i) => a + i.kwh,
        0,
      )
    const shown = async () =>
      Number(
        (await page.locator('p.card strong').first().textContent())
          .match(/[\d.,]+/)[0]
          .replaceAll('.', '')
          .replace(',', '.'),
      )
    const [from, to] = [page.getByLabel('Desde'), page.getByLabel('Hasta')]
    const settle = async () => {
      await noticed(page)
      await quiet(page)
    }

    await visit(page, `consumo?from=${dayAgo(6)}&to=${dayAgo(2)}`) // an address as it was always written
    assert.equal(await from.inputValue(), dayAgo(6))
    assert.equal(await to.inputValue(), dayAgo(3), 'the last day is the one before')
    await to.fill(dayAgo(6))
    await settle()
    assert.equal(await page.locator('.error').count(), 0)
    assert.ok(Math.abs((await shown()) - (await sumOf(dayAgo(6), dayAgo(5)))) < 1, 'one day alone')
    await to.fill(dayAgo(9))
    await settle()
    assert.deepEqual(
      [await from.inputValue(), await to.inputValue()],
      [dayAgo(9), dayAgo(6)],
      'the earlier day is the first',
    )
    assert.ok(Math.abs((await shown()) - (await sumOf(dayAgo(9), dayAgo(5)))) < 1, 'four days')
    await page.getByRole('button', { name: 'Antes' }).click()
    await settle()
    assert.deepEqual([await from.inputValue(), await to.inputValue()], [dayAgo(13), dayAgo(10)])
    await page.getByRole('button', { name: 'Después' }).click()
    await settle()
    assert.deepEqual([await from.inputValue(), await to.inputValue()], [dayAgo(9), dayAgo(6)])
    await page.goBack()
    await settle()
    assert.equal(await from.inputValue(), dayAgo(13))

    await visit(page, `consumo?from=${dayAgo(3)}&to=${dayAgo(3)}`)
    assert.deepEqual([await from.inputValue(), await to.inputValue()], [dayAgo(3), dayAgo(3)])
    await page.getByRole('button', { name: 'Ayer', exact: true }).click()
    await settle()
    assert.deepEqual([await from.inputValue(), await to.inputValue()], [dayAgo(1), dayAgo(1)])
    await page.getByRole('button', { name: 'Mes pasado' }).click()
    await settle()
    assert.match(await from.inputValue(), /-01$/)
    await page.getByRole('button', { name: 'Antes' }).click()
    await settle()
    const [first, last] = [await from.inputValue(), await to.inputValue()]
    assert.equal(first.slice(0, 7), last.slice(0, 7), 'whole months are followed by whole months')
    assert.match(first, /-01$/)
    assert.match(new Date(Date.parse(last) + 86_400_000).toISOString().slice(0, 10), /-01$/)

    for (const name of ['Hoy', '7 días', 'Este mes', 'Año']) {
      const call = page.waitForResponse((r) => r.url().includes('/api/consumo/serie'))
      await page.getByRole('button', { name, exact: true }).click()
      const items = (await (await call).json()).items
      assert.ok(items.length <= 800, `${name}: ${items.length} steps`)
      await settle()
    }
    await visit(page, `consumo?bucket=15m&from=${dayAgo(300)}&to=${dayAgo(0)}`)
    assert.equal(await page.locator('.error').count(), 0)
    await close()
  },
}
