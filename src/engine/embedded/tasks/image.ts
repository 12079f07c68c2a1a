/** What becomes of the image that a task names: it is never ignored silently. */
import { repositoryOf } from '../../../formats/pipeline/subset.ts'
import type { TaskConfig } from '../../../formats/pipeline/types.ts'

export type Place = { readonly on: 'host'; readonly notice?: string } | { readonly on: 'image'; readonly folder: string }

/** Where the task runs. @throws Error whose message says which image, and what an operator can do */
export function placeOf({ image_resource: image }: TaskConfig, images: ReadonlyMap<string, string>): Place {
  if (!image) return { on: 'host' }
  const repository = repositoryOf(image)
  if (repository === undefined)
    throw new Error(`The embedded engine cannot fetch images of the type ${image.type} without a repository in their source`)
  const where = images.get(repository)
  if (where === undefined)
    throw new Error(
      `The embedded engine does not run the image ${repository}: an operator can say where its tasks run (ENGINE_IMAGES=${repository}=host), or configure Concourse`,
    )
  if (where === 'host') return { on: 'host', notice: `image ${repository} is not used: the task runs on this machine\n` }
  return { on: 'image', folder: where }
}
