/** A search of evaluation datasets as SQL. There are few of them: one statement over the project's slice is enough. */
import type { Page } from '#shared/paging.ts'
import type { DatasetSearch, EvaluationDataset } from '#tracking/domain/evaluation-dataset.ts'
import type { DatasetCondition, DatasetOrder, TextComparison } from '#tracking/domain/evaluation-dataset-filter.ts'
import { datasetColumns, datasetOf, type DatasetRow } from '#tracking/store/evaluation-rows.ts'
import type { Statements } from '#tracking/store/project-statements.ts'
import { Parameters } from '#tracking/store/search-sql.ts'
import { behindSql, orderBySql, startOf, tokenOf, type RenderedColumn } from '#tracking/store/trace-keyset.ts'

const columns = { name: 'd.name', created_by: 'd.created_by', last_updated_by: 'd.last_updated_by', created_time: 'd.created_time', last_update_time: 'd.update_time' } as const

const textSql = (column: string, comparator: TextComparison, value: string, parameters: Parameters): string =>
  `${column} ${comparator === '!=' ? '<>' : comparator} ${parameters.add(value, 'text')}${comparator === 'LIKE' || comparator === 'ILIKE' ? ` ESCAPE ''` : ''}`

function conditionSql(condition: DatasetCondition, parameters: Parameters): string {
  switch (condition.on) {
    case 'text':
      return textSql(columns[condition.name], condition.comparator, condition.value, parameters)
    case 'names':
      return `d.name = ANY (${parameters.add(condition.names, 'text[]')})`
    case 'time':
      return `${columns[condition.name]} ${condition.comparator === '!=' ? '<>' : condition.comparator} ${parameters.add(condition.value, 'numeric')}`
    case 'tag':
      return textSql(`(d.tags ->> ${parameters.add(condition.key, 'text')})`, condition.comparator, condition.value, parameters)
  }
}

function orderOf(terms: readonly DatasetOrder[]): RenderedColumn[] {
  const column = (name: DatasetOrder['name'], ascending: boolean): RenderedColumn => ({
    sql: columns[name],
    render: () => columns[name],
    type: name === 'name' ? 'text' : 'bigint',
    nullable: false,
    ascending,
  })
  const asked = terms.length > 0 ? terms.map(({ name, ascending }) => column(name, ascending)) : [column('created_time', false)]
  return [...asked, { sql: 'd.dataset_id', render: () => 'd.dataset_id', type: 'text', nullable: false, ascending: false }]
}

export async function searchDatasets(at: Statements, { experimentIds, filter, orderBy, limit, token }: DatasetSearch): Promise<Page<EvaluationDataset>> {
  const parameters = new Parameters(at.projectId)
  const order = orderOf(orderBy)
  const where = ['d.project_id = $1::int', ...filter.map((condition) => conditionSql(condition, parameters))]
  if (experimentIds)
    where.push(`d.dataset_id = ANY (ARRAY(SELECT x.dataset_id FROM evaluation_dataset_experiment x JOIN experiment e ON e.experiment_id = x.experiment_id AND e.project_id = $1
      WHERE x.project_id = $1 AND e.wire_id = ANY (${parameters.add(experimentIds, 'bigint[]')})))`)
  const start = startOf(token, order)
  if (start.kind === 'after') where.push(behindSql(order, start.values, parameters))
  const rows = await at.query<DatasetRow & Record<string, unknown>>({
    text: `SELECT ${datasetColumns}, ${order.map(({ sql }, i) => `${sql} AS v${i + 1}`).join(', ')} FROM evaluation_dataset d WHERE ${where.join(' AND ')} ORDER BY ${orderBySql(order)}
      LIMIT ${parameters.add(limit + 1, 'bigint')} OFFSET ${parameters.add(start.kind === 'offset' ? start.offset : 0, 'bigint')}`,
    values: parameters.values,
  })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { items: page.map(datasetOf), ...(rows.length > limit && last ? { nextToken: tokenOf(last, order) } : {}) }
}
