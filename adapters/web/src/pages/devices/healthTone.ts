/** The tone in which a device's health is shown. */
export function healthTone(status: string): 'good' | 'warn' | 'bad' {
  if (status === 'ok') return 'good'
  return status === 'never' || status === 'silent' ? 'bad' : 'warn'
}
