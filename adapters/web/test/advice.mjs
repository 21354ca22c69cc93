// The recommendations of a campus whose meter worked on closed days, whose air conditioner never rests, and whose television idles.
import assert from 'node:assert/strict'
import { accessible, client, entered, pictures, quiet, run, visit } from './driver.mjs'

/** The card of a device, by its name. */
const cardOf = (page, name) => page.locator('article.card:not(.question)', { hasText: name }).first()

/** Reads pixels of an element: how many of a colour there are, and how many in all. */
async function pixels(page, locator, colour) {
  const picture = (await locator.screenshot()).toString('base64')
  return page.evaluate(
    async ([picture, colour]) => {
      const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0))
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
      const canvas = new OffscreenCanvas(image.width, image.height)
      const ink = canvas.getContext('2d')
      ink.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(colour).trim()
      ink.fillRect(0, 0, 1, 1)
      const want = ink.getImageData(0, 0, 1, 1).data
      ink.drawImage(image, 0, 0)
      const data = ink.getImageData(0, 0, image.width, image.height).data
      const shades = new Set()
      let like = 0
      for (let i = 0; i < data.length; i += 4) {
        if (Math.max(...[0, 1, 2].map((k) => Math.abs(data[i + k] - want[k]))) <= 12) like++
        shades.add(`${data[i] >> 5} ${data[i + 1] >> 5} ${data[i + 2] >> 5}`)
      }
      return { like, all: data.length / 4, shades: shades.size }
    },
    [picture, colour],
  )
}

