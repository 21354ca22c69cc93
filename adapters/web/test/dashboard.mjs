// Drives the dashboard of a running server in Debian's chromium, as its users do: all steps, those of the other files among them.
import assert from 'node:assert/strict'
import { accessible, browser, email, enter, open, password, pictures, quiet, run, url } from './driver.mjs'
import { administration } from './administration.mjs'
import { charts } from './charts.mjs'
import { live } from './live.mjs'
import { ranges } from './ranges.mjs'
import { screens } from './screens.mjs'
import { undo } from './undo.mjs'
import { wire } from './wire.mjs'
import { words } from './words.mjs'

const steps = {
  async 'every page is quiet, accessible and by its address'() {
    const context = await browser.newContext({ locale: 'es-CO', viewport: { width: 1280, height: 900 } })
    const page = await open(context)
    await page.goto(url)
    await page.getByRole('button', { name: 'Entrar', exact: true }).waitFor()
    await accessible(page, 'login')
    await enter(page)
    const heads = {
      hoy: 'Hoy',
      consumo: 'Consumo',
      recomendaciones: 'Recomendaciones',
      campus: 'Campus',
      pronostico: 'Pronóstico',
      dispositivos: 'Dispositivos',
      administracion: 'Administración',
    }
    for (const theme of ['light', 'dark']) {
      if (theme === 'dark') await page.getByRole('button', { name: 'Tema' }).click()
      for (const [address, head] of Object.entries(heads)) {
        await page.goto(`${url}/#/${address}`)
        await page.getByRole('heading', { name: head, level: 1 }).waitFor()
        await quiet(page)
        await accessible(page, `${address}, ${theme}`)
        if (pictures && theme === 'light')
          await page.screenshot({ path: `${pictures}/${address}.jpg`, type: 'jpeg', quality: 70 })
      }
    }
    await page.goto(`${url}/#/consumo?by=building&bucket=day`)
    await page.locator('label', { hasText: /^Cada/ }).locator('select').selectOption('hour')
    await page.waitForURL(/bucket=hour/)
    await page.goBack()
    await page.waitForURL(/bucket=day/)
    await page.getByLabel('Comparar con').selectOption('week')
    await page
      .locator('p', { hasText: /^la semana anterior: / })
      .getByText(/comparado el [\d,.]+\s?% de la energía/)
      .waitFor()
    await page.route('**/api/consumo/serie?*', async (route) => {
      const answer = await route.fetch()
      const missing = ['Uno', 'Dos', 'Tres'].map((name) => ({ device_id: name, name, share: 0.01 }))
      await route.fulfill({ response: answer, json: { ...(await answer.json()), coverage: 0.97, missing } })
    })
    await page.getByLabel('Comparar con').selectOption('year')
    await page.getByText(/^faltan 3 medidores · 3\s?% de la energía$/).click()
    await page.getByRole('link', { name: 'Tres' }).waitFor()
    await page.unroute('**/api/consumo/serie?*')
    for (const format of ['CSV', 'XLSX']) {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: format }).click(),
      ])
      assert.equal(file.suggestedFilename(), `consumo.${format.toLowerCase()}`)
    }
    assert.equal(
      await page.evaluate(() => Object.keys(localStorage).filter((k) => /token|refresh/.test(k)).length),
      0,
    )
    await page.reload()
    await page.getByRole('heading', { name: 'Consumo', level: 1 }).waitFor()
    await context.close()
  },
  async 'the worst waste is found, understood, accepted and done'() {
    const context = await browser.newContext({ locale: 'es-CO', viewport: { width: 1280, height: 900 } })
    const page = await open(context)
    await enter(page)
    await page.getByRole('link', { name: 'Recomendaciones' }).click()
    const first = page.locator('article').first()
    const title = await first.getByRole('heading').textContent()
    await first.getByRole('button', { name: '¿Por qué?' }).click()
    await page.waitForURL(/id=rec_/)
    const one = page.locator('article', { hasText: title }).first()
    await one.getByText('Recalculada ahora').waitFor()
    assert.ok(await one.locator('svg g[data-seen=true]').count(), 'the days on which it was seen')
    if (pictures) await page.screenshot({ path: `${pictures}/evidencia.jpg`, type: 'jpeg', quality: 70 })
    await one.getByRole('button', { name: 'Aceptar' }).click()
    await one.getByText('aceptada', { exact: true }).waitFor()
    await one.getByRole('button', { name: 'Marcar como hecha' }).click()
    await one.getByText('hecha', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'Recommendations', level: 1 }).waitFor()
    await context.close()
  },
  async 'a device has its page, changes are simulated and compared, bad lines are named before they are sent, and tariffs have periods'() {
    const context = await browser.newContext({ locale: 'es-CO', viewport: { width: 1280, height: 900 } })
    const page = await open(context)
    await enter(page)
    await page.goto(`${url}/#/dispositivos?q=medidor`)
    await page.getByRole('row').nth(1).getByRole('link').click()
    await page.getByRole('heading', { name: 'Los últimos días y lo usual' }).waitFor()
    await quiet(page)
    assert.ok(await page.locator('canvas').count())
    await accessible(page, 'a device')
    if (pictures) await page.screenshot({ path: `${pictures}/dispositivo.jpg`, type: 'jpeg', quality: 70 })
    await page.getByLabel('Nombre').fill('Medidor renombrado')
    await page.getByRole('button', { name: 'Guardar' }).click()
    await page.getByRole('heading', { name: 'Medidor renombrado' }).waitFor()

    await page.goto(`${url}/#/pronostico`)
    await quiet(page)
    await page.getByRole('slider', { name: /^Mover carga/ }).fill('30')
    await page.getByRole('slider', { name: /^Reemplazar equipos/ }).fill('10')
    await page.getByRole('button', { name: 'Simular' }).click()
    await page.getByRole('row', { name: /^Con el cambio/ }).waitFor()
    for (const name of ['Menos de noche', 'Más tarde']) {
      await page.getByLabel('Nombre').fill(name)
      await page.getByRole('button', { name: 'Guardar' }).click()
      await page.getByRole('row', { name: new RegExp(`^${name}`) }).waitFor()
    }
    await quiet(page)
    await accessible(page, 'scenarios')

    await page.goto(`${url}/#/dispositivos?tab=upload`)
    const login = await (
      await fetch(`${url}/auth/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email, password }),
      })
    ).json()
    const devices = await (
      await fetch(`${url}/api/dispositivos`, { headers: { Authorization: `Bearer ${login.access_token}` } })
    ).json()
    const at = new Date(Date.now() - 123_000).toISOString()
    await page.getByLabel('Elija un archivo CSV').setInputFiles({
      name: 'l.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`device_id,timestamp,kwh\n${devices.items.at(-1).id},${at},0\nnadie,${at},1\n`),
    })
    await page.getByText('líneas válidas').waitFor()
    await page.getByRole('row', { name: /nadie/ }).waitFor()
    await accessible(page, 'a review')
    await page.getByRole('button', { name: 'Enviar las válidas' }).click()
    await page.getByText('nuevas').waitFor()

    await page.goto(`${url}/#/administracion?tab=tariffs`)
    await page.getByRole('button', { name: 'Nueva tarifa' }).click()
    await page.getByLabel('Nombre').fill('Horaria')
    await page.getByRole('combobox', { name: 'Espacio' }).selectOption({ index: 1 })
    await page.getByRole('button', { name: 'Agregar una franja' }).click()
    await accessible(page, 'a tariff')
    const period = page.getByRole('group', { name: 'Franja 1' })
    await period.getByLabel('Desde').fill('18:00')
    await period.getByLabel('Hasta').fill('21:00')
    await period.getByLabel('Precio por kWh').fill('1234')
    await page.getByRole('button', { name: 'Crear' }).click()
    await page
      .getByRole('row', { name: /Horaria/ })
      .getByText(/18:00–21:00.*1\.234/)
      .waitFor()
    for (const tab of ['users', 'keys', 'calendar', 'audit', 'account']) {
      await page.goto(`${url}/#/administracion?tab=${tab}`)
      await quiet(page)
      await accessible(page, `administration, ${tab}`)
    }
    await context.close()
  },
  async 'who is limited to a building sees it and nothing else'() {
    const login = async (email, password) =>
      (
        await (
          await fetch(`${url}/auth/login`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ email, password }),
          })
        ).json()
      ).access_token
    const headers = {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${await login(email, password)}`,
    }
    const spaces = await (await fetch(`${url}/api/espacios`, { headers })).json()
    const building = spaces.items.find((s) => s.name === 'Bloque 5')
    const user = {
      email: 'bloque@example.org',
      password: 'una-clave-larga-9',
      role: 'manager',
      space_id: building.id,
    }
    assert.equal(
      (await fetch(`${url}/auth/usuarios`, { method: 'POST', headers, body: JSON.stringify(user) })).status,
      201,
    )
    const context = await browser.newContext({ locale: 'es-CO', viewport: { width: 1280, height: 900 } })
    const page = await open(context)
    await page.goto(url)
    await page.getByLabel('Correo').fill(user.email)
    await page.getByLabel('Contraseña').fill(user.password)
    await page.getByRole('button', { name: 'Entrar', exact: true }).click()
    for (const address of [
      'hoy',
      'consumo',
      'recomendaciones',
      'campus',
      'pronostico',
      'dispositivos',
      'dispositivos?tab=inbox',
      'administracion',
    ]) {
      await page.goto(`${url}/#/${address}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await quiet(page)
      assert.equal(
        await page.locator('.error').count(),
        0,
        `${address}: ${await page.locator('.error').allTextContents()}`,
      )
    }
    assert.equal(await page.getByText('Bloque 7').count(), 0)
    await context.close()
  },
  async 'another password by a link'() {
    const context = await browser.newContext({ locale: 'es-CO', viewport: { width: 1280, height: 900 } })
    const page = await open(context)
    await enter(page)
    await page.goto(`${url}/#/administracion?tab=users`)
    await page.getByLabel('Correo').fill('lector@example.org')
    await page.getByRole('button', { name: 'Invitar' }).click()
    await page
      .getByRole('row', { name: /lector@example\.org/ })
      .getByRole('button', { name: /^Enlace para restablecer la contraseña/ })
      .click()
    const link = await page
      .locator('.card', { hasText: 'Sirve una sola vez' })
      .nth(1)
      .locator('code')
      .textContent()
    const other = await browser.newContext({ locale: 'es-CO' })
    const reader = await open(other)
    await reader.goto(link)
    const fresh = reader.getByLabel('Contraseña nueva')
    for (const [password, fits] of [
      ['ñandúes', false],
      ['ñúáéí', true],
      ['ñ'.repeat(37), false],
    ]) {
      await fresh.fill(password)
      assert.equal(
        /Entre 10 y 72/.test(await fresh.evaluate((field) => field.validationMessage)),
        !fits,
        password,
      )
    }
    await fresh.fill('otra-clave-larga-2')
    await accessible(reader, 'another password')
    await reader.getByRole('button', { name: 'Cambiar la contraseña' }).click()
    await reader.getByRole('button', { name: 'Entrar', exact: true }).click()
    await reader.getByLabel('Correo').fill('lector@example.org')
    await reader.getByLabel('Contraseña').fill('otra-clave-larga-2')
    await reader.getByRole('button', { name: 'Entrar', exact: true }).click()
    await reader.getByRole('heading', { name: 'Hoy', level: 1 }).waitFor()
    await other.close()
    await context.close()
  },
  async 'the university lets in who has no password here, no token stands in the address, and no address lets in a stranger'() {
    const context = await browser.newContext({ locale: 'es-CO' })
    const page = await open(context)
    const addresses = []
    page.on('framenavigated', (frame) => addresses.push(frame.url()))
    page.on('request', (r) => addresses.push(r.url()))
    page.on('response', (r) => addresses.push(r.headers().location ?? ''))
    await page.goto(url)
    await page.getByRole('button', { name: 'Entrar con la cuenta de la universidad' }).click()
    await page.getByRole('heading', { name: 'Hoy', level: 1 }).waitFor()
    const code = addresses
      .map((a) => new URL(a, url).hash.match(/^#signon_code=(htc_[\w-]{43})$/)?.[1])
      .find(Boolean)
    assert.ok(code, `the page is handed a code: ${addresses.join(' ')}`)
    assert.equal(new URL(page.url()).hash, '', 'the code does not stay in the address')
    const history = await (await context.newCDPSession(page)).send('Page.getNavigationHistory')
    for (const entry of history.entries)
      assert.doesNotMatch(`${entry.url} ${entry.userTypedURL}`, /htc_|htr_|token|eyJ/, 'nor in the history')
    const token = await page.evaluate(() => sessionStorage.getItem('holotwin.refresh'))
    assert.match(token, /^htr_/)
    for (const address of addresses)
      assert.doesNotMatch(address, /access_token|refresh_token|htr_|eyJ/, 'no token ever stood in an address')
    await page.goto(`${url}/#/administracion`)
    await page.getByText('ana@usc.edu.co').waitFor()
    await quiet(page)
    await accessible(page, 'account of a viewer')
    await page.reload()
    await page.getByText('ana@usc.edu.co').waitFor()
    const other = await open(await browser.newContext({ locale: 'es-CO' }))
    for (const hash of [`access_token=x&refresh_token=${token}`, `signon_code=${code}`]) {
      await other.goto('about:blank')
      await other.goto(`${url}/#${hash}`)
      await other.getByLabel('Contraseña').waitFor()
    }
    await other.getByText('No se pudo completar el inicio de sesión').waitFor() // the code was used
    assert.equal(new URL(other.url()).hash, '')
    await other.getByRole('button', { name: 'Entrar con la cuenta de la universidad' }).click()
    await other.getByText('no tiene acceso aquí').waitFor() // the provider's next user is in no group
    // A code that is still good is worth nothing in another browser.
    const victim = await open(await browser.newContext({ locale: 'es-CO' }))
    let good = ''
    await victim.route('**/auth/oidc/canje', (route) => {
      good = route.request().postDataJSON().code
      return route.fulfill({ status: 429, body: '{}' })
    })
    await victim.goto(`${url}/auth/oidc`)
    await victim.getByText('No se pudo completar el inicio de sesión').waitFor()
    await other.goto('about:blank')
    const [refused] = await Promise.all([
      other.waitForResponse('**/auth/oidc/canje'),
      other.goto(`${url}/#signon_code=${good}`),
    ])
    assert.equal(refused.status(), 401)
    await victim.unrouteAll()
    await victim.goto('about:blank')
    await victim.goto(`${url}/#signon_code=${good}`)
    await victim.getByRole('heading', { name: 'Hoy', level: 1 }).waitFor() // and it was good
    await victim.context().close()
    await other.context().close()
    await context.close()
  },
  async 'what happens shows without a reload, and all tabs leave together'() {
    const context = await browser.newContext({
      locale: 'en-US',
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    const page = await open(context)
    await enter(page, { email: 'E-mail', password: 'Password', button: 'Log in', first: 'Today' })
    await page.getByText('● Live').waitFor()
    await page.goto(`${url}/#/campus`)
    await quiet(page)
    const login = await (
      await fetch(`${url}/auth/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ email, password }),
      })
    ).json()
    const call = (path, body) =>
      fetch(url + path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${login.access_token}` },
        body: JSON.stringify(body),
      })
    const devices = await (
      await fetch(`${url}/api/dispositivos`, { headers: { Authorization: `Bearer ${login.access_token}` } })
    ).json()
    const device = devices.items.find((d) => d.kind === 'tv') ?? devices.items[0]
    assert.equal((await call(`/api/dispositivos/${device.id}/estado`, { state: 'fault' })).status, 201)
    await page.locator('li', { hasText: device.name }).getByText('fault', { exact: true }).waitFor()
    assert.ok(
      await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1),
      'a telephone scrolls one way only',
    )
    await accessible(page, 'campus on a telephone')
    for (const address of [
      'hoy',
      'consumo',
      'pronostico',
      'recomendaciones',
      'dispositivos?tab=upload',
      'administracion?tab=tariffs',
      'administracion?tab=calendar',
    ]) {
      await page.goto(`${url}/#/${address}`)
      await quiet(page)
      assert.ok(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1),
        `${address} on a telephone scrolls one way only`,
      )
    }
    await page.goto(`${url}/#/campus`)
    await quiet(page)
    if (pictures) await page.screenshot({ path: `${pictures}/telefono.jpg`, type: 'jpeg', quality: 70 })
    const spaces = await (
      await fetch(`${url}/api/espacios`, { headers: { Authorization: `Bearer ${login.access_token}` } })
    ).json()
    await call('/api/dispositivos', {
      id: 'xss',
      name: '<img src=x onerror="document.title=1">',
      kind: 'other',
      space_id: spaces.items[0].id,
    })
    await page.goto(`${url}/#/dispositivos`)
    await page.getByText('<img src=x').waitFor()
    const other = await open(context)
    await other.goto(`${url}/#/hoy`)
    await other.getByRole('heading', { name: 'Today', level: 1 }).waitFor()
    await other.getByRole('button', { name: 'Log out' }).click()
    await page.getByRole('button', { name: 'Log in', exact: true }).waitFor()
    await context.close()
  },
}

await run({
  ...steps,
  ...administration,
  ...charts,
  ...live,
  ...ranges,
  ...screens,
  ...undo,
  ...wire,
  ...words,
})
