// The bounds of a new password, in bytes of UTF-8, as the server counts them.
const least = 10
const most = 72

/** Whether a new password is as long as one may be. */
export const hasLength = (password: string): boolean => {
  const bytes = new TextEncoder().encode(password).length
  return bytes >= least && bytes <= most
}

/** Keeps a form from being sent while the password in its field is too short or too long, and says the rule. */
export function fits(field: HTMLInputElement, rule: string) {
  const check = () => field.setCustomValidity(field.value === '' || hasLength(field.value) ? '' : rule)
  field.addEventListener('input', check)
  check()
  return {
    update(words: string) {
      rule = words
      check()
    },
    destroy: () => field.removeEventListener('input', check),
  }
}
