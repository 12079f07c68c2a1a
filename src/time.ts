/** Unix seconds, as the API gives times. */
export const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)
