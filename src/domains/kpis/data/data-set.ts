/** A table: the first row holds the headers. Times are unix seconds, durations seconds. */
export type DataSet = [headers: string[], ...rows: (string | number | boolean)[][]]
