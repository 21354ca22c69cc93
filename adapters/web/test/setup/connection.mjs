// The step in which a key is made, and the first message that is sent with it turns the light green.
import assert from 'node:assert/strict'
import { url, visit } from '../driver.mjs'

export const connection = {
  name: 'connection',
  title: 'Claves y MQTT',
  async act(walk) {
    const { page, api } = walk
    const device = { id: 'contador-1', name: 'Contador general', kind: 'meter', space_id: walk.site.id }
    const made = await api.send('POST', '/api/dispositivos', device)
    assert.ok([201, 409].includes(made.status), await made.text())
    await page.goto('about:blank')
    await visit(page, 'inicio?paso=connection')
    await page.getByText('Esperando el primer mensaje').waitFor()
    await page.getByText('● En vivo').waitFor()

    await page.getByRole('textbox', { name: /^Nombre de la clave/ }).fill('Tablero principal')
    await page.getByRole('button', { name: 'Crear la clave' }).click()
    await page.getByText('se muestra una sola vez').waitFor()
    const key = await page.locator('code', { hasText: /^htk_/ }).first().textContent()
    const command = await page.locator('code', { hasText: /^curl / }).textContent()
    assert.ok(
      command.includes(key) && command.includes(`${url}/consumo`) && command.includes(device.id),
      command,
    )

    const { listen } = await api.get('/api/mqtt')
    const mqtt = page.locator('section.card', { has: page.getByRole('heading', { name: 'MQTT' }) })
    await mqtt
      .getByText(listen ? `mqtt://${listen.host ?? new URL(url).hostname}:${listen.port}` : 'MQTT_LISTEN')
      .waitFor()
    if (listen) {
      await mqtt.getByText(`holotwin/${device.id}/consumo`, { exact: true }).waitFor()
      await mqtt.getByText(key, { exact: true }).waitFor()
    }

    const sent = await fetch(`${url}/consumo`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-API-Key': key },
      body: command.match(/-d '(.*)'/)[1],
    })
    assert.equal(sent.status, 201, await sent.text())
    await page.getByText('Llegó un mensaje.').waitFor()
    await page.getByText(/Llegó un mensaje.*lectura de Contador general/i).waitFor()

    await fetch(
      `${url}/input/post?node=emontx&apikey=${key}&fulljson=${encodeURIComponent('{"power1":100}')}`,
    )
    await page.getByText(/aún no está registrado/).waitFor()
    await page.getByRole('link', { name: /^Registrar \(1/ }).waitFor()
  },
}
