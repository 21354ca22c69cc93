// What is taken away can be taken back, or is asked for first.
import assert from 'node:assert/strict'
import { accessible, client, entered, quiet, url, visit } from './driver.mjs'

export const undo = {
  async 'a tariff and a calendar entry come back by one click, and go after a while'() {
    const { page, close } = await entered()
    const api = await client()
    const site = (await api.get('/api/espacios?kind=site')).items[0].id
    await api.send('POST', '/api/tarifas', {
      space_id: site,
      name: 'Por deshacer',
      currency: 'COP',
      valid_from: '2030-01-01',
      price_per_kwh: 900,
    })
    await api.send('POST', '/api/calendarios', {
      space_id: site,
      name: 'Cierre lejano',
      kind: 'closed',
      from: '2030-01-01',
      to: '2030-01-02',
    })
    const there = {
      tariffs: async () =>
        (await api.get('/api/tarifas?limit=1000')).items.some((i) => i.name === 'Por deshacer'),
      calendar: async () =>
        (await api.get('/api/calendarios?limit=1000')).items.some((i) => i.name === 'Cierre lejano'),
    }
    for (const [tab, name] of [
      ['tariffs', 'Por deshacer'],
      ['calendar', 'Cierre lejano'],
    ]) {
      await visit(page, `administracion?tab=${tab}`)
      const row = page.getByRole('row', { name: new RegExp(name) })
      await row.getByRole('button', { name: 'Quitar' }).click()
      await row.waitFor({ state: 'detached' })
      await page.getByRole('button', { name: /Deshacer/ }).click()
      await row.waitFor()
      assert.ok(await there[tab](), `${name} was never gone`)
      await row.getByRole('button', { name: 'Quitar' }).click()
      await accessible(page, 'a note with an undo')
      for (let i = 0; i < 600 && (await there[tab]()); i++) await page.waitForTimeout(300)
      assert.ok(!(await there[tab]()), `${name} is gone in the end`)
      await page.locator('.toast').waitFor({ state: 'detached' })
    }
    await close()
  },
  async 'a key is only revoked after it was said who may be using it'() {
    const { page, close } = await entered()
    const api = await client()
    const site = (await api.get('/api/espacios?kind=site')).items[0].id
    const { key } = await (
      await api.send('POST', '/auth/claves', { name: 'Clave de prueba', space_id: site })
    ).json()
    const device = { id: 'farola-2' } // of its own: the others report by themselves
    await api.send('POST', '/api/dispositivos', {
      ...device,
      name: 'Farola 2',
      kind: 'lighting',
      space_id: site,
    })
    const sent = await fetch(`${url}/consumo`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
      body: JSON.stringify({
        device_id: device.id,
        kwh: 0.001,
        timestamp: new Date(Date.now() - 5000).toISOString(),
      }),
    })
    assert.ok([200, 201].includes(sent.status))
    for (
      let i = 0;
      i < 600 &&
      !(await api.get('/auth/claves')).items.find((k) => k.name === 'Clave de prueba').last_used_at;
      i++
    )
      await page.waitForTimeout(300)
    await visit(page, 'administracion?tab=keys')
    const row = page.getByRole('row', { name: /Clave de prueba/ })
    await row.getByRole('button', { name: 'Revocar' }).click()
    await page
      .getByRole('dialog')
      .getByText(/Dispositivos que reportaron hoy con ella: \d+/)
      .waitFor()
    await accessible(page, 'a question')
    await page.getByRole('dialog').getByRole('button', { name: 'Cancelar' }).click()
    await quiet(page)
    await row.getByRole('button', { name: 'Revocar' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revocar' }).click()
    await row.waitFor({ state: 'detached' })
    await close()
  },
  async 'a change of page leads the focus to its heading, and a change within it leaves it'() {
    const { page, close } = await entered()
    await page.getByRole('link', { name: 'Consumo', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.waitForFunction(
      () => document.activeElement.tagName === 'H1' && document.activeElement.textContent === 'Consumo',
    )
    await quiet(page)
    await page.getByRole('button', { name: 'Ayer', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/from=/)
    await quiet(page)
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Ayer')
    await page.goBack()
    await page.goBack()
    await page.waitForFunction(() => document.activeElement.textContent === 'Hoy')
    await close()
  },
}
