/** What an account may say about its person, beyond what the document checks. */
import type { Schema } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'
import { isDeeperThan } from '../json-depth.ts'
import { isCountry } from '../system/countries.ts'

const longestName = 255
const longestUrl = 2000
const largestGuide = 64 * 1024
const deepestGuide = 50

type Profile = Pick<Schema<'UpdateUserAccount'>, 'given_name' | 'family_name' | 'country_code' | 'picture_url'>

/** @throws Invalid naming the field */
export function checkProfile(profile: Profile): void {
  for (const field of ['given_name', 'family_name'] as const)
    if (profile[field].length > longestName)
      throw invalid('The name is too long', [`body.${field}: must have at most ${longestName} characters`])
  if (profile.country_code !== undefined && !isCountry(profile.country_code))
    throw invalid(`There is no country ${profile.country_code}`, ['body.country_code: must be one of the codes of getCountries'])
  if (profile.picture_url !== undefined) checkPicture(profile.picture_url)
}

/** Others see the picture: an address that runs something (`javascript:`) must not get there. */
function checkPicture(url: string): void {
  if (url.length > longestUrl)
    throw invalid('The address of the picture is too long', [`body.picture_url: must have at most ${longestUrl} characters`])
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw invalid('The picture must be on the web', ['body.picture_url: must begin with http:// or https://'])
}

/** The guide is the console's own; only whether it can be kept is ours. @throws Invalid */
export function checkGuide(guide: object): void {
  // Depth first: turning a very deep object into text would use up the stack.
  if (isDeeperThan(guide, deepestGuide)) throw invalid('The guide is too deep', [`body: must be nested at most ${deepestGuide} deep`])
  if (!storable(guide))
    throw invalid('The guide holds a character that cannot be stored', ['body: must not hold NUL, nor half a surrogate pair'])
  if (Buffer.byteLength(JSON.stringify(guide)) > largestGuide)
    throw invalid('The guide is too large', [`body: must have at most ${largestGuide} bytes`])
}

function storable(value: unknown): boolean {
  if (typeof value === 'string') return !/\p{Surrogate}|\0/u.test(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, inner]) => storable(key) && storable(inner))
}
