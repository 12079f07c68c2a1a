/** Rows of one column, as many as its current page has. */
import { TableError } from './adapter.ts'
import type { Page, PageReader } from './parquet-pages.ts'
import type { Leaf } from './parquet-schema.ts'
import { damaged } from './parquet-thrift.ts'

export interface LeafRows {
  /** Rows that can be asked for without reading on. */
  available(): number
  /** Reads on until there is at least one row. */
  fill(): Promise<void>
  skip(rows: number): void
  close(): void
}

/** Rows that are looked at in one go: what is known of each row alone need not be there for all of a page. */
const window = 2048

export class ValueRows implements LeafRows {
  private page: Pick<Page, 'count' | 'text' | 'token' | 'definitions'> | undefined
  private at = 0
  private begin = 0
  private end = 0
  /** Values that lie before `end`. */
  private values = 0
  /** Of each row from `begin`, which value it has; -1: null. Undefined: they all have one. */
  private places: Int32Array | undefined
  private rowsLeft: number
  private readonly pages: PageReader
  private readonly leaf: Leaf

  constructor(pages: PageReader, leaf: Leaf, rows: number) {
    this.pages = pages
    this.leaf = leaf
    this.rowsLeft = rows
  }

  available = (): number => this.end - this.at

  async fill(): Promise<void> {
    const page = this.page && this.end < this.page.count ? this.page : await this.next()
    const { definitions, count } = page
    this.begin = this.end
    this.end = typeof definitions === 'object' ? Math.min(this.begin + window, count) : count
    if (typeof definitions !== 'object') return
    this.places ??= new Int32Array(window)
    for (let row = this.begin; row < this.end; row++)
      this.places[row - this.begin] = definitions[row] === this.leaf.definition ? this.values++ : -1
  }

  skip(rows: number): void {
    this.at += rows
  }

  text(row: number): string {
    const place = this.place(row)
    return place < 0 || !this.page ? '' : this.page.text(place)
  }

  token(row: number): string {
    const place = this.place(row)
    return place < 0 || !this.page ? '' : this.page.token(place)
  }

  close(): void {
    this.pages.close()
    this.page = undefined
  }

  private place(row: number): number {
    const at = this.at + row
    return this.places ? (this.places[at - this.begin] as number) : at
  }

  private async next(): Promise<Pick<Page, 'count' | 'text' | 'token' | 'definitions'>> {
    this.page = undefined
    const page = await this.pages.next(this.rowsLeft)
    if (!page) throw damaged()
    this.rowsLeft -= page.count
    const { count, text, token, definitions } = page
    const isNull = typeof definitions === 'number' && definitions !== this.leaf.definition
    this.page = isNull ? { count, text: nothing, token: nothing, definitions } : { count, text, token, definitions }
    this.places = undefined
    this.at = this.begin = this.end = this.values = 0
    return this.page
  }
}

const nothing = (): string => ''

/** Items of a list; null is an item that is null, or a value of a record that is. */
export type Items = readonly (string | null)[]

const mostItems = 100_000
const mostValues = 16_777_216

export class ListRows implements LeafRows {
  private rows: Items[] = []
  private at = 0
  /** Its end is only known when the next one begins. */
  private open: (string | null)[] | undefined
  private page: Page | undefined
  /** Of the page: what was taken of it, and how many values those had. */
  private taken = 0
  private values = 0
  private rowsLeft: number
  private readonly pages: PageReader
  private readonly leaf: Leaf

  constructor(pages: PageReader, leaf: Leaf, rows: number) {
    this.pages = pages
    this.leaf = leaf
    this.rowsLeft = rows
  }

  available = (): number => this.rows.length - this.at

  async fill(): Promise<void> {
    this.rows = []
    this.at = 0
    while (!this.rows.length) {
      if (!this.page || this.taken === this.page.count) {
        this.page = undefined
        this.page = await this.pages.next(mostValues)
        this.taken = this.values = 0
      }
      if (this.page) this.take(this.page)
      else if (this.open) {
        this.rows.push(this.open)
        this.open = undefined
      } else throw damaged()
    }
    this.rowsLeft -= this.rows.length
    if (this.rowsLeft < 0) throw damaged()
  }

  skip(rows: number): void {
    this.at += rows
  }

  items(row: number): Items {
    return this.rows[this.at + row] ?? []
  }

  close(): void {
    this.pages.close()
    this.rows = []
    this.page = undefined
  }

  private take({ count, definitions, repetitions, text }: Page): void {
    if (definitions === undefined || repetitions === undefined) throw damaged()
    for (; this.taken < count && this.rows.length < window; this.taken++) {
      const at = this.taken
      if ((typeof repetitions === 'number' ? repetitions : repetitions[at]) === 0) {
        if (this.open) this.rows.push(this.open)
        this.open = []
      }
      const items = this.open
      if (!items) throw damaged()
      const level = typeof definitions === 'number' ? definitions : (definitions[at] as number)
      if (level >= this.leaf.item) items.push(level === this.leaf.definition ? text(this.values) : null)
      if (level === this.leaf.definition) this.values++
      if (items.length > mostItems) throw new TableError(`a list in ${this.leaf.path.join('.')} has more than ${mostItems} items`)
    }
  }
}
