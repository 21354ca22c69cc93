// Devices and readings from the page alone: made by hand, from a list and from the readings' own file; edited, put behind a meter,
// removed; readings corrected; states recorded. The server has spaces and nothing else.
import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accessible, client, entered, pictures, quiet, run, url, visit } from './driver.mjs'

const hour = 3_600_000
const hours = 300
const end = Math.floor(Date.now() / hour) * hour - 24 * hour
const at = (hoursAgo) => `${new Date(end - hoursAgo * hour).toISOString().slice(0, 19)}Z`
const csv = (name, text) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

const picture = async (page, name) => {
  if (pictures) await page.screenshot({ path: `${pictures}/devices-${name}.png`, fullPage: true })
}
const spaceId = async (api, name) => (await api.get('/api/espacios')).items.find((s) => s.name === name).id
const deviceOf = (api, id) => api.get(`/api/dispositivos/${id}`)

/** What a space used in the hours of the tests, kWh. */
async function used(api, space, from = at(hours + 1), to = at(-30)) {
  const { items } = await api.get(
    `/api/consumo/serie?level=building&id=${space}&bucket=month&from=${encodeURIComponent(from)}&to=${encodeURIComponent(to)}`,
  )
  return items.reduce((sum, one) => sum + (one.kwh ?? 0), 0)
}
const near = (a, b, name) => assert.ok(Math.abs(a - b) < 1e-6, `${name}: ${a} for ${b}`)

