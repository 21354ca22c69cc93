/** A clock time that ends a span: midnight is the day's end. */
export const endOfDay = (time: string) => (time === '00:00' ? '24:00' : time)
