import 'uplot/dist/uPlot.min.css'
import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import { isOdd, metric, type Measured, whole } from '../../format/numbers.ts'
import { absolute } from '../../format/time.ts'
import { useShownTheme } from '../../shell/theme.ts'
import { Button } from '../../ui/Button.tsx'
import { type Column, Table } from '../../ui/Table.tsx'
import { type Axis, type ChartData, chartData, type Series, trend } from './chartData.ts'

/** One metric of one run: a line on a canvas, or the same points as a table. */
export default function MetricChart({ name, points, series, axis }: { name: string; points: Measured; series: Series; axis: Axis }) {
  const [asTable, setAsTable] = useState(false)
  const [at, setAt] = useState<number>()
  const data = useMemo(() => chartData(series, axis), [series, axis])
  const index = at ?? data.logged.length - 1
  const value = data.logged[index]
  const x = data.x[index]
  return (
    <figure className="cbox" aria-label={name}>
      <figcaption className="chd">
        <h3 className="mono ell" title={name}>
          {name}
        </h3>
        <span className="r sm">
          {at !== undefined && x !== undefined && <span className="muted">{axis === 'step' ? `step ${whole(x)}` : new Date(x * 1000).toLocaleTimeString()}</span>}{' '}
          <b className={`m ${value !== undefined && isOdd(value) ? 'warn' : ''}`}>{value === undefined ? 'none' : metric(value)}</b>
        </span>
        <Button small kind="ghost" icon={asTable ? 'chart' : 'table'} aria-label={asTable ? `Show ${name} as a chart` : `Show ${name} as a table`} onClick={() => setAsTable(!asTable)} />
      </figcaption>
      {asTable ? <Points name={name} series={series} points={points} /> : <Line data={data} axis={axis} label={trend(name, data)} onCursor={setAt} />}
    </figure>
  )
}

/** The canvas is outside React: drawn again when data, size or theme change. */
function Line({ data, axis, label, onCursor }: { data: ChartData; axis: Axis; label: string; onCursor: (index: number | undefined) => void }) {
  const box = useRef<HTMLDivElement>(null)
  const theme = useShownTheme()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the canvas takes its colours from the theme when it is made
  useEffect(() => {
    const element = box.current
    if (!element) return
    const plot = new uPlot(options(element, axis, isSparse(data), onCursor), [data.x, data.y], element)
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: element.clientHeight }))
    watch.observe(element)
    return () => {
      watch.disconnect()
      plot.destroy()
    }
  }, [data, axis, theme, onCursor])
  return <div className="plot" ref={box} role="img" aria-label={label} />
}

const mostDots = 12
/** A line through one point draws nothing: where there are few, each is a dot. */
const isSparse = ({ y }: ChartData): boolean => y.filter((value) => value !== null).length <= mostDots

function options(element: HTMLElement, axis: Axis, dots: boolean, onCursor: (index: number | undefined) => void): uPlot.Options {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  const font = `${token('--t-xs')} ${token('--sans')}`
  const both = { stroke: token('--ink-3'), font, ticks: { show: false } } satisfies uPlot.Axis
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    cursor: { y: false, drag: { x: true, y: false }, points: { size: 7, fill: token('--surface'), width: 2 } },
    scales: { x: { time: axis === 'time' } },
    axes: [
      { ...both, grid: { show: false }, size: 24, space: 60 },
      { ...both, grid: { stroke: token('--line'), width: 1 }, size: 52, space: 36, values: (_plot, ticks) => ticks.map((tick) => metric(tick)) },
    ],
    series: [{}, { stroke: token('--c1'), width: 1.6, spanGaps: false, points: { show: dots, size: 5 } }],
    hooks: { setCursor: [(plot) => onCursor(plot.cursor.idx ?? undefined)] },
  }
}

interface Point {
  readonly step: Measured
  readonly time: number
  readonly value: Measured
}

const columns: readonly Column<Point>[] = [
  { id: 'step', header: 'Step', align: 'num', width: '--w-metric', cell: ({ step }) => whole(step) },
  { id: 'value', header: 'Value', align: 'num', cell: ({ value }) => metric(value), hover: ({ value }) => String(value) },
  { id: 'time', header: 'Time', align: 'num', cell: ({ time }) => new Date(time).toLocaleTimeString(), hover: ({ time }) => absolute(time) },
]

function Points({ name, series, points }: { name: string; series: Series; points: Measured }) {
  const rows = series.values.map((value, i): Point => ({ value, step: series.steps[i] ?? 0, time: Number(series.timestamps[i] ?? 0) }))
  return (
    <div className="plot table" title={Number(points) > rows.length ? `${whole(rows.length)} of ${whole(points)} points` : undefined}>
      <Table label={`Points of ${name}`} columns={columns} rows={rows} rowKey={({ step, time }) => `${step}:${time}`} empty={null} />
    </div>
  )
}
