/** `$BUILD_ID` and the like in texts that people write into params. */

/**
 * `$NAME` and `${NAME}` of the given values; others stay as they are: they may be prices. A value is not looked into again.
 */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g, (all, braced: string | undefined, bare: string | undefined) => {
    const name = braced ?? bare ?? ''
    return Object.hasOwn(values, name) ? (values[name] ?? '') : all
  })
}
