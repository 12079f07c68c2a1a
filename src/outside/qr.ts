/** A text as a picture to scan. */

/** @returns an SVG document */
export async function qrCode(text: string): Promise<string> {
  const { default: qrcode } = await import('qrcode')
  return qrcode.toString(text, { type: 'svg', errorCorrectionLevel: 'M' })
}
