/**
 * Ten shades of any colour, of which shade n is as light as shade n of every other: what can be read in one colour can be read in all.
 * Lightness is that of OKLCH, which goes by what eyes see. Shade 7 and darker carry white text with more than 4.5 : 1, shade 3 and lighter
 * can be read on our dark surfaces, also on tinted ones.
 */
import type { MantineColorsTuple } from '@mantine/core'

export interface Rgb {
  r: number
  g: number
  b: number
}

const lightness = [0.975, 0.945, 0.895, 0.83, 0.755, 0.68, 0.6, 0.515, 0.45, 0.375] as const
/** Very light and very dark shades carry less colour: as much as the middle would look like sweets. */
const colourfulness = [0.12, 0.25, 0.45, 0.7, 0.9, 1, 1, 1, 0.92, 0.78] as const

export const shadesOf = (colour: Rgb): MantineColorsTuple => {
  const { c, h } = toOklch(colour)
  return shades(Math.min(c, 0.2), h)
}

/** @param hue degrees of OKLCH */
export const shades = (chroma: number, hue: number): MantineColorsTuple =>
  lightness.map((l, at) => hexOf(l, chroma * (colourfulness[at] ?? 1), (hue * Math.PI) / 180)) as unknown as MantineColorsTuple

function toOklch({ r, g, b }: Rgb): { c: number; h: number } {
  const [lr, lg, lb] = [linear(r / 255), linear(g / 255), linear(b / 255)]
  const l = Math.cbrt(0.4122214708 * lr + 0.5363325363 * lg + 0.0514459929 * lb)
  const m = Math.cbrt(0.2119034982 * lr + 0.6806995451 * lg + 0.1073969566 * lb)
  const s = Math.cbrt(0.0883024619 * lr + 0.2817188376 * lg + 0.6299787005 * lb)
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s
  const bb = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  return { c: Math.hypot(a, bb), h: (Math.atan2(bb, a) * 180) / Math.PI }
}

/** Colours that no screen has come back with less chroma, at the same lightness. */
function hexOf(lightness: number, chroma: number, hue: number): string {
  for (let c = chroma; ; c *= 0.94) {
    const rgb = toRgb(lightness, c * Math.cos(hue), c * Math.sin(hue))
    if (c < 0.002 || rgb.every((part) => part >= -0.0005 && part <= 1.0005))
      return `#${rgb
        .map((part) =>
          Math.round(Math.min(1, Math.max(0, gamma(part))) * 255)
            .toString(16)
            .padStart(2, '0'),
        )
        .join('')}`
  }
}

/** Linear red, green and blue, outside 0 to 1 where no screen has the colour. */
function toRgb(lightness: number, a: number, b: number): number[] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ]
}

const linear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
const gamma = (part: number): number => (part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055)
