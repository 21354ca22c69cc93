// The bounds of a new password, in bytes of UTF-8, as the server counts them.
const minBytes = 10
const maxBytes = 72

/** Whether a new password is neither too short nor too long. */
export function hasAllowedLength(password: string): boolean {
  const bytes = new TextEncoder().encode(password).length
  return bytes >= minBytes && bytes <= maxBytes
}

/** Keeps a form from being sent while the password in its field is too short or too long, and shows the rule. */
export function passwordLength(field: HTMLInputElement, rule: string) {
  const check = () => field.setCustomValidity(field.value === '' || hasAllowedLength(field.value) ? '' : rule)
  field.addEventListener('input', check)
  check()
  return {
    update(text: string) {
      rule = text
      check()
    },
    destroy: () => field.removeEventListener('input', check),
  }
}
