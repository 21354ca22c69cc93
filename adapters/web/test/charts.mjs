// The charts: what is painted is what was measured.
import assert from 'node:assert/strict'
import { client, entered, visit } from './driver.mjs'

/** The days, at the site, of so many days ago. */
const dayAgo = (days) =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Bogota' }).format(Date.now() - days * 86_400_000)

/** How many points of a chart's canvas have each of its legend's colours, and which share the legend says. */
const painted = (chart) =>
  chart.evaluate((figure) => {
    const canvas = figure.querySelector('canvas')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    const count = new Map()
    for (let i = 0; i < data.length; i += 4)
      if (data[i + 3] === 255) {
        const key = `rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`
        count.set(key, (count.get(key) ?? 0) + 1)
      }
    return [...figure.querySelectorAll('[data-series]')].map((li) => ({
      name: li.textContent,
      share: Number(li.textContent.match(/(\d+)\s?%/)?.[1]) / 100,
      points: count.get(getComputedStyle(li.querySelector('i')).backgroundColor) ?? 0,
    }))
  })

/** Notes what is written on canvases. */
const noteTexts = (context) =>
  context.addInitScript(() => {
    globalThis.written = []
    const fillText = CanvasRenderingContext2D.prototype.fillText
    CanvasRenderingContext2D.prototype.fillText = function (text, ...where) {
      globalThis.written.push(String(text))
      return fillText.call(this, text, ...where)
    }
  })

export const charts = {
  async 'each part of a stack has as much colour as it has energy, in both themes'() {
    const { page, close } = await entered()
    for (const theme of ['light', 'dark']) {
      await page.evaluate((theme) => localStorage.setItem('holotwin.theme', theme), theme)
      await page.reload()
      for (const bucket of ['day', 'hour']) {
        await visit(page, `consumo?by=building&bucket=${bucket}&from=${dayAgo(12)}&to=${dayAgo(1)}`)
        const chart = page.locator('figure').first()
        await chart.locator('[data-series]').first().waitFor()
        const series = await painted(chart)
        assert.ok(series.length >= 5, `${series.length} series`)
        const all = series.reduce((a, s) => a + s.points, 0)
        for (const s of series)
          assert.ok(
            Math.abs(s.points / all - s.share) < 0.05,
            `${theme}, ${bucket}: ${s.name} has ${((100 * s.points) / all).toFixed(1)} % of the colour`,
          )
        for (let i = 1; i < series.length; i++)
          assert.ok(series[i].share <= series[i - 1].share, 'the largest is first')
      }
    }
    await visit(page, `consumo?by=device&bucket=day&from=${dayAgo(12)}&to=${dayAgo(1)}`)
    const parts = await page.locator('figure').first().locator('[data-series]').allTextContents()
    assert.equal(parts.length, 8, parts.join('; '))
    assert.match(parts.at(-1), /^otros \(\d+\)/)
    await close()
  },
  async 'the hour that runs is no fall to zero, in the line or the load duration'() {
    const { page, close } = await entered()
    await visit(page, `consumo?bucket=hour&from=${dayAgo(2)}`)
    const chart = page.locator('figure').first()
    await chart.getByText(/^⋯ datos hasta /).waitFor()
    const fallen = await chart.evaluate((figure) => {
      const canvas = figure.querySelector('canvas')
      const colour = getComputedStyle(figure.querySelector('[data-series] i'))
        .backgroundColor.match(/\d+/g)
        .map(Number)
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      let lowest = 0
      for (let y = 0; y < canvas.height; y++)
        for (let x = 0; x < canvas.width; x++) {
          const i = 4 * (y * canvas.width + x)
          if (data[i + 3] > 230 && colour.every((c, k) => Math.abs(data[i + k] - c) < 3))
            lowest = Math.max(lowest, y)
        }
      return lowest / canvas.height
    })
    assert.ok(fallen < 0.75, `the line reaches down to ${fallen} of the picture`)
    const api = await client()
    const curve = (await api.get(`/api/consumo/duracion?from=${dayAgo(2)}`)).items
    assert.ok(curve.at(-1).kw > 0.3 * curve[0].kw, JSON.stringify(curve.at(-1)))
    await visit(page, 'hoy')
    await page.getByText(/^⋯ datos hasta /).waitFor()
    await close()
  },
  async 'a reader in London sees the days and hours of the site, wherever that is'() {
    const { page, close } = await entered({ timezoneId: 'Europe/London' }, noteTexts)
    const api = await client()
    const site = (await api.get('/api/espacios?kind=site')).items[0]
    const setZone = (zone) => api.send('PATCH', `/api/espacios/${site.id}`, { time_zone: zone })
    for (const zone of ['Asia/Tokyo', site.time_zone]) {
      assert.equal((await setZone(zone)).status, 200)
      try {
        await page.goto('about:blank')
        await visit(page, `consumo?bucket=hour&from=${dayAgo(4)}&to=${dayAgo(1)}`)
        await page.locator('figure').first().getByText('Ver la tabla').click()
        const first = (await api.get(`/api/consumo/serie?bucket=hour&from=${dayAgo(4)}&to=${dayAgo(1)}`))
          .items[0].start
        const clock = new Intl.DateTimeFormat('es-CO', {
          timeZone: zone,
          day: 'numeric',
          month: 'short',
          hour: '2-digit',
          minute: '2-digit',
          hourCycle: 'h23',
        })
        assert.match(clock.format(new Date(first)), /00:00$/, 'the range begins at the site’s midnight')
        assert.match(await page.locator('figure').first().locator('tbody th').first().textContent(), /00:00/)
        const axis = await page.evaluate(() => globalThis.written)
        for (const days of [4, 3, 2]) {
          const day = Number(dayAgo(days).slice(8))
          assert.ok(
            axis.some((text) => new RegExp(`^\\S{3} ${day} `).test(text)),
            `day ${day} is named on the axis: ${axis.slice(0, 30)}`,
          )
        }
        assert.ok(
          axis
            .filter((text) => /^\d\d:00$/.test(text))
            .every((text) => ['06:00', '12:00', '18:00'].includes(text)),
          `whole parts of the site’s days: ${axis.slice(0, 30)}`,
        )
      } finally {
        await setZone(site.time_zone)
      }
    }
    await close()
  },
  async 'a chart that is under the pointer may change'() {
    const { page, close } = await entered()
    await visit(page, `consumo?by=building&bucket=day&from=${dayAgo(12)}&to=${dayAgo(1)}`)
    const over = page.locator('figure .u-over').first()
    const box = await over.boundingBox()
    await page.mouse.move(box.x + box.width * 0.9, box.y + box.height / 2)
    await page.locator('.tip').first().waitFor()
    for (const hash of [
      'consumo?bucket=week',
      'consumo?by=kind&bucket=month',
      'pronostico',
      'consumo?bucket=day',
      'hoy',
    ]) {
      await visit(page, hash)
      await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2)
      await page.mouse.move(box.x + box.width * 0.9, box.y + box.height / 2 + 9)
    }
    await close() // what is thrown is a complaint
  },
}
