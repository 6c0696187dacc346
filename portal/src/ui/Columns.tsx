import { useEffect, useId, useRef, useState } from "react";
import { Legend, type Series } from "./Legend";
import { whole } from "./words";

/** One column; its values in the order of the series. */
export interface Column {
  /** Named below the column if there is room for it. */
  label: string;
  values: readonly number[];
}

/** Until the real width is known. */
const WIDTH = 600;
const HEIGHT = 180;
const LEFT = 34;
const BELOW = 22;
const ABOVE = 8;
/** What a label needs from one to the next. */
const ROOM = 60;

/**
 * Columns over time: stacked, or each in front of the one before (`inFront`, for a part of a whole). A picture only:
 * the figures stand in a table behind it.
 */
export function Columns({ title, series, columns, inFront = false }: { title: string; series: Series[]; columns: Column[]; inFront?: boolean }) {
  const name = useId();
  const [figure, width] = useWidth();
  const height = (values: readonly number[]) => (inFront ? Math.max(...values) : values.reduce((sum, value) => sum + value, 0));
  const top = nice(Math.max(1, ...columns.map(({ values }) => height(values))));
  const step = (width - LEFT) / Math.max(columns.length, 1);
  const every = Math.ceil(ROOM / step);
  const wide = Math.min(step * 0.72, 46);
  const y = (value: number) => ABOVE + (HEIGHT - ABOVE - BELOW) * (1 - value / top);

  return (
    <figure className="chart" ref={figure}>
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-labelledby={name}>
        <title id={name}>{title}</title>
        {[0, top / 2, top].map((value) => (
          <g key={value}>
            <line className="grid" x1={LEFT} x2={width} y1={y(value)} y2={y(value)} />
            <text className="axis" x={LEFT - 6} y={y(value) + 4} textAnchor="end">{Number.isInteger(value) ? whole.format(value) : ""}</text>
          </g>
        ))}
        {columns.map((column, at) => {
          const middle = LEFT + step * (at + 0.5);
          let below = 0;
          return (
            <g key={at}>
              {column.values.map((value, nth) => {
                const from = inFront ? 0 : below;
                below += value;
                if (value === 0) return null;
                const narrower = inFront ? wide * (1 - 0.3 * nth) : wide;
                return (
                  <rect key={nth} className={`tone-${series[nth]?.tone ?? ""}`} x={middle - narrower / 2} width={narrower} y={y(from + value)} height={Math.max(y(from) - y(from + value), 1)} rx="1.5" />
                );
              })}
              {(columns.length - 1 - at) % every === 0 && <text className="axis" {...under(middle, width)} y={HEIGHT - 6}>{column.label}</text>}
            </g>
          );
        })}
      </svg>
      <Legend series={series} />
    </figure>
  );
}

/** The width on the screen, so that letters keep their size in a narrow window. */
function useWidth() {
  const figure = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(WIDTH);
  useEffect(() => {
    if (!figure.current) return undefined;
    const watch = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) setWidth(Math.round(entry.contentRect.width));
    });
    watch.observe(figure.current);
    return () => watch.disconnect();
  }, []);
  return [figure, width] as const;
}

/** Below its column, but within the picture. */
function under(middle: number, width: number): { x: number; textAnchor: "middle" | "end" } {
  return middle > width - 28 ? { x: width, textAnchor: "end" } : { x: middle, textAnchor: "middle" };
}

/** The next round number that holds `value`: 1, 2, 4, 6, 10, 20, 40, … */
export function nice(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 6, 10].find((it) => it * unit >= value) ?? 10;
  return step * unit;
}