const steps = {
  async 'closed days that look like working days are one question, answered by a click and taken back by another'() {
    const { page, close } = await entered()
    await visit(page, 'recomendaciones')
    const question = page.locator('[data-question]')
    await question.getByRole('heading', { name: /¿Abrió «Universidad»/ }).waitFor()
    assert.equal(await question.count(), 1)
    assert.equal(await cardOf(page, 'Contador').count(), 0, 'no waste until somebody answers')
    await accessible(page, 'a question')
    await question.getByRole('button', { name: 'Sí, abrió', exact: true }).first().click()
    await page.getByRole('status').getByText('Anotado en el calendario').waitFor()
    await question.waitFor({ state: 'detached' })
    const api = await client()
    const opened = async () =>
      (await api.get('/api/calendarios?limit=1000')).items.filter((e) => e.kind === 'open').length
    assert.ok((await opened()) >= 5)
    await page.getByRole('status').getByRole('button', { name: 'Deshacer' }).click()
    await question.waitFor()
    assert.equal(await opened(), 0)
    await question.getByRole('button', { name: 'No', exact: true }).first().click()
    await cardOf(page, 'Contador').waitFor()
    assert.equal(await question.count(), 0)
    await close()
  },
  async 'the evidence shows its days and its worst hours, in both themes'() {
    const { page, close } = await entered()
    const api = await client()
    const { recomendaciones } = await api.get('/api/recomendaciones?device_id=contador')
    const evidence = await api.get(`/api/recomendaciones/${recomendaciones[0].id}/evidencia`)
    const seen = evidence.days.filter((d) => d.seen).map((d) => d.date)
    assert.ok(seen.length >= 5 && evidence.days.length >= 56)
    await visit(page, `recomendaciones?id=${recomendaciones[0].id}`)
    const card = cardOf(page, 'Contador')
    const strip = card.locator('svg').first()
    await strip.waitFor()
    assert.match(await card.locator('.head').textContent(), /Vista por última vez: \w+/)
    for (const theme of ['light', 'dark']) {
      if (theme === 'dark') await page.getByRole('button', { name: 'Tema' }).click()
      assert.equal(await strip.locator('g[data-date]').count(), evidence.days.length, 'one cell a day')
      assert.deepEqual(
        await strip.locator('g[data-seen=true]').evaluateAll((all) => all.map((g) => g.dataset.date)),
        seen,
      )
      const cell = (date) => strip.locator(`g[data-date="${date}"] rect.day`)
      for (const date of [seen[0], seen.at(-1)]) {
        const { like, all } = await pixels(page, cell(date), '--c1')
        assert.ok(like > 0.3 * all, `${theme}: ${date} is orange: ${like} of ${all}`)
      }
      const plain = evidence.days.find((d) => d.kind === 'working' && d.measured && !d.seen).date
      const closed = evidence.days.find((d) => d.kind === 'closed' && !d.seen).date
      for (const date of [plain, closed])
        assert.equal((await pixels(page, cell(date), '--c1')).like, 0, `${theme}: ${date} is not orange`)
      assert.ok(
        (await pixels(page, cell(closed), '--line')).shades >
          (await pixels(page, cell(plain), '--line')).shades,
        `${theme}: a closed day is hatched`,
      )
      const worst = card.locator('svg').nth(1)
      const wasted = worst.locator('g[data-wasted=true]')
      assert.equal(await wasted.count(), evidence.worst.filter((h) => h.wasted_kwh > 0).length)
      const area = await pixels(
        page,
        wasted.nth(Math.floor((await wasted.count()) / 2)).locator('rect.wasted'),
        '--c1',
      )
      assert.ok(
        area.like > 0.8 * area.all,
        `${theme}: what was wasted is filled: ${area.like} of ${area.all}`,
      )
      assert.equal(await worst.locator('path.expected').count(), 1)
      await accessible(page, `an evidence, ${theme}`)
      if (pictures) await page.screenshot({ path: `${pictures}/evidencia-${theme}.png`, fullPage: true })
    }
    await page.getByRole('button', { name: 'Tema' }).click()
    // Another's decision refreshes the list, and leaves what is open where it is.
    const whole = await strip.elementHandle()
    const other = (await api.get('/api/recomendaciones')).recomendaciones.find(
      (r) => r.device_id !== 'contador',
    )
    for (const status of ['accepted', 'open']) {
      const refreshed = page.waitForResponse((r) => r.url().includes('/api/recomendaciones?'))
      assert.equal(
        (await api.send('POST', `/api/recomendaciones/${other.id}/estado`, { status })).status,
        200,
      )
      await refreshed
    }
    assert.ok(await whole.evaluate((e) => e.isConnected), 'the evidence is not torn down')
    const table = card.locator('figure').first().locator('details')
    await table.locator('summary').click()
    assert.equal(await table.locator('tbody tr').count(), evidence.days.length, 'the same as a table')
    assert.match(
      await strip.getAttribute('aria-label'),
      new RegExp(`Se vio en ${seen.length} de ${evidence.days.length} días`),
    )
    await close()
  },
  async 'a decision is told, the list does not jump, and each step is taken back'() {
    const { page, close } = await entered({ viewport: { width: 1280, height: 700 } })
    await visit(page, 'recomendaciones')
    const titles = () => page.locator('article h2').allTextContents()
    const before = await titles()
    const card = page.locator('article.card', { hasText: 'Aire' }).first()
    await card.scrollIntoViewIfNeeded()
    const top = () => card.evaluate((e) => Math.round(e.getBoundingClientRect().top + scrollY))
    const place = await top()
    await card.getByRole('button', { name: 'Descartar…' }).click()
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'SELECT', 'it asks a reason')
    await accessible(page, 'a reason')
    await card.getByLabel('Motivo').selectOption({ label: 'Otro motivo' })
    await card.getByLabel('Comentario').fill('lo cambian en enero')
    await card.getByRole('button', { name: 'Descartar', exact: true }).click()
    await card.getByText('descartada', { exact: true }).waitFor()
    assert.deepEqual(await titles(), before, 'it stays where it was')
    assert.equal(await top(), place)
    assert.equal(
      await page.evaluate(() => document.activeElement.textContent),
      'Reabrir',
      'the focus is on what comes next',
    )
    await page.getByRole('status').getByText('descartada').waitFor()
    await page.getByRole('status').getByRole('button', { name: 'Deshacer' }).click()
    await card.getByText('abierta', { exact: true }).waitFor()
    await card.getByRole('button', { name: 'Marcar como hecha' }).click()
    await card.getByText('hecha', { exact: true }).waitFor()
    assert.deepEqual(await titles(), before)
    await card.getByRole('button', { name: 'Reabrir' }).click()
    await card.getByText('abierta', { exact: true }).waitFor()
    await card.getByRole('button', { name: '¿Por qué?' }).click()
    await card.getByText(/descartada lo cambian en enero/).waitFor()
    await close()
  },
  async 'savings of little value are folded behind the others'() {
    const { page, close } = await entered()
    const api = await client()
    const all = (await api.get('/api/recomendaciones')).recomendaciones
    const trivial = all.filter((r) => r.trivial)
    assert.ok(trivial.length > 0 && trivial.length < all.length)
    await visit(page, 'recomendaciones')
    const fold = page.locator('details.trivial')
    await fold.waitFor()
    assert.match(
      await fold.locator('summary').textContent(),
      new RegExp(`^${trivial.length} más de poco valor \\(< \\$\\s?5\\.000 al mes\\)`),
    )
    assert.equal(await fold.locator('article').count(), trivial.length)
    const hidden = fold.locator('article').first()
    assert.equal(await hidden.isVisible(), false)
    await fold.locator('summary').click()
    await hidden.getByRole('button', { name: '¿Por qué?' }).click()
    await quiet(page)
    assert.equal(await hidden.isVisible(), true)
    await accessible(page, 'the fold')
    await close()
  },
  async 'it fits a telephone and speaks English'() {
    const { page, close } = await entered({
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
    })
    const api = await client()
    const { recomendaciones } = await api.get('/api/recomendaciones?device_id=contador')
    await visit(page, `recomendaciones?id=${recomendaciones[0].id}`)
    await cardOf(page, 'Contador').locator('svg').nth(1).waitFor()
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1))
    await page.getByRole('button', { name: 'English' }).click()
    await cardOf(page, 'Contador')
      .getByText(/^Last seen: /)
      .waitFor()
    await close()
  },
}

await run(steps)
