// The step in which the site is made, with its pin set by mouse and by keys.
import assert from 'node:assert/strict'
import { client } from '../driver.mjs'

const cali = { latitude: 3.45, longitude: -76.53 }

export const site = {
  name: 'site',
  title: 'El sitio',
  async act(walk) {
    const { page } = walk
    await page.getByLabel('Nombre del sitio').fill('Universidad Santiago de Cali')
    assert.equal(await page.getByRole('combobox', { name: /^Zona horaria/ }).inputValue(), 'America/Bogota')
    assert.equal(await page.getByRole('combobox', { name: /^Festivos/ }).inputValue(), 'CO')

    const map = page.getByRole('application')
    const fields = { latitude: page.getByLabel('Latitud'), longitude: page.getByLabel('Longitud') }
    const pin = async () => ({
      latitude: Number(await fields.latitude.inputValue()),
      longitude: Number(await fields.longitude.inputValue()),
    })
    const far = (one, other) =>
      Math.max(Math.abs(one.latitude - other.latitude), Math.abs(one.longitude - other.longitude))
    /** Clicks where a position is, while the map shows the part around another. */
    const click = async (middle, zoom) => {
      const box = await map.boundingBox()
      const across = 0.5 + ((cali.longitude - middle.longitude) * zoom) / 360
      const down = 0.5 - ((cali.latitude - middle.latitude) * zoom) / 180
      await map.click({ position: { x: across * box.width, y: down * box.height } })
    }

    await map.scrollIntoViewIfNeeded()
    await click({ latitude: 0, longitude: 0 }, 1)
    assert.ok(far(await pin(), cali) < 1, 'the first click is near')
    await page.getByRole('button', { name: '×16' }).click()
    await click(await pin(), 16)
    assert.ok(far(await pin(), cali) < 0.1, `the second is there: ${JSON.stringify(await pin())}`)

    const clicked = await pin()
    await map.press('ArrowUp')
    await map.press('ArrowLeft')
    assert.ok(Math.abs((await pin()).latitude - clicked.latitude - 0.05) < 1e-6)
    assert.ok(Math.abs((await pin()).longitude - clicked.longitude + 0.05) < 1e-6)
    await map.press('-')
    assert.equal(await page.getByRole('button', { name: '×4' }).getAttribute('aria-pressed'), 'true')

    const drawn = await page.locator('[data-pin]').getAttribute('transform')
    await fields.latitude.fill(String(cali.latitude))
    await fields.longitude.fill(String(cali.longitude))
    assert.notEqual(await page.locator('[data-pin]').getAttribute('transform'), drawn, 'the pin follows')
    await page.getByText('3,45° N, 76,53° O').waitFor()

    await page.getByRole('button', { name: 'Guardar y seguir' }).click()
    await page.waitForURL(/paso=spaces/)
    await page.locator('p.site', { hasText: 'Universidad Santiago de Cali' }).waitFor()
    walk.api = await client(walk.password)
    walk.site = (await walk.api.get('/api/espacios?kind=site')).items[0]
    assert.deepEqual(
      { latitude: walk.site.latitude, longitude: walk.site.longitude, holidays: walk.site.holidays },
      { ...cali, holidays: 'CO' },
    )
  },
}
