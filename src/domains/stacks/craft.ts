/** What visual editors save with a stack: its Terraform, which is a file in git, and drawings, which are not. */
import { nameOf } from '../../access/actor.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { conflict, invalid, notFound } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import { addTerraformEntry } from '../../formats/stack-definition/edit.ts'
import { parseStackDefinition } from '../../formats/stack-definition/parse.ts'
import type { StackDefinition, UseCase } from '../../formats/stack-definition/types.ts'
import { jsonOf } from '../../formats/terraform/hcl-to-json.ts'
import { hclOf } from '../../formats/terraform/json-to-hcl.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { FileChanges, Snapshot } from '../../outside/git/types.ts'
import { isDeeperThan } from '../json-depth.ts'
import { commit, openCatalog, settle } from './publish.ts'
import * as queries from './queries.ts'
import { getOwnStack, getStack } from './stacks.ts'

/** @throws NotFoundEntity when the use case has no Terraform; Invalid when that is no plain HCL */
export async function readTerraform({ read }: OrganizationContext, ref: string, useCase: string): Promise<Record<string, unknown>> {
  const content = await read(async (tx) => {
    const stack = await getStack(tx, ref)
    const path = terraformOf(useCaseIn(stack.definition, ref, useCase))
    const files = path === undefined ? undefined : await queries.readStackFiles(tx, stack, [path])
    const file = path === undefined ? undefined : files?.get(path)
    if (!file) throw notFound(`Terraform of the use case ${useCase} of the stack ${ref}`)
    return file
  })
  return checked(() => jsonOf(content.toString('utf8')), 'The Terraform of the use case is not plain HCL')
}

/** Written to the file that the use case names, or to a new one that it names from then on. */
export async function writeTerraform(
  context: OrganizationContext,
  ref: string,
  useCase: string,
  config: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { stack, catalog } = await context.read(async (tx) => {
    const stack = await getOwnStack(tx, ref)
    useCaseIn(stack.definition, ref, useCase)
    return { stack, catalog: await openCatalog(tx, context, { id: stack.source_id }) }
  })
  const hcl = await checked(async () => Buffer.from(hclOf(config)), 'This is not a Terraform configuration', 'body.config')
  const message = `Update the Terraform of the stack ${stack.canonical}, use case ${useCase}`
  await commit(context, catalog, message, (tip) => terraformChange(tip, stack, useCase, hcl))
  await settle(
    context,
    catalog,
    async () => stack,
    ({ canonical }) => ({
      name: canonical,
      message: `${nameOf(context.actor)} updated the Terraform of the use case ${useCase} of the stack ${ref}`,
    }),
  )
}

/** @returns the diagram as it was saved, with unix dates of its first and last saving */
export async function readDiagram(tx: OrgTx, ref: string) {
  const { id } = await getStack(tx, ref)
  const { diagram = null, diagram_created_at: created, diagram_updated_at: updated } = (await queries.findDrawing(tx, id)) ?? {}
  if (diagram === null || !created || !updated) throw notFound(`diagram of the stack ${ref}`)
  return { diagram, created, updated }
}

/** Lists and objects within each other; more than any editor draws. */
const deepestDiagram = 500

/** @throws Invalid when it is nested too deeply */
export async function saveDiagram(tx: OrgTx, ref: string, diagram: unknown): Promise<{ canonical: string }> {
  const { id, canonical } = await getOwnStack(tx, ref)
  if (isDeeperThan(diagram, deepestDiagram))
    throw invalid('The diagram is nested too deeply', [`body: must be nested at most ${deepestDiagram} deep`])
  await queries.upsertDiagram(tx, id, JSON.stringify(diagram))
  return { canonical }
}

export async function readImage(tx: OrgTx, ref: string): Promise<string> {
  const { id } = await getStack(tx, ref)
  const drawing = await queries.findDrawing(tx, id)
  if (!drawing?.image) throw notFound(`image of the stack ${ref}`)
  return drawing.image
}

/** Of the picture itself, in bytes; in base64 it must fit into a body. */
const largestImage = 700 * 1024

/** @throws Invalid when it is not base64, or too large */
export async function saveImage(tx: OrgTx, ref: string, image: string): Promise<{ canonical: string }> {
  const { id, canonical } = await getOwnStack(tx, ref)
  if (image === '' || image.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(image))
    throw invalid('The image is not base64', ['body.image: must be the content of a picture file, in base64'])
  if ((image.length / 4) * 3 > largestImage)
    throw invalid('The image is too large', [`body.image: must hold at most ${largestImage / 1024} KiB`])
  await queries.upsertImage(tx, id, image)
  return { canonical }
}

function useCaseIn(definition: StackDefinition, ref: string, key: string): UseCase {
  const useCase = definition.use_cases.find((one) => one.key === key)
  if (!useCase) throw notFound(`use case ${key} of the stack ${ref}`)
  return useCase
}

/** Of several files, the one called `main`, or else the first. */
function terraformOf({ files }: UseCase): string | undefined {
  const terraform = files.flatMap((file) => (file.technology === 'terraform' ? [file] : []))
  return (terraform.find(({ key }) => key === 'main') ?? terraform[0])?.path
}

/** By what the newest commit says of the use case, which the last scan may not have seen yet. */
async function terraformChange(tip: Snapshot | null, stack: queries.StackRow, useCase: string, hcl: Buffer): Promise<FileChanges> {
  const below = (path: string) => (stack.directory === '' ? path : `${stack.directory}/${path}`)
  const path = below('.cycloid.yml')
  const text = (await tip?.read([path]))?.get(path)?.toString('utf8')
  if (text === undefined)
    throw conflict(`The stack ${stack.canonical} is no longer in its catalog repository: refresh it`, [`${path}: is not in the repository`])
  return checked(async () => {
    const definition = parseStackDefinition(text)
    const known = terraformOf(useCaseIn(definition, stack.ref, useCase))
    if (known !== undefined) return new Map([[below(known), hcl]])
    const added = `terraform/${useCase}/main.tf`
    const destination = destinations[definition.engine]
    return new Map([
      [path, Buffer.from(addTerraformEntry(text, { useCase, path: added, destination }))],
      [below(added), hcl],
    ])
  }, `${path} cannot be changed`)
}

const destinations = {
  legacy: '($ organization_canonical $)/($ project $)/($ environment $)/($ component $)/terraform/main.tf',
  template: '($ .organization_canonical $)/($ .project $)/($ .environment $)/($ .component $)/terraform/main.tf',
} as const

async function checked<T>(work: () => Promise<T>, what: string, field?: string): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw Object.assign(invalid(`${what}: ${error.message}`, field === undefined ? [] : [`${field}: ${error.message}`]), { cause: error })
  }
}
