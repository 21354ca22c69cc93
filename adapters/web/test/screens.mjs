// The page on a telephone and on paper.
import assert from 'node:assert/strict'
import { client, entered, visit } from './driver.mjs'

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
const tabs = ['hoy', 'consumo', 'recomendaciones', 'campus', 'pronostico', 'dispositivos', 'administracion']

export const screens = {
  async 'a telephone shows where one is, what is asked for, and targets for a finger'() {
    const { page, close } = await entered(phone)
    const inside = (box) =>
      box && box.x >= 0 && box.x + box.width <= 391 && box.y >= 0 && box.y + box.height <= 845
    for (const tab of tabs) {
      await visit(page, tab)
      const current = page.locator('nav [aria-current]:visible, nav .more.current:visible')
      for (let i = 0; i < 1800 && !inside(await current.boundingBox()); i++) await page.waitForTimeout(100)
      assert.ok(
        inside(await current.boundingBox()),
        `${tab} is seen in the navigation: ${JSON.stringify(await current.boundingBox())}`,
      )
      assert.equal(await page.locator('nav > :visible').count(), 5)
      const small = await page.evaluate(() =>
        [
          ...document.querySelectorAll(
            'nav a, nav button, main button, header button, main select, main input:not([type=checkbox]), main summary, main li > a, main th > a, main a.button',
          ),
        ]
          .filter((e) => e.offsetParent && e.getClientRects().length)
          .filter((e) => !e.closest('.help')) // a small mark within a target of 44 px
          .map((e) => ({
            text: e.textContent.slice(0, 30),
            tag: e.tagName,
            height: e.getBoundingClientRect().height,
          }))
          .filter((e) => e.height < 43.5),
      )
      assert.deepEqual(small, [], tab)
    }
    await page.getByRole('button', { name: /Más/ }).click()
    await page.getByRole('link', { name: 'Dispositivos', exact: true }).click()
    await page.getByRole('heading', { name: 'Dispositivos', level: 1 }).waitFor()
    await visit(page, 'dispositivos')
    const badge = page.locator('table .badge').first()
    assert.ok(inside(await badge.boundingBox()), 'the health of a device is on the screen')

    const advice = (await (await client()).get('/api/recomendaciones?limit=10')).recomendaciones
    const last = advice.at(-1)
    await page.goto('about:blank')
    await visit(page, `recomendaciones?id=${last.id}`)
    const title = page.locator(`#${last.id} h2`)
    await page.waitForFunction((id) => {
      const top = document.querySelector(`#${id} h2`).getBoundingClientRect().top
      return top >= 0 && top < innerHeight
    }, last.id)
    const uncovered = await title.evaluate((h) => {
      const b = h.getBoundingClientRect()
      return (
        h.contains(document.elementFromPoint(b.left + 5, b.top + 5)) ||
        document.elementFromPoint(b.left + 5, b.top + 5) === h
      )
    })
    assert.ok(uncovered, 'nothing lies over the title')
    await close()
    const wide = await entered({ viewport: { width: 1280, height: 720 } })
    await visit(wide.page, `recomendaciones?id=${last.id}`)
    await wide.page.waitForFunction((id) => {
      const h = document.querySelector(`#${id} h2`)
      const b = h.getBoundingClientRect()
      return b.top >= 0 && b.bottom <= innerHeight && h === document.elementFromPoint(b.left + 5, b.top + 5)
    }, last.id)
    await wide.close()
  },
  async 'a tap on a chart tells its values'() {
    const { page, close } = await entered(phone)
    await visit(page, 'consumo?by=building')
    const over = page.locator('figure .u-over').first()
    await over.evaluate((e) => e.scrollIntoView({ block: 'center' }))
    const box = await over.boundingBox()
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2)
    const tip = page.locator('.tip').first()
    await tip.waitFor()
    assert.match(await tip.textContent(), /kWh/)
    const tipBox = await tip.boundingBox()
    assert.ok(tipBox.x >= -1 && tipBox.x + tipBox.width <= 391, JSON.stringify(tipBox))
    await close()
  },
  async 'paper gets whole cards and charts within them'() {
    const { page, close } = await entered()
    for (const [address, most] of [
      ['recomendaciones', 4],
      ['consumo?by=building&bucket=day', 4],
      ['hoy', 2],
    ]) {
      await visit(page, address)
      const pdf = (await page.pdf({ format: 'A4' })).toString('latin1')
      const pages = pdf.match(/\/Type\s*\/Page\b(?!s)/g).length
      assert.ok(pages >= 1 && pages <= most, `${address} takes ${pages} pages`)
      await page.emulateMedia({ media: 'print' })
      await page.setViewportSize({ width: 718, height: 1050 }) // A4 within its margins
      // A chart is drawn anew after its card has another width.
      await page
        .waitForFunction(() => document.documentElement.scrollWidth <= 719, undefined, { timeout: 180_000 })
        .catch(() => {})
      const sizes = await page.evaluate(() => {
        const of = (e) => e.getBoundingClientRect()
        const cards = [...document.querySelectorAll('main > .card, main article.card')].filter(
          (c) => c.offsetParent,
        )
        return {
          cards: cards.map((c) => of(c).width),
          beyond: [...document.querySelectorAll('canvas')].filter(
            (c) =>
              of(c).right > of(c.closest('.card')).right + 1 ||
              of(c).bottom > of(c.closest('.card')).bottom + 1,
          ).length,
          wide: document.documentElement.scrollWidth,
          buttons: [...document.querySelectorAll('button, nav, header')].filter((b) => b.offsetParent).length,
        }
      })
      for (const width of sizes.cards) assert.ok(width > 640, `${address}: a card is ${width} of 718 wide`)
      assert.equal(sizes.beyond, 0, `${address}: charts stay within their cards`)
      assert.ok(sizes.wide <= 719, `${address} is ${sizes.wide} wide`)
      assert.equal(sizes.buttons, 0)
      await page.emulateMedia({ media: 'screen' })
      await page.setViewportSize({ width: 1280, height: 900 })
    }
    await close()
  },
}
