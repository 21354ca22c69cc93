// What goes over the wire.
import assert from 'node:assert/strict'
import { browser, desk, enter, entered, open, quiet, url, visit } from './driver.mjs'

/** Adds up the bytes of all answers, as they are sent. */
async function weighed(page) {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  const sums = { all: 0, by: new Map() }
  const paths = new Map()
  session.on('Network.responseReceived', (e) => paths.set(e.requestId, new URL(e.response.url).pathname))
  session.on('Network.loadingFinished', (e) => {
    sums.all += e.encodedDataLength
    const path = paths.get(e.requestId) ?? ''
    sums.by.set(path, (sums.by.get(path) ?? 0) + e.encodedDataLength)
  })
  return sums
}

const told = (sums) =>
  [...sums.by]
    .sort((a, b) => b[1] - a[1])
    .map(([path, size]) => `${path} ${size}`)
    .join(', ')

export const wire = {
  async 'the first view, logged in, and a year by day take 100 kB each'() {
    const context = await browser.newContext(desk)
    const page = await open(context)
    const first = await weighed(page)
    await page.goto(url)
    await enter(page)
    await quiet(page)
    console.log(`     the first view takes ${first.all} bytes`)
    assert.ok(
      first.all > 20_000 && first.all <= 100_000,
      `the first view takes ${first.all} bytes: ${told(first)}`,
    )
    await page.goto('about:blank')
    const again = await weighed(page)
    await page.goto(url)
    await page.getByRole('heading', { level: 1 }).waitFor()
    assert.ok(again.all <= 20_000, `the second view takes ${again.all} bytes: ${told(again)}`)
    await context.close()

    const other = await entered()
    await visit(other.page, 'hoy')
    const year = await weighed(other.page)
    const today = Date.now()
    const date = (at) => new Date(at).toISOString().slice(0, 10)
    await visit(
      other.page,
      `consumo?bucket=day&from=${date(today - 365 * 86_400_000)}&to=${date(today + 86_400_000)}`,
    )
    assert.ok(year.all > 1000 && year.all <= 100_000, `a year takes ${year.all} bytes: ${told(year)}`)
    await other.close()
  },
}
