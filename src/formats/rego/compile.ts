/** From modules to what is evaluated. Everything that is wrong with the policies together is found here. */
import type { Module, Term } from './ast.ts'
import type { Builtins, Names } from './callees.ts'
import { checkTypes } from './check-types.ts'
import { RegoError } from './errors.ts'
import type { Clause, Node } from './ir.ts'
import { operators } from './operators.ts'
import { orderBody, orderPatterns, orderTerms } from './order.ts'
import { openBody, resolveBody, resolveTerm } from './resolve.ts'
import { declaredNames, patternNames, Scope, termNames } from './scope.ts'
import { plant, type RuleSet, ruleSets, type Source, type TreeNode } from './tree.ts'
import type { Value } from './values.ts'

export interface Program {
  root: TreeNode
  builtins: Builtins
}

/**
 * @param typed whether certain mistakes of types are looked for
 * @throws RegoError when the policies cannot be evaluated
 */
export function compile(modules: readonly Module[], builtins: Builtins, typed: boolean): Program {
  const root = plant(modules)
  const program: Program = { root, builtins: new Map([...builtins, ...operators]) }
  const globals = new Map(modules.map((module) => [module, globalsOf(module, modules)]))
  for (const rules of ruleSets(root)) {
    for (const source of rules.sources) {
      const { module, rule } = source
      const names: Names = {
        globals: globals.get(module) ?? new Map(),
        root,
        builtins: program.builtins,
        v1: module.v1,
        uses: (node) => rules.uses.add(node),
      }
      const chain = compileRule(names, source)
      if (!rule.default) rules.chains.push(chain)
      else if (rules.kind === 'partial')
        throw new RegoError('unsupported', `a default for a part of ${rules.name} is not supported`, rule.at)
      else rules.fallback = chain[0]
    }
  }
  checkRecursion(root)
  if (typed) checkTypes(root)
  return program
}

const reserved = ['data', 'input']

function globalsOf(module: Module, modules: readonly Module[]): Map<string, readonly Value[]> {
  const globals = new Map<string, readonly Value[]>()
  const own = JSON.stringify(module.package)
  for (const other of modules) {
    if (JSON.stringify(other.package) !== own) continue
    for (const { path, at } of other.rules) {
      const name = path[0]?.kind === 'value' ? path[0].value : undefined
      if (typeof name !== 'string') continue
      if (module.v1 && reserved.includes(name)) throw new RegoError('compile', `${name} cannot be shadowed`, at)
      globals.set(name, ['data', ...module.package, name])
    }
  }
  const aliases = new Set<string>()
  for (const { path, alias, at } of module.imports) {
    if (module.v1 && aliases.has(alias)) throw new RegoError('compile', `this import shadows previous import ${alias}`, at)
    aliases.add(alias)
    if (path[0] === 'data' || path[0] === 'input') globals.set(alias, path)
  }
  return globals
}

const yes = { kind: 'value', value: true } as const

function compileRule(names: Names, { rule, rest }: Source): Clause[] {
  return rule.clauses.map((clause) => {
    const head = new Scope()
    const given = new Set<string>()
    const others = new Set<string>()
    for (const arg of rule.args ?? []) {
      patternNames(arg, given)
      termNames(arg, others)
    }
    for (const name of given) {
      if (names.v1 && reserved.includes(name)) throw new RegoError('compile', `${name} cannot be shadowed`, rule.at)
      head.add(name)
    }
    openBody(names, head, [], rule.args ?? [])
    const args = (rule.args ?? []).map((arg) => resolveTerm(names, head, arg))
    const scope = new Scope(head)
    const value: Term = clause.value ?? { ...yes, at: clause.at }
    const element = rule.element
    for (const name of declaredNames(clause.body)) if (given.has(name)) throw new RegoError('compile', `arg ${name} redeclared`, clause.at)
    openBody(names, scope, clause.body, [...rest, value, ...(element ? [element] : [])])
    const body = resolveBody(names, scope, clause.body)
    const resolve = (term: Term): Node => resolveTerm(names, scope, term)
    const compiled = { args, body, value: resolve(value), path: rest.map(resolve), element: element && resolve(element), at: clause.at }
    scope.checkUsed()
    const known = new Set<number>()
    orderPatterns(args, known)
    orderBody(body, known)
    orderTerms([...compiled.path, compiled.element ?? compiled.value], known)
    return { ...compiled, slots: scope.slots }
  })
}

/** A rule may not depend on itself, not even through others: such rules have no meaning. */
function checkRecursion(root: TreeNode): void {
  const done = new Set<RuleSet>()
  const open = new Set<RuleSet>()
  const visit = (rules: RuleSet): void => {
    if (done.has(rules)) return
    if (open.has(rules)) {
      const names = [...open]
      throw new RegoError(
        'recursion',
        `recursion detected: ${[...names.slice(names.indexOf(rules)), rules].map(({ name }) => name).join(' → ')}`,
        rules.sources[0]?.rule.at,
      )
    }
    open.add(rules)
    for (const node of rules.uses) for (const used of ruleSets(node)) visit(used)
    open.delete(rules)
    done.add(rules)
  }
  for (const rules of ruleSets(root)) visit(rules)
}
