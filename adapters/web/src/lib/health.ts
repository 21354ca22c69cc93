/** The tone in which a device's health is shown. */
export const tone = (status: string) =>
  status === 'ok' ? 'good' : status === 'never' || status === 'silent' ? 'bad' : 'warn'
