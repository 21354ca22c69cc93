// Which of the server's errors belong to which field of a form.
import { getContext, setContext } from 'svelte'
import { SvelteSet } from 'svelte/reactivity'
import { Failure, type Problem } from '../server/client'

type FieldError = NonNullable<Problem['errors']>[number]

/** The messages for a field, such as `price_per_kwh` or `periods[0].from`. */
export function messagesOf(failure: unknown, field: string): string[] {
  const errors: FieldError[] = failure instanceof Failure ? (failure.problem.errors ?? []) : []
  return errors.filter((error) => error.field === field).map((error) => error.message)
}

/** The errors of one form. `shown` has the names of the fields that show their own. */
export class FieldErrors {
  shown = new SvelteSet<string>()
  constructor(private failure: () => unknown) {}

  of(field: string): string[] {
    return messagesOf(this.failure(), field)
  }
}

const contextKey = Symbol('field errors')

export function provideFieldErrors(failure: () => unknown): FieldErrors {
  return setContext(contextKey, new FieldErrors(failure))
}

/** The errors of the form around a field; null outside a form. */
export function fieldErrors(): FieldErrors | null {
  return getContext<FieldErrors | undefined>(contextKey) ?? null
}
