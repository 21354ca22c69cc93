// The page while it is in use: what happens must not take a reader from where they are.
import assert from 'node:assert/strict'
import { client, entered, quiet, visit } from './driver.mjs'

/** Refreshes follow readings after some seconds; here, after a moment. */
const hurried = (context) =>
  context.addInitScript(() => {
    const later = globalThis.setTimeout
    globalThis.setTimeout = (call, wait, ...args) =>
      later(call, wait === 10_000 || wait === 15_000 ? 200 : wait, ...args)
  })

export const live = {
  async 'ten readings leave the page, its place and the focus where they are'() {
    const { page, close } = await entered({ viewport: { width: 1280, height: 700 } }, hurried)
    const api = await client()
    const room = (await api.get('/api/espacios?kind=room')).items[0].id // a device of its own: the others report by themselves
    await api.send('POST', '/api/dispositivos', {
      id: 'farola',
      name: 'Farola',
      kind: 'lighting',
      space_id: room,
    })
    const device = { id: 'farola' }
    const pages = [
      ['hoy', '/api/consumo/resumen', () => page.locator('.bars a').last()],
      ['campus', '/api/gemelo', () => page.locator('section.place li a').last()],
      [`dispositivos?id=${device.id}`, '/api/consumo/resumen', () => page.locator('main a').last()],
    ]
    const begun = Date.now() - 3_600_000
    let turn = 0
    for (const [hash, call, place] of pages) {
      await visit(page, hash)
      await page.getByText('● En vivo').waitFor()
      await place().focus()
      await place().scrollIntoViewIfNeeded()
      const where = () =>
        page.evaluate(() => ({
          y: scrollY,
          height: document.documentElement.scrollHeight,
          text: document.activeElement.textContent,
          tag: document.activeElement.tagName,
          mark: document.activeElement.dataset.mark,
        }))
      await page.evaluate(() => (document.activeElement.dataset.mark = 'the same'))
      await page.evaluate(() => {
        globalThis.torn = 0
        new MutationObserver(
          () => (globalThis.torn += document.querySelectorAll('.skeleton').length),
        ).observe(document.body, { childList: true, subtree: true })
      })
      const before = await where()
      assert.equal(before.tag, 'A')
      for (let i = 0; i < 10; i++) {
        const answered = page.waitForResponse((r) => r.url().includes(call))
        answered.catch(() => {})
        const at = new Date(begun + 1000 * turn++).toISOString()
        const sent = await api.send('POST', '/consumo', { device_id: device.id, kwh: 0.001, timestamp: at })
        assert.ok([200, 201].includes(sent.status), await sent.text())
        await answered
        await quiet(page)
        await page.waitForTimeout(30)
        assert.deepEqual(
          { ...(await where()), height: 0 },
          { ...before, height: 0 },
          `${hash} after reading ${i + 1}`,
        )
      }
      assert.equal(await page.evaluate(() => globalThis.torn), 0, `${hash} shows a skeleton`)
    }
    await close()
  },
}
