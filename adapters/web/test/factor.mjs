// A second factor in the page: set up, asked for at the login, demanded of a role; and a person's data, taken out and forgotten.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import {
  accessible,
  client,
  desk,
  email,
  entered,
  onEmptyServer,
  open,
  password,
  pictures,
  browser,
  run,
  url,
  visit,
} from './driver.mjs'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The code of an app (RFC 6238); `later` steps of half a minute ahead, as a fast clock. */
function codeOf(secret, later = 0) {
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later))
  const sum = createHmac('sha1', key).update(step).digest()
  const at = sum[19] & 15
  return String((sum.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const picture = (page, name) =>
  pictures && page.screenshot({ path: `${pictures}/factor-${name}.png`, type: 'png', fullPage: true })

async function narrow(page, name) {
  await page.setViewportSize({ width: 390, height: 800 })
  assert.ok(
    await page.evaluate(() => document.documentElement.scrollWidth <= 390),
    `${name} scrolls sideways`,
  )
  await picture(page, `${name}-phone`)
  await page.setViewportSize(desk.viewport)
}

async function login(page, who, secret) {
  await page.goto(url)
  await page.getByLabel('Correo').fill(who)
  await page.getByLabel('Contraseña').fill(secret)
  await page.getByRole('button', { name: 'Entrar', exact: true }).click()
}

const keys = ['una frase larga y propia', 'eva@usc.edu.co']
let secret = ''

await run({
  async 'a second factor is set up with a drawn code, and its recovery codes are shown once'() {
    const { page, close } = await entered(desk, undefined, onEmptyServer)
    await visit(page, 'administracion?tab=account')
    await page.getByRole('button', { name: 'Activar', exact: true }).click()
    const code = page.getByRole('img', { name: 'Código QR para la aplicación de autenticación' })
    await code.waitFor()
    assert.ok((await code.boundingBox()).width > 150)
    secret = await page.locator('form.factor code').innerText()
    assert.match(secret, /^[A-Z2-7]{32}$/)
    await accessible(page, 'setting up a second factor')
    await narrow(page, 'setup')
    await page.getByLabel('2. Escriba el código que muestra').fill('000000')
    await page.getByRole('button', { name: 'Confirmar' }).click()
    await page.getByText('no es un código vigente').waitFor()
    await page.getByLabel('2. Escriba el código que muestra').fill(codeOf(secret))
    await page.getByRole('button', { name: 'Confirmar' }).click()
    await page.getByText('Códigos de recuperación').first().waitFor()
    assert.equal(await page.locator('ul.codes li').count(), 10)
    await accessible(page, 'recovery codes')
    await narrow(page, 'recovery')
    await page.getByRole('button', { name: 'Ya los guardé' }).click()
    await page.getByText('Activo desde').waitFor()
    await page.getByRole('button', { name: 'Tema' }).click()
    await accessible(page, 'the account with a second factor, dark')
    await picture(page, 'account-dark')
    await close()
  },
  async 'the login asks for the code, once'() {
    const context = await browser.newContext(desk)
    const page = await open(context)
    await login(page, email, password)
    await page.getByLabel('Código de su aplicación').waitFor()
    await accessible(page, 'the login with a code')
    await narrow(page, 'login')
    await page.getByLabel('Código de su aplicación').fill('000000')
    await page.getByRole('button', { name: 'Entrar', exact: true }).click()
    await page.getByText('El código no es válido o ya se usó').waitFor()
    await page.getByLabel('Código de su aplicación').fill(codeOf(secret, 1))
    await page.getByRole('button', { name: 'Entrar', exact: true }).click()
    await page.getByRole('heading', { name: onEmptyServer.first, level: 1 }).waitFor()
    await visit(page, 'administracion?tab=account')
    await page.getByLabel('Contraseña actual').last().fill(password)
    await page.getByRole('button', { name: 'Quitar', exact: true }).click()
    await page.getByRole('button', { name: 'Activar', exact: true }).waitFor()
    await context.close()
  },
  async 'a role must have one, and its user sees nothing else before'() {
    const { page, close } = await entered(desk, undefined, onEmptyServer)
    await visit(page, 'administracion?tab=users')
    await page.getByRole('checkbox', { name: 'lector' }).check()
    await page.getByRole('button', { name: 'Guardar' }).click()
    await page.getByText('Guardado').waitFor()
    await accessible(page, 'users with the demand')
    await narrow(page, 'users')
    const api = await client()
    const made = await api.send('POST', '/auth/usuarios', {
      email: keys[1],
      password: keys[0],
      role: 'viewer',
    })
    assert.equal(made.status, 201)
    const context = await browser.newContext(desk)
    const other = await open(context)
    await login(other, keys[1], keys[0])
    await other.getByRole('heading', { name: 'Segundo factor', level: 1 }).waitFor()
    assert.equal(await other.getByRole('navigation').count(), 0)
    await accessible(other, 'a demanded second factor')
    await narrow(other, 'demanded')
    await other.getByRole('button', { name: 'Activar', exact: true }).click()
    const hers = await other.locator('form.factor code').innerText()
    await other.getByLabel('2. Escriba el código que muestra').fill(codeOf(hers))
    await other.getByRole('button', { name: 'Confirmar' }).click()
    await other.getByRole('button', { name: 'Ya los guardé' }).click()
    await other.getByRole('navigation').first().waitFor()
    await context.close()
    await close()
  },
  async 'a person is taken out as a file, and forgotten'() {
    const { page, close } = await entered(desk, undefined, onEmptyServer)
    await visit(page, 'administracion?tab=users')
    await page.getByRole('button', { name: `Editar: ${keys[1]}` }).click()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Descargar lo que se guarda' }).click(),
    ])
    assert.match(file.suggestedFilename(), /^datos-us_/)
    await accessible(page, 'personal data')
    await narrow(page, 'data')
    await page.getByRole('button', { name: 'Olvidar a la persona' }).click()
    await page.getByRole('dialog').getByText(`¿Olvidar a ${keys[1]}?`).waitFor()
    await picture(page, 'forget')
    await page.getByRole('dialog').getByRole('button', { name: 'Olvidar a la persona' }).click()
    await page.getByRole('button', { name: 'Invitar' }).waitFor()
    await page.getByText(keys[1]).waitFor({ state: 'detached' })
    await close()
  },
  async 'a key for reading the whole campus is made'() {
    const { page, close } = await entered(desk, undefined, onEmptyServer)
    const api = await client()
    await api.send('POST', '/api/espacios', { name: 'Universidad', kind: 'site' })
    await visit(page, 'administracion?tab=keys')
    await page.getByRole('textbox', { name: 'Nombre' }).fill('Grafana')
    await page.getByRole('combobox', { name: 'Sirve para' }).selectOption('read')
    await page.getByRole('combobox', { name: 'Espacio' }).selectOption('')
    await page.getByRole('button', { name: 'Crear' }).click()
    await page.getByText('Copie la clave ahora').waitFor()
    await page.getByRole('cell', { name: 'lectura: Todo el campus' }).waitFor()
    await accessible(page, 'keys')
    await close()
  },
})