const steps = {
  async 'nothing yet: each list says what to do, with the button for it'() {
    const { page, close } = await entered()
    await visit(page, 'dispositivos')
    await page.getByText('Todavía no hay dispositivos.').waitFor()
    await accessible(page, 'no devices')
    await page.getByRole('link', { name: 'Crear el primer dispositivo' }).click()
    await page.getByLabel('Nombre', { exact: true }).waitFor()
    await visit(page, 'dispositivos?tab=inbox')
    await page.getByText('holotwin/medidor-1/consumo').waitFor()
    assert.equal(
      await page.getByRole('link', { name: 'Ver los datos de conexión' }).getAttribute('href'),
      '#/inicio?paso=connection',
    )
    await accessible(page, 'an empty inbox')
    await close()
  },

  async 'a device is made by hand with all that can be said of it, and errors stand at their fields'() {
    const { page, close } = await entered()
    const api = await client()
    await visit(page, 'dispositivos?tab=new')
    const form = page.locator('form').first()
    await form.getByLabel('Nombre', { exact: true }).fill('Medidor Bloque 5')
    assert.equal(await form.getByLabel('Identificador', { exact: true }).inputValue(), 'medidor-bloque-5')
    await form.getByLabel('Identificador', { exact: true }).fill('m5')
    await form
      .getByRole('combobox', { name: 'Espacio', exact: true })
      .selectOption({ label: '\u2003Bloque 5' })
    await form.getByLabel('Potencia nominal, W', { exact: true }).fill('20000')
    await form.getByText('Más datos').click()
    await form.getByLabel('Potencia en espera, W', { exact: true }).fill('30000')
    await form.getByLabel('Intervalo de reporte, s', { exact: true }).fill('3600')
    await form.getByLabel('Módulo del contador, kWh', { exact: true }).fill('100000')
    await form.getByLabel('Tema MQTT', { exact: true }).fill('tele/m5')
    await form.getByRole('combobox', { name: 'Unidad de sus números', exact: true }).selectOption('Wh')
    await form.getByLabel('Cada valor es lo consumido').check()
    await form.getByText('Más datos').click() // folded again: the refusal opens it
    await form.getByRole('button', { name: 'Crear', exact: true }).click()
    const standby = form.getByLabel('Potencia en espera, W', { exact: true })
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'standby_w')
    assert.equal(await standby.getAttribute('aria-invalid'), 'true')
    await form.getByRole('button', { name: '¿Qué es «Módulo del contador, kWh»?' }).click()
    await form.getByText('vuelve a cero').waitFor()
    await accessible(page, 'a refused device')
    await picture(page, 'new')
    await standby.fill('20')
    await form.getByRole('button', { name: 'Crear', exact: true }).click()
    await page.getByRole('status').getByText('Medidor Bloque 5: se creó').waitFor()
    const made = await deviceOf(api, 'm5')
    assert.deepEqual(
      [
        made.kind,
        made.rated_w,
        made.standby_w,
        made.interval_s,
        made.register_modulus_kwh,
        made.mqtt_topic,
        made.mqtt_unit,
        made.mqtt_interval,
      ],
      ['meter', 20000, 20, 3600, 100000, 'tele/m5', 'Wh', true],
    )
    await close()
  },

  async 'a file of readings makes the devices that it names, and all that is wrong is said once'() {
    const { page, close } = await entered()
    const api = await client()
    await visit(page, 'dispositivos?tab=upload')
    const choose = (file) => page.getByLabel('Elija un archivo CSV', { exact: true }).setInputFiles(file)

    await choose(csv('factura.csv', 'Fecha;Hora;Energía activa\n01/11/2026;00:00;12,5\n'))
    const header = page.getByRole('alert')
    await header.getByText('No se entiende la primera fila').waitFor()
    for (const name of ['Fecha', 'Energía activa', 'device_id', 'timestamp', 'kwh'])
      await header.getByText(name, { exact: true }).waitFor()
    await accessible(page, 'an unknown header')
    await picture(page, 'header')
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      header.getByRole('button', { name: 'Descargar un ejemplo' }).click(),
    ])
    await choose(
      await saved
        .path()
        .then((path) => ({ path }))
        .then(({ path }) => path),
    )
    await page.getByRole('form', { name: 'Dispositivos que no existen' }).waitFor()
    assert.equal(await page.getByRole('alert').count(), 0, 'the example is understood')

    const lines = ['device_id,timestamp,kwh']
    for (let i = hours; i > 0; i--)
      for (const id of ['c-1', 'c-2', 'ac-1', 'm5']) lines.push(`${id},${at(i)},${id === 'm5' ? 2 : 0.5}`)
    for (let i = 0; i < 40; i++) lines.push(`m5,ayer,1`)
    for (let i = 0; i < 7; i++) lines.push(`m5,${at(0)},-1`)
    await choose(csv('lecturas.csv', lines.join('\n')))
    await page.getByText('947').first().waitFor() // 3 × 300 + 40 + 7
    const faults = page.locator('.faults > li')
    assert.equal(await faults.count(), 3, 'each fault once')
    assert.match(await faults.nth(0).textContent(), /900 líneas.*Créelos aquí abajo.*Línea 2:\s+c-1,/s)
    assert.match(await faults.nth(1).textContent(), /40 líneas.*26\/11\/2026 23:15.*Línea 1.202:\s+m5,ayer/s)
    assert.match(await faults.nth(2).textContent(), /7 líneas.*register_kwh/s)
    const form = page.getByRole('form', { name: 'Dispositivos que no existen' })
    await form.getByRole('heading', { name: '3 dispositivos del archivo no existen' }).waitFor()
    assert.equal(await form.getByLabel('Cada lectura abarca, s', { exact: true }).inputValue(), '3600')
    assert.ok(await form.getByRole('button', { name: 'Crear 3' }).isDisabled())
    await faults.nth(0).getByRole('button', { name: 'Crear los que faltan' }).click()
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'SELECT', 'it leads to the form')
    await form
      .getByRole('combobox', { name: 'Espacio para todos', exact: true })
      .selectOption({ label: '\u2003Bloque 5' })
    await form
      .getByRole('combobox', { name: 'Espacio: ac-1', exact: true })
      .selectOption({ label: '\u2003\u2003Sala 1' })
    await form
      .getByRole('combobox', { name: 'Tipo: ac-1', exact: true })
      .selectOption({ label: 'aire acondicionado' })
    await form.getByLabel('Nombre: ac-1', { exact: true }).fill('Aire de la sala')
    await accessible(page, 'unknown devices')
    await picture(page, 'unknown')
    await form.getByRole('button', { name: 'Crear 3' }).click()
    await form.waitFor({ state: 'detached' })
    await page.getByText('1.200').waitFor()
    await page.getByRole('button', { name: 'Enviar las válidas' }).click()
    await page.getByText('nuevas').waitFor()
    assert.equal(await faults.count(), 2)
    const ac = await deviceOf(api, 'ac-1')
    assert.deepEqual([ac.name, ac.kind, ac.interval_s], ['Aire de la sala', 'ac', 3600])
    assert.equal(ac.space_id, await spaceId(api, 'Sala 1'))
    near(await used(api, await spaceId(api, 'Bloque 5')), hours * (2 + 1.5), 'all meters of the block')
    await close()
  },

  async 'a file of 30 MB is reviewed without freezing the page'() {
    const { page, close } = await entered()
    const path = join(mkdtempSync(join(tmpdir(), 'holotwin-')), 'grande.csv')
    const lines = ['device_id,timestamp,kwh,interval_s']
    for (let i = 0; lines.length < 600_000; i++)
      lines.push(`contador-del-edificio-${i % 1500},2026-01-01T00:00:00-05:00,0.5,900`)
    writeFileSync(path, lines.join('\n'))
    await visit(page, 'dispositivos?tab=upload')
    await page.evaluate(() => {
      window.longest = 0
      let last = performance.now()
      const look = () => {
        const now = performance.now()
        window.longest = Math.max(window.longest, now - last)
        last = now
        setTimeout(look, 20)
      }
      look()
    })
    await page.getByLabel('Elija un archivo CSV', { exact: true }).setInputFiles(path)
    await page.locator('progress').waitFor()
    await page.getByRole('heading', { name: '1.000 dispositivos del archivo no existen' }).waitFor()
    const { longest, nodes } = await page.evaluate(() => ({
      longest: window.longest,
      nodes: document.querySelectorAll('*').length,
    }))
    assert.ok(longest < 2500, `the page answered within ${longest} ms`)
    assert.ok(nodes < 9000, `${nodes} elements`)
    await close()
  },

  async 'a list makes devices one by one, and only what is missing the second time'() {
    const { page, close } = await entered()
    const api = await client()
    await visit(page, 'dispositivos?tab=new')
    const list = [
      'Nombre;Tipo;Espacio;Detrás de;Potencia nominal',
      'Televisor 1;televisor;Sala 1;Medidor Bloque 5;150,5',
      'Nevera;electrodoméstico;Bloque 5 / Sala 1;;',
      'Luces;iluminación;Bloque 9;;',
      'Luces 2;iluminación;Bloque 9;;',
      'Nave;nave;Sala 1;;',
    ].join('\r\n')
    const choose = () =>
      page
        .getByLabel('Elija la lista de dispositivos (CSV)', { exact: true })
        .setInputFiles(csv('lista.csv', list))
    await choose()
    const faults = page.locator('.faults > li')
    await faults.first().waitFor()
    assert.deepEqual(
      (await faults.allTextContents()).map((text) => /(Espacio|Tipo).*?(\d+) línea/s.exec(text)?.[2]),
      ['2', '1'],
    )
    await page.getByRole('link', { name: 'Crear espacios' }).waitFor()
    await page
      .getByRole('row', { name: /Televisor 1 televisor-1 televisor Sala 1 Medidor Bloque 5/ })
      .waitFor()
    await accessible(page, 'a list of devices')
    await picture(page, 'sheet')
    await page.getByRole('button', { name: 'Crear 2' }).click()
    await page.getByText(/0\s+por crear, 2\s+ya existen/).waitFor()
    const tv = await deviceOf(api, 'televisor-1')
    assert.deepEqual([tv.parent_id, tv.rated_w, tv.kind], ['m5', 150.5, 'tv'])
    await choose()
    await page.getByText(/0\s+por crear, 2\s+ya existen/).waitFor()
    assert.equal(await page.getByRole('button', { name: /^Crear \d/ }).count(), 0)
    await close()
  },

  async 'a device that sends data is registered behind its meter, and another is ignored and comes back'() {
    const { page, close } = await entered()
    const api = await client()
    const { key } = await (
      await api.send('POST', '/auth/claves', {
        name: 'Buzón',
        space_id: await spaceId(api, 'Universidad'),
      })
    ).json()
    for (const node of ['enchufe', 'ruido']) {
      const sent = await fetch(`${url}/input/post?apikey=${key}&node=${node}&fulljson={"x":60}`)
      assert.equal(sent.status, 200)
    }
    await visit(page, 'dispositivos?tab=inbox')
    const found = page.getByRole('article').filter({ hasText: 'enchufe' })
    await found.getByLabel('Nombre', { exact: true }).fill('Enchufe 1')
    const choose = (name, option) => found.getByRole('combobox', { name, exact: true }).selectOption(option)
    await choose('Espacio', { label: '\u2003\u2003Sala 1' })
    await choose('¿Ya lo cuenta otro medidor?', { label: 'Sí, Medidor Bloque 5' })
    await choose('Unidad de sus números', 'W')
    await accessible(page, 'a new device')
    await picture(page, 'inbox')
    const noise = page.getByRole('article').filter({ hasText: 'ruido' })
    await noise.getByRole('button', { name: 'Ignorar' }).click()
    await noise.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /Deshacer/ }).click()
    await noise.waitFor()
    await found.getByRole('button', { name: 'Registrar', exact: true }).click()
    await found.waitFor({ state: 'detached' })
    const made = (await api.get('/api/dispositivos')).items.find((d) => d.name === 'Enchufe 1')
    assert.deepEqual([made.parent_id, made.mqtt_unit], ['m5', 'W'])
    assert.equal(made.space_id, await spaceId(api, 'Sala 1'))
    await close()
  },

  async 'an edit sends what was changed and nothing else, and is taken back'() {
    const { page, close } = await entered()
    const api = await client()
    await visit(page, 'dispositivos?id=c-1')
    const form = page.locator('form', {
      has: page.getByRole('combobox', { name: 'Está detrás de', exact: true }),
    })
    await form.getByLabel('Nombre', { exact: true }).fill('Contador uno')
    await form.getByText('Más datos').click()
    await form.getByLabel('Intervalo de reporte, s', { exact: true }).fill('900')
    const [request] = await Promise.all([
      page.waitForRequest((r) => r.method() === 'PATCH'),
      form.getByRole('button', { name: 'Guardar' }).click(),
    ])
    assert.deepEqual(request.postDataJSON(), { name: 'Contador uno', interval_s: 900 })
    await page.getByRole('heading', { name: 'Contador uno' }).waitFor()
    await page.getByRole('button', { name: /Deshacer/ }).click()
    await page.getByRole('heading', { name: 'c-1', exact: true }).waitFor()
    assert.equal((await deviceOf(api, 'c-1')).interval_s, 3600)

    const moving = page.locator('form', {
      has: page.getByRole('combobox', { name: 'Está detrás de', exact: true }),
    })
    await moving.getByRole('combobox', { name: 'Está detrás de', exact: true }).selectOption('m5')
    await moving
      .getByRole('combobox', { name: 'Desde cuándo', exact: true })
      .selectOption({ label: 'Una fecha' })
    const day = at(hours / 2).slice(0, 10)
    await moving.getByLabel('Día', { exact: true }).fill(day)
    await accessible(page, 'a move')
    await picture(page, 'edit')
    const block = await spaceId(api, 'Bloque 5')
    const before = await used(api, block)
    await moving.getByRole('button', { name: 'Guardar' }).click()
    await page.getByRole('status').getByText('c-1: se guardó').waitFor()
    const moved = await deviceOf(api, 'c-1')
    assert.equal(moved.parent_id, 'm5')
    assert.equal(moved.former_places[0].until, new Date(`${day}T05:00:00Z`).toISOString().replace('.000', ''))
    assert.ok((await used(api, block)) < before)
    await page.getByRole('button', { name: /Deshacer/ }).click()
    const isBack = async () => (await deviceOf(api, 'c-1')).parent_id === null
    for (let i = 0; i < 200 && !(await isBack()); i++) await page.waitForTimeout(100)
    near(await used(api, block), before, 'taken back')
    assert.equal((await deviceOf(api, 'c-1')).former_places, undefined)
    await close()
  },

  async 'a meter that counts a device already counts it once, as the sums said before'() {
    const { page, close } = await entered()
    const api = await client()
    const block = await spaceId(api, 'Bloque 5')
    await visit(page, 'dispositivos?tab=behind')
    const question = page.getByRole('article', { name: 'Aire de la sala' })
    const row = question.getByRole('row', { name: /^Bloque 5/ })
    await row.waitFor()
    await question.getByRole('heading', { name: /consume Aire de la sala/ }).waitFor()
    await question.getByRole('combobox', { name: '¿Cuál medidor?', exact: true }).selectOption('m5')
    await quiet(page)
    await accessible(page, 'a question about a meter')
    await picture(page, 'behind')
    const cells = (await row.getByRole('cell').allTextContents()).map((text) =>
      Number(text.replace(/[^\d,]/g, '').replace(',', '.')),
    )
    const before = await used(api, block)
    near(cells[0] - cells[1], hours * 0.5, 'the difference is what the device used')
    await question.getByRole('button', { name: 'Sí, desde el principio' }).click()
    await question.waitFor({ state: 'detached' })
    near(before - (await used(api, block)), cells[0] - cells[1], 'the series agrees with what was said')
    await page.getByRole('button', { name: /Deshacer/ }).click()
    await question.waitFor()
    near(await used(api, block), before, 'taken back')
    await question.getByRole('combobox', { name: '¿Cuál medidor?', exact: true }).selectOption('m5')
    await question.getByRole('button', { name: 'Sí, desde el principio' }).click()
    await question.waitFor({ state: 'detached' })

    const fridge = page.getByRole('article', { name: 'Nevera' })
    await fridge.getByRole('button', { name: 'No', exact: true }).click()
    await fridge.waitFor({ state: 'detached' })
    await visit(page, 'dispositivos')
    await visit(page, 'dispositivos?tab=behind')
    await page.getByText('dígalo aquí').waitFor()
    assert.equal(await fridge.count(), 0, 'remembered')
    await close()
  },

  async 'a reading is corrected and withdrawn with a reason, and each is taken back'() {
    const { page, close } = await entered()
    const api = await client()
    const block = await spaceId(api, 'Bloque 5')
    const before = await used(api, block)
    await visit(page, 'dispositivos?id=m5')
    const row = page.getByRole('row', { name: /energía del intervalo/ }).first()
    await row.waitFor()
    await row.getByRole('button', { name: /^Corregir/ }).click()
    await page.getByLabel('Valor correcto, kWh', { exact: true }).fill('3.5')
    await page.getByLabel('Motivo', { exact: true }).fill('leído mal')
    await accessible(page, 'a correction')
    await page
      .locator('form', { has: page.getByLabel('Motivo', { exact: true }) })
      .getByRole('button')
      .click()
    await row.getByText('3,5 kWh').waitFor()
    near(await used(api, block), before + 1.5, 'corrected')
    await row.getByRole('button', { name: /^Historial/ }).click()
    await page.getByText(/2 kWh →\s+3,5 kWh: leído mal/).waitFor()
    await picture(page, 'readings')
    await page.getByRole('button', { name: /Deshacer/ }).click()
    await row.getByText('2 kWh', { exact: false }).first().waitFor()
    await page.getByText(/3,5 kWh →\s+2 kWh: Deshecho/).waitFor()
    near(await used(api, block), before, 'taken back')

    await row.getByRole('button', { name: /^Retirar/ }).click()
    await page.getByLabel('Motivo', { exact: true }).fill('del medidor vecino')
    await page
      .locator('form', { has: page.getByLabel('Motivo', { exact: true }) })
      .getByRole('button')
      .click()
    const gone = page.getByRole('row', { name: /retirada/ })
    await gone.waitFor()
    near(await used(api, block), before - 1.5, 'withdrawn: what is behind the meter counts, 0.5')
    await gone.getByRole('button', { name: /^Restaurar/ }).click()
    await page.getByLabel('Motivo', { exact: true }).fill('sí era suya')
    await page
      .locator('form', { has: page.getByLabel('Motivo', { exact: true }) })
      .getByRole('button')
      .click()
    await gone.waitFor({ state: 'detached' })
    near(await used(api, block), before, 'restored')
    await close()
  },

  async 'a state is recorded by hand after a question'() {
    const { page, close } = await entered()
    const api = await client()
    await visit(page, 'dispositivos?id=ac-1')
    await page.getByRole('combobox', { name: 'Estado', exact: true }).selectOption({ label: 'en falla' })
    await page.getByRole('button', { name: 'Registrar el estado' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('¿Registrar «en falla» desde ahora?').waitFor()
    await accessible(page, 'a question about a state')
    await dialog.getByRole('button', { name: 'Cancelar' }).click()
    assert.equal((await api.get('/api/dispositivos/ac-1/estados')).items.length, 0)
    await page.getByRole('button', { name: 'Registrar el estado' }).click()
    await dialog.getByRole('button', { name: 'Registrar el estado' }).click()
    await page.locator('li', { hasText: 'en falla' }).waitFor()
    assert.equal((await api.get('/api/dispositivos/ac-1/estados')).items[0].state, 'fault')
    await close()
  },

  async 'a device without readings goes and comes back; one with readings stays, and it is said why'() {
    const { page, close } = await entered()
    const api = await client()
    await visit(page, 'dispositivos?id=nevera')
    await page.getByRole('button', { name: 'Quitar el dispositivo: Nevera' }).click()
    await page.getByRole('link', { name: 'Televisor 1' }).waitFor()
    assert.equal(await page.getByRole('link', { name: 'Nevera' }).count(), 0)
    await page.getByRole('button', { name: /Deshacer/ }).click()
    await page.getByRole('link', { name: 'Nevera' }).click()
    await page.getByRole('button', { name: 'Quitar el dispositivo: Nevera' }).click()
    await page.getByRole('link', { name: 'Televisor 1' }).waitFor()
    const there = async () => (await api.get('/api/dispositivos')).items.some((d) => d.id === 'nevera')
    for (let i = 0; i < 200 && (await there()); i++) await page.waitForTimeout(300)
    assert.ok(!(await there()))

    await visit(page, 'dispositivos?id=m5')
    await page.getByRole('button', { name: 'Quitar el dispositivo: Medidor Bloque 5' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Todavía no se puede quitar Medidor Bloque 5').waitFor()
    assert.equal(await dialog.getByRole('button').count(), 1, 'there is nothing to agree to')
    await accessible(page, 'a blocked removal')
    await dialog.getByRole('button', { name: 'Cerrar' }).click()
    await close()
  },

  async 'a viewer sees no button for what they may not do'() {
    const api = await client()
    await api.send('POST', '/auth/usuarios', {
      email: 'mira@usc.edu.co',
      password: 'mira-y-no-toca-1',
      role: 'viewer',
    })
    const { page, close } = await entered()
    await page.getByRole('button', { name: 'Salir' }).click()
    await page.getByLabel('Correo', { exact: true }).fill('mira@usc.edu.co')
    await page.getByLabel('Contraseña', { exact: true }).fill('mira-y-no-toca-1')
    await page.getByRole('button', { name: 'Entrar', exact: true }).click()
    await page.getByRole('heading', { name: 'Hoy', level: 1 }).waitFor()
    await visit(page, 'dispositivos')
    await page.getByRole('link', { name: 'Televisor 1' }).waitFor()
    for (const name of ['Nuevo', 'Sin registrar', 'Importar lecturas', 'Detrás de otro medidor'])
      assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name)
    assert.equal(await page.getByRole('link', { name: 'Nuevo dispositivo' }).count(), 0)
    await visit(page, 'dispositivos?id=m5')
    await page
      .getByRole('button', { name: /^Historial/ })
      .first()
      .waitFor()
    for (const name of [/^Corregir/, /^Retirar/, /^Guardar/, /^Quitar/, /^Registrar/])
      assert.equal(await page.getByRole('button', { name }).count(), 0, String(name))
    await close()
  },

  async 'it fits a telephone and speaks English'() {
    const { page, close } = await entered({
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
    })
    for (const dark of [false, true]) {
      if (dark) await page.getByRole('button', { name: 'Tema' }).click()
      for (const address of [
        'dispositivos',
        'dispositivos?tab=new',
        'dispositivos?tab=upload',
        'dispositivos?tab=behind',
        'dispositivos?id=m5',
      ]) {
        await visit(page, address)
        if (address.endsWith('new')) await page.getByText('Más datos').click()
        if (address.endsWith('upload')) {
          const text = `device_id,timestamp,kwh\notro,${at(1)},1\notro,ayer,1\n`
          await page.getByLabel('Elija un archivo CSV', { exact: true }).setInputFiles(csv('l.csv', text))
          await page.getByRole('button', { name: 'Crear 1' }).waitFor()
        }
        if (address.endsWith('m5'))
          await page
            .getByRole('button', { name: /^Corregir/ })
            .first()
            .click()
        await picture(page, `${dark ? 'dark' : 'phone'}-${address.replace(/\W/g, '-')}`)
        assert.ok(
          await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1),
          `${address} scrolls one way only`,
        )
        await accessible(page, `${address} on a telephone`)
      }
    }
    await page.getByRole('button', { name: 'English' }).click()
    await visit(page, 'dispositivos?tab=behind')
    await page.getByRole('button', { name: 'Behind another meter' }).waitFor()
    await visit(page, 'dispositivos?tab=new')
    await page.getByText('More: reporting, register and MQTT').waitFor()
    await close()
  },
}

assert.ok(url)
await run(steps)
