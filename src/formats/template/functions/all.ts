import { builtinFunctions } from './builtin.ts'
import { compareFunctions } from './compare.ts'
import { convertFunctions } from './convert.ts'
import { dictFunctions } from './dicts.ts'
import { encodeFunctions } from './encode.ts'
import { flowFunctions } from './flow.ts'
import type { TemplateFunction } from './function.ts'
import { jsonFunctions } from './json.ts'
import { listFunctions } from './lists.ts'
import { mathFunctions } from './math.ts'
import { regexFunctions } from './regex.ts'
import { semverFunctions } from './semver.ts'
import { stringFunctions } from './strings.ts'
import { urlFunctions } from './urls.ts'
import { wordFunctions } from './words.ts'
import { yamlFunctions } from './yaml.ts'

/** A function by its name; 'refused' for one of Go, sprig or helm that is kept away from templates; undefined for none at all. */
export const findFunction = (name: string): TemplateFunction | 'refused' | undefined =>
  functions.get(name) ?? (refused.has(name) ? 'refused' : undefined)

/** Two renderings of one text with one set of data are the same, and neither reads or reaches anything else. */
const refused = new Set(
  [
    'call env expandenv getHostByName lookup hello',
    'now ago date dateInZone date_in_zone dateModify date_modify mustDateModify must_date_modify htmlDate htmlDateInZone',
    'toDate mustToDate unixEpoch duration durationRound',
    'randAlpha randAlphaNum randAscii randBytes randInt randNumeric shuffle uuidv4',
    'bcrypt htpasswd derivePassword encryptAES decryptAES buildCustomCert',
    'genPrivateKey genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey',
    'toToml fromToml',
  ].flatMap((names) => names.split(' ')),
)

const functions: ReadonlyMap<string, TemplateFunction> = new Map(
  [
    builtinFunctions,
    compareFunctions,
    convertFunctions,
    dictFunctions,
    encodeFunctions,
    flowFunctions,
    jsonFunctions,
    listFunctions,
    mathFunctions,
    regexFunctions,
    semverFunctions,
    stringFunctions,
    urlFunctions,
    wordFunctions,
    yamlFunctions,
  ].flatMap((table): [string, TemplateFunction][] => Object.entries(table)),
)
