// What administrators set up: tariffs, calendar, users and keys; what the audit says of it; and the way back of recommendations.
import assert from 'node:assert/strict'
import { accessible, browser, client, desk, entered, open, quiet, url, visit } from './driver.mjs'

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
const row = (page, name) => page.getByRole('row', { name: new RegExp(name) })
const toast = (page) => page.locator('.toast').last()
const field = (page, role, name) => page.getByRole(role, { name, exact: true })

/** Waits until something holds on the server. */
async function until(page, what, holds) {
  for (let i = 0; i < 600 && !(await holds()); i++) await page.waitForTimeout(300)
  assert.ok(await holds(), what)
}

/** Logs in a user of their own, and returns their page. */
async function enteredAs(user, words = {}) {
  const context = await browser.newContext({ ...desk, ...words })
  const page = await open(context)
  await page.goto(url)
  await page.getByLabel('Correo').fill(user.email)
  await page.getByLabel('Contraseña').fill(user.password)
  await page.getByRole('button', { name: 'Entrar', exact: true }).click()
  await page.getByRole('heading', { name: 'Hoy', level: 1 }).waitFor()
  return { page, close: () => context.close() }
}

export const administration = {
  async 'a tariff begins with a template, is changed, and comes back after it was removed'() {
    const { page, close } = await entered()
    const api = await client()
    const tariff = async (name) =>
      (await api.get('/api/tarifas?limit=1000')).items.find((t) => t.name === name)
    await visit(page, 'administracion?tab=tariffs')
    await page.getByRole('button', { name: 'Nueva tarifa' }).click()
    await field(page, 'combobox', 'Nivel de tensión').selectOption('2')
    const price = page.getByLabel('Precio por kWh', { exact: true })
    assert.equal(await price.inputValue(), '351.7054')
    await page.getByText('Referencia de 2017').waitFor()
    await field(page, 'combobox', 'Nivel de tensión').selectOption('4')
    await field(page, 'combobox', 'Opción').selectOption('dayNight')
    assert.equal(await page.getByLabel('Precio por kWh fuera de las franjas').inputValue(), '')
    await field(page, 'combobox', 'Nivel de tensión').selectOption('1')
    await field(page, 'combobox', 'Opción').selectOption('peak')
    const peak = page.getByRole('group', { name: 'Franja 1' })
    assert.equal(await peak.getByLabel('Precio por kWh').inputValue(), '441.1073')
    assert.equal(await peak.getByLabel('Desde').inputValue(), '', 'hours that are not known stay empty')
    await page.getByLabel('Nombre').fill('Prueba de plantilla')
    await page.getByLabel('Vigente desde', { exact: true }).fill('2031-01-01')
    await page.getByRole('button', { name: 'Crear', exact: true }).click()
    assert.equal(await tariff('Prueba de plantilla'), undefined, 'it is not sent while something is missing')
    await peak.getByLabel('Desde').fill('18:00')
    await peak.getByLabel('Hasta').fill('21:00')
    await page.getByRole('img', { name: 'Qué precio rige a cada hora de la semana' }).waitFor()
    await page.getByRole('button', { name: '¿Qué es «Opción»?' }).click()
    await page.getByRole('note').getByText('Monomía: un solo precio').waitFor()
    await page.getByLabel('Paga la contribución del 20 %', { exact: true }).check()
    await page.locator('small', { hasText: 'art. 89.7' }).waitFor()
    await page.getByLabel('Se cobra la energía reactiva', { exact: true }).check()
    await page.getByLabel('Precio por kvarh').fill('120')
    await page.getByLabel('Factor M', { exact: true }).fill('3')
    await accessible(page, 'a new tariff')
    await page.getByRole('button', { name: 'Crear', exact: true }).click()
    await row(page, 'Prueba de plantilla').waitFor()
    const made = await tariff('Prueba de plantilla')
    assert.deepEqual(
      [made.price_per_kwh, made.contribution_pct, made.reactive.multiplier, made.periods[0].from],
      [437.3234, 20, 3, '18:00'],
    )

    await row(page, 'Prueba de plantilla').getByRole('button', { name: 'Editar' }).click()
    await page.getByLabel('Precio por kWh fuera de las franjas').fill('812.5')
    await page.getByLabel('Paga la contribución del 20 %', { exact: true }).uncheck()
    await page.getByLabel('Precio por kW de pico', { exact: true }).fill('30000')
    await page.getByRole('button', { name: 'Quitar: Franja 1' }).click()
    await page.getByLabel('CO₂ por kWh usado, kg', { exact: true }).fill('0.22')
    await page.getByRole('button', { name: 'Guardar' }).click()
    await row(page, 'Prueba de plantilla').getByText('812,5').waitFor()
    const changed = await tariff('Prueba de plantilla')
    assert.deepEqual(
      [changed.contribution_pct ?? 0, changed.demand_price_per_kw, changed.periods?.length ?? 0],
      [0, 30000, 0],
    )
    assert.deepEqual([changed.co2_kg_per_kwh, changed.reactive.price_per_kvarh], [0.22, 120])

    await page.getByRole('button', { name: 'Nueva tarifa' }).click()
    await page.getByLabel('Nombre').fill('Otra del mismo día')
    await page.getByLabel('Vigente desde', { exact: true }).fill('2031-01-01')
    await page.getByRole('button', { name: 'Crear', exact: true }).click()
    await page.locator('.error, [aria-invalid=true]').first().waitFor()
    await page.getByRole('button', { name: 'Cancelar' }).click()

    await row(page, 'Prueba de plantilla').getByRole('button', { name: 'Quitar' }).click()
    await toast(page)
      .getByText(/Sus días se cobrarán con/)
      .waitFor()
    await toast(page)
      .getByRole('button', { name: /Deshacer/ })
      .click()
    await row(page, 'Prueba de plantilla').waitFor()
    assert.ok(await tariff('Prueba de plantilla'), 'it was never gone')
    await row(page, 'Prueba de plantilla').getByRole('button', { name: 'Quitar' }).click()
    await until(page, 'it is gone in the end', async () => !(await tariff('Prueba de plantilla')))
    await close()
  },
  async 'the assumed hours are confirmed by one click, and entries have several spans and are changed'() {
    const { page, close } = await entered()
    const api = await client()
    const entry = async (name) =>
      (await api.get('/api/calendarios?limit=1000')).items.find((e) => e.name === name)
    await visit(page, 'administracion?tab=calendar')
    await accessible(page, 'the calendar')
    await page.getByRole('button', { name: 'Confirmar horario' }).click()
    await row(page, 'Horario de apertura').waitFor()
    assert.deepEqual(
      (await entry('Horario de apertura')).hours.map((h) => `${h.days} ${h.from} ${h.to}`),
      ['mon,tue,wed,thu,fri 07:00 22:00', 'sat 07:00 13:00'],
    )
    await toast(page)
      .getByRole('button', { name: /Deshacer/ })
      .click()
    await page.getByRole('button', { name: 'Confirmar horario' }).waitFor()
    assert.equal(await entry('Horario de apertura'), undefined)

    await page
      .getByRole('button', { name: /^Periodo \d{4}-[12]$/ })
      .first()
      .click()
    const name = await page.getByLabel('Nombre').inputValue()
    await page.getByLabel('Primer día').fill('2031-02-03')
    await page.getByLabel('Último día').fill('2031-01-03')
    await page.getByRole('button', { name: 'Crear', exact: true }).click()
    const last = page.getByLabel('Último día')
    await page.waitForFunction(() => document.activeElement.getAttribute('aria-invalid') === 'true')
    assert.equal(await last.getAttribute('aria-invalid'), 'true', 'the error stands at its field')
    await accessible(page, 'an error at its field')
    await field(page, 'combobox', 'Tipo').selectOption('opening')
    await last.fill('2031-06-20')
    await page.getByRole('button', { name: 'Agregar un tramo' }).click()
    const second = page.getByRole('group', { name: 'Tramo 2' })
    for (const day of ['lun', 'mar', 'mié', 'jue', 'vie'])
      await second.getByLabel(day, { exact: true }).uncheck()
    await second.getByLabel('sáb').check()
    await second.getByLabel('Cierra').fill('00:00')
    await page.getByRole('button', { name: 'Crear', exact: true }).click()
    await row(page, name).getByText('sáb 07:00–24:00').waitFor()
    await row(page, name).getByRole('button', { name: 'Editar' }).click()
    await page.getByLabel('Nombre').fill('Jornada de prueba')
    await page.getByLabel('Último día').fill('')
    await page.getByRole('group', { name: 'Tramo 1' }).getByLabel('Abre').fill('06:30')
    await page.getByRole('button', { name: 'Guardar' }).click()
    await row(page, 'Jornada de prueba')
      .getByText(/06:30–21:00/)
      .waitFor()
    const changed = await entry('Jornada de prueba')
    assert.deepEqual([changed.to ?? '', changed.hours[1].to], ['', '24:00'])
    await row(page, 'Jornada de prueba').getByRole('button', { name: 'Quitar' }).click()
    await toast(page)
      .getByRole('button', { name: /Deshacer/ })
      .click()
    await row(page, 'Jornada de prueba').waitFor()
    await row(page, 'Jornada de prueba').getByRole('button', { name: 'Quitar' }).click()
    await until(page, 'it is gone in the end', async () => !(await entry('Jornada de prueba')))
    await close()
  },
  async 'a colleague is invited without a password, enters by the link, changes space and is removed'() {
    const { page, close } = await entered()
    await visit(page, 'administracion?tab=users')
    const email = 'invitada@example.org'
    await page.getByLabel('Correo').fill(email)
    await field(page, 'combobox', 'Rol').selectOption('manager')
    await page.getByRole('button', { name: 'Invitar' }).click()
    await page.getByText(`Enlace para ${email}`).waitFor()
    const link = await page.locator('.card', { hasText: email }).locator('code').first().textContent()
    await accessible(page, 'an invitation')
    await page.getByLabel('Correo').fill(email)
    await page.getByRole('button', { name: 'Invitar' }).click()
    await page.locator('.error, [aria-invalid=true]').first().waitFor()

    const other = await browser.newContext(desk)
    const invited = await open(other)
    await invited.goto(link)
    await invited.getByLabel('Contraseña nueva').fill('una-clave-elegida-7')
    await invited.getByRole('button', { name: 'Cambiar la contraseña' }).click()
    await invited.getByRole('button', { name: 'Entrar', exact: true }).click()
    await invited.getByLabel('Correo').fill(email)
    await invited.getByLabel('Contraseña').fill('una-clave-elegida-7')
    await invited.getByRole('button', { name: 'Entrar', exact: true }).click()
    await invited.getByRole('heading', { name: 'Hoy', level: 1 }).waitFor()
    await other.close()

    await row(page, email).getByRole('button', { name: 'Editar' }).click()
    await field(page, 'combobox', 'Espacio').selectOption({ label: 'Bloque 5' })
    await page.locator('button.primary', { hasText: 'Guardar' }).click()
    await row(page, email).getByText('Bloque 5').waitFor()
    await row(page, email).getByRole('button', { name: 'Editar' }).click()
    await field(page, 'combobox', 'Espacio').selectOption({ label: 'Todo el campus' })
    await field(page, 'combobox', 'Rol').selectOption('viewer')
    await page.locator('button.primary', { hasText: 'Guardar' }).click()
    await row(page, email).getByText('Todo el campus').waitFor()
    await row(page, email).getByText('lector').waitFor()
    await row(page, email).getByRole('button', { name: 'Desactivar' }).click()
    await row(page, email).getByText('desactivado').waitFor()
    await row(page, email).getByRole('button', { name: 'Activar' }).click()
    await row(page, email)
      .getByRole('button', { name: /^Enlace para/ })
      .click()
    await page.getByText(/Sirve una sola vez/).waitFor()
    await row(page, email).getByRole('button', { name: 'Quitar' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/¿Quitar invitada@example\.org\?/).waitFor()
    await accessible(page, 'the removal of a user')
    await dialog.getByRole('button', { name: 'Quitar' }).click()
    await row(page, email).waitFor({ state: 'detached' })
    await close()
  },
  async 'a key is made for some devices, gets another name and a last day'() {
    const { page, close } = await entered()
    const api = await client()
    await visit(page, 'administracion?tab=keys')
    await page.getByLabel('Nombre').fill('Pasarela')
    await field(page, 'combobox', 'Sirve para').selectOption('devices')
    await field(page, 'listbox', 'Dispositivos').selectOption({ index: 0 })
    await page.getByRole('button', { name: 'Crear', exact: true }).click()
    assert.match(
      await page.locator('.card', { hasText: 'Copie la clave' }).locator('code').textContent(),
      /^htk_/,
    )
    await row(page, 'Pasarela').getByText('nunca').waitFor()
    await row(page, 'Pasarela').getByRole('button', { name: 'Editar' }).click()
    await page.getByLabel('Nombre').fill('Pasarela del bloque 5')
    await page.getByLabel('Último día').fill('2031-12-31')
    await accessible(page, 'a key')
    await page.getByRole('button', { name: 'Guardar' }).click()
    await row(page, 'Pasarela del bloque 5').getByText('31 dic').waitFor()
    const key = (await api.get('/auth/claves?limit=1000')).items.find(
      (k) => k.name === 'Pasarela del bloque 5',
    )
    assert.equal(
      Date.parse(key.expires_at),
      Date.parse('2032-01-01T05:00:00Z'),
      'the end of that day at the site',
    )
    await row(page, 'Pasarela del bloque 5').getByRole('button', { name: 'Revocar' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revocar' }).click()
    await row(page, 'Pasarela del bloque 5').waitFor({ state: 'detached' })
    await close()
  },
  async 'the audit says in words who did what to what'() {
    const { page, close } = await entered()
    const api = await client()
    const site = (await api.get('/api/espacios?kind=site')).items[0].id
    const { id } = await (
      await api.send('POST', '/api/tarifas', {
        space_id: site,
        name: 'Para la auditoría',
        valid_from: '2032-01-01',
        price_per_kwh: 900,
      })
    ).json()
    for (let i = 0; i < 60; i++) await api.send('PATCH', `/api/tarifas/${id}`, { price_per_kwh: 901 + i })
    await visit(page, 'administracion?tab=audit')
    const changed = page.getByRole('row', { name: /Cambió una tarifa.*Tarifa Para la auditoría/ }).first()
    await changed.waitFor()
    assert.match(await changed.textContent(), /@/, 'the actor by e-mail')
    const words = await page.locator('tbody').textContent()
    assert.doesNotMatch(words, /us_\w{10}|(POST|PATCH|DELETE|PUT) \//, 'no ids of users and no routes')
    await page.getByLabel('Buscar').fill('auditoria creo')
    await page.getByText('Nada de lo que se muestra').waitFor()
    await page.getByLabel('Buscar').fill('auditoria cambio')
    await changed.getByRole('link', { name: /Para la auditoría/ }).click()
    await page.getByRole('button', { name: 'Tarifas', pressed: true }).waitFor()
    await visit(page, 'administracion?tab=audit')
    await page.getByRole('button', { name: 'Ver anteriores' }).click()
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length > 50)
    const person = page.getByLabel('Quién')
    await person.selectOption({ label: (await changed.locator('td').nth(1).textContent()).trim() })
    await page.waitForFunction(() => {
      const people = [...document.querySelectorAll('tbody tr td:nth-child(2)')].map((td) => td.textContent)
      return people.length > 0 && new Set(people).size === 1
    })
    await accessible(page, 'the audit')
    await api.send('DELETE', `/api/tarifas/${id}`)
    await close()
  },
  async 'a recommendation is dismissed for a reason, taken back, reopened and commented on, and the sums follow'() {
    const { page, close } = await entered()
    const api = await client()
    const sums = () => api.get('/api/recomendaciones/ahorro')
    await visit(page, 'recomendaciones?status=open')
    const fold = page.locator('details.trivial summary')
    if (await fold.count()) await fold.click()
    const title = await page.locator('article h2').first().textContent()
    const card = page.locator('article.card:not(.question)', { hasText: title }).first()
    const before = await sums()
    const totals = page.getByRole('region', { name: 'Ahorros' })
    await totals.getByText(`Por hacer, al menos (${before.to_do.count})`).waitFor()
    await accessible(page, 'the sums')
    await card.getByRole('button', { name: 'Descartar…' }).click()
    await card.getByLabel('Motivo').selectOption({ label: 'Es necesario que siga así' })
    await card.getByLabel('Comentario').fill('laboratorio de noche')
    await card.getByRole('button', { name: 'Descartar', exact: true }).click()
    await card.getByText('descartada', { exact: true }).waitFor()
    await totals.getByText(`Por hacer, al menos (${before.to_do.count - 1})`).waitFor()
    await toast(page)
      .getByRole('button', { name: /Deshacer/ })
      .click()
    await card.getByText('abierta', { exact: true }).waitFor()
    await totals.getByText(`Por hacer, al menos (${before.to_do.count})`).waitFor()
    await card.getByRole('button', { name: 'Aceptar' }).click()
    await card.getByText('aceptada', { exact: true }).waitFor()
    await totals.getByText(`En curso, al menos (${before.in_progress.count + 1})`).waitFor()
    await card.getByRole('button', { name: 'Marcar como hecha' }).click()
    await card.getByText('hecha', { exact: true }).waitFor()
    await card.getByRole('button', { name: 'Reabrir' }).click()
    await card.getByText('abierta', { exact: true }).waitFor()
    await card.getByRole('button', { name: '¿Por qué?' }).click()
    await card.getByText(/Es necesario que siga así: laboratorio de noche/).waitFor()
    await card.getByLabel('Comentario').fill('hablé con mantenimiento')
    await card.getByRole('button', { name: 'Comentar' }).click()
    const said = card.getByRole('listitem').filter({ hasText: 'hablé con mantenimiento' })
    await said.getByText(/comentó/).waitFor()
    assert.match(await said.textContent(), /@/, 'who said it')
    assert.equal(
      await card.locator('.badge', { hasText: 'abierta' }).count(),
      1,
      'a comment leaves the status',
    )
    await accessible(page, 'a comment')
    await close()
  },
  async 'who only reads sees no button for what is not theirs'() {
    const api = await client()
    const user = { email: 'solo-lee@example.org', password: 'una-clave-larga-3', role: 'viewer' }
    assert.ok([201, 409].includes((await api.send('POST', '/auth/usuarios', user)).status))
    const { page, close } = await enteredAs(user)
    await visit(page, 'recomendaciones')
    await page.locator('article.card').first().getByRole('button', { name: '¿Por qué?' }).click()
    await quiet(page)
    for (const name of ['Aceptar', 'Descartar…', 'Marcar como hecha', 'Reabrir', 'Comentar'])
      assert.equal(await page.getByRole('button', { name }).count(), 0, name)
    await page.getByRole('region', { name: 'Ahorros' }).waitFor()
    for (const tab of ['users', 'keys', 'tariffs', 'calendar', 'audit']) {
      await visit(page, `administracion?tab=${tab}`)
      await page.getByLabel('Contraseña actual').waitFor()
      for (const name of ['Quitar', 'Editar', 'Invitar', 'Nueva tarifa', 'Crear'])
        assert.equal(await page.getByRole('button', { name }).count(), 0, `${tab}: ${name}`)
    }
    await page.getByLabel('Contraseña actual').fill('no es la mía')
    await page.getByLabel('Contraseña nueva').fill('otra-clave-larga-4')
    await page.getByRole('button', { name: 'Cambiar la contraseña' }).click()
    await page.getByText('No es su contraseña actual').waitFor()
    await accessible(page, 'a wrong password')
    await close()
  },
  async 'what is administered fits a telephone and speaks English'() {
    const { page, close } = await entered(phone)
    const fits = async (what) =>
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), what)
    for (const tab of ['users', 'keys', 'tariffs', 'calendar', 'audit', 'account']) {
      await visit(page, `administracion?tab=${tab}`)
      if (tab === 'tariffs') await page.getByRole('button', { name: 'Nueva tarifa' }).click()
      if (tab === 'calendar') await page.getByRole('button', { name: 'Horario de apertura' }).click()
      await fits(tab)
      await accessible(page, `${tab} on a telephone`)
    }
    await page.getByRole('button', { name: 'English' }).click()
    await visit(page, 'administracion?tab=audit')
    await page.getByText('Who', { exact: true }).first().waitFor()
    await page.getByText('Logged in').first().waitFor()
    await visit(page, 'administracion?tab=tariffs')
    await page.getByRole('button', { name: 'New tariff' }).click()
    await page.getByRole('button', { name: 'What is “Option”?' }).waitFor()
    await close()
  },
}
