/** A pipeline that is one, and does nothing by itself. */
export const quietPipeline = `resources: [{name: tick, type: time, source: {interval: 1h}}]
jobs: [{name: look, plan: [{get: tick}]}]
`

/** A small stack in the newest form: a variables file, a Terraform file, a template. */
export const webStack = (canonical = 'web', more: { useCase?: string } = {}): Record<string, string> => {
  const useCase = more.useCase ?? 'default'
  return {
    [`${canonical}/.cycloid.yml`]: `version: '4'
name: Web
canonical: ${canonical}
author: Ada
description: A web server
keywords: [web]
config:
  ${useCase}:
    name: Default
    description: One server
    cloud_provider: aws
    pipeline:
      pipeline: {path: pipeline/pipeline.yml}
      variables: {path: pipeline/variables.sample.yml, destination: '($ .config_root $)/pipeline/variables.yml'}
    terraform:
      main: {path: terraform/main.tf.sample, destination: '($ .config_root $)/terraform/main.tf'}
`,
    [`${canonical}/.forms.yml`]: `version: '3'
use_cases:
  - name: ${useCase}
    sections:
      - name: Server
        groups:
          - name: Size
            technologies: [terraform]
            vars:
              - {name: Type, key: module.web.instance_type, type: string, widget: dropdown, values: [small, large], default: small}
              - {name: Count, key: module.web.count, type: integer, widget: number, default: 1}
          - name: Pipeline
            technologies: [pipeline]
            vars:
              - {name: Region, key: region, type: string, widget: simple_text, required: true}
              - {name: Labels, key: labels, type: map, widget: text_area}
              - {name: Things, key: things, type: array, widget: text_area}
              - {name: Bucket, key: bucket, type: string, widget: simple_text, default: '($ .org $)-($ .project $)-state'}
`,
    [`${canonical}/pipeline/pipeline.yml`]: `resources:
  - {name: tick, type: time, source: {interval: 1h}}
jobs:
  - name: deploy-($ .project $)-($ .env $)
    plan: [{get: tick}]
`,
    [`${canonical}/pipeline/variables.sample.yml`]: `# Where ($ .project $) runs
region: nowhere # filled by the form
untouched: 'yes'
`,
    [`${canonical}/terraform/main.tf.sample`]: `# ($ .component $)
module "web" {
  source        = "./web"
  instance_type = "Filled by stackforms" # the size
}
`,
    [`${canonical}/README.md`]: '# Web\n',
  }
}
