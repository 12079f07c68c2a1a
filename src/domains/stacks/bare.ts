/** The files of a stack to begin with: small, and complete enough to make a component from. */
import { stringify } from 'yaml'
import type { Schema } from '../../contract/operation.ts'

type BareStack = Pick<
  Schema<'NewServiceCatalog'>,
  'name' | 'description' | 'author' | 'keywords' | 'image' | 'technologies' | 'dependencies'
> & { canonical: string }

/** By path below the stack's directory. */
export function bareStack(stack: BareStack): Map<string, Buffer> {
  const files = {
    '.cycloid.yml': definitionOf(stack),
    'README.md': `# ${stack.name.trim()}\n${stack.description.trim() === '' ? '' : `\n${stack.description.trim()}\n`}`,
    'pipeline/pipeline.yml': pipeline,
    'pipeline/variables.sample.yml': variables,
    'terraform/main.tf': terraform,
  }
  return new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]))
}

const home = '($ .organization_canonical $)/($ .project $)/($ .environment $)/($ .component $)'

function definitionOf({ canonical, name, description, author, keywords, image, technologies, dependencies }: BareStack): string {
  const definition = {
    version: '3',
    name,
    canonical,
    description,
    author,
    keywords,
    ...(image ? { image } : {}),
    technologies: technologies?.length ? technologies : [{ technology: 'terraform', version: '1.9' }],
    ...(dependencies?.length ? { dependencies: dependencies.map(({ ref = '', required = false }) => ({ ref, required })) } : {}),
    config: {
      default: {
        name: 'Default',
        description: '',
        pipeline: {
          pipeline: { path: 'pipeline/pipeline.yml' },
          variables: { path: 'pipeline/variables.sample.yml', destination: `${home}/pipeline/variables.yml` },
        },
        terraform: { main: { path: 'terraform/main.tf', destination: `${home}/terraform/main.tf` } },
      },
    },
  }
  return stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** Concourse takes no pipeline without a job. This one needs no cloud account and changes nothing. */
const pipeline = `# Checks the Terraform of a component whenever it changes. Jobs that plan and apply it go below.
resources:
  - name: config
    type: git
    icon: git
    source:
      uri: '($ .cr_url $)'
      branch: '($ .cr_branch $)'
      ($- if eq .cr_cred_type "ssh" $)
      private_key: ((($ .cr_cred_path $).ssh_key))
      ($- end $)
      ($- if eq .cr_cred_type "basic_auth" $)
      username: ((($ .cr_cred_path $).username))
      password: ((($ .cr_cred_path $).password))
      ($- end $)
      paths:
        - '${home}/terraform/*'

jobs:
  - name: terraform-validate
    plan:
      - get: config
        trigger: true
      - task: validate
        config:
          platform: linux
          image_resource:
            type: registry-image
            source:
              repository: hashicorp/terraform
              tag: ((terraform_version))
          inputs:
            - name: config
          run:
            path: sh
            dir: 'config/${home}/terraform'
            args: ['-ec', 'terraform init -backend=false -input=false && terraform validate']
`

const variables = `# Values of what stands between (( and )) in pipeline.yml.
terraform_version: '1.9'
`

const terraform = `terraform {
  required_version = ">= 1.3"
}
`
