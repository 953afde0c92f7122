import './charts.css';
import { AreaChart } from '@mantine/charts';
import { Box, Table, Text } from '@mantine/core';
import { dayText } from './fill-days.ts';

type Row = { day: string; [name: string]: string | number | null };

export type TimeChartProps = {
  title: string;
  /** Ascending. */
  rows: readonly Row[];
  series: readonly { name: string; label: string; color: string }[];
  format?: (value: number) => string;
  height?: number;
  stacked?: boolean;
  /** The top of the axis; without it what is shown decides. */
  most?: number;
};

/** Figures by day, as areas and, folded away, as a table. */
export function TimeChart({ title, rows, series, format = wholeText, height = 220, stacked = false, most }: TimeChartProps) {
  return (
    <figure className="chart">
      <figcaption>
        <Text size="sm" fw={600} component="span">
          {title}
        </Text>
      </figcaption>
      <AreaChart
        h={height}
        data={[...rows]}
        dataKey="day"
        type={stacked ? 'stacked' : 'default'}
        series={[...series]}
        curveType="monotone"
        withDots={false}
        withGradient={!stacked}
        fillOpacity={stacked ? 0.35 : 0.25}
        strokeWidth={2}
        gridAxis="x"
        tickLine="none"
        textColor="var(--console-dimmed)"
        gridColor="var(--console-line)"
        withLegend={series.length > 1}
        legendProps={{ verticalAlign: 'top', height: 36 }}
        valueFormatter={format}
        xAxisProps={{ tickFormatter: dayText, minTickGap: 32, tickMargin: 8 }}
        yAxisProps={{ width: 58, allowDecimals: format !== wholeText, ...(most !== undefined && { domain: [0, most] }) }}
        tooltipProps={{ labelFormatter: (day) => (typeof day === 'string' ? dayText(day) : '') }}
        areaChartProps={{ title, desc: 'Arrow keys go from day to day.' }}
      />
      <details>
        <summary>Figures of “{title}”</summary>
        <Box component="section" className="chart-table" tabIndex={0} aria-label={title}>
          <Table className="figures" withRowBorders={false} verticalSpacing={2}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Day</Table.Th>
                {series.map(({ name, label }) => (
                  <Table.Th key={name} ta="right">
                    {label}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.toReversed().map((row) => (
                <Table.Tr key={row.day}>
                  <Table.Td>{row.day}</Table.Td>
                  {series.map(({ name }) => {
                    const value = row[name];
                    return (
                      <Table.Td key={name} ta="right">
                        {typeof value === 'number' ? format(value) : '–'}
                      </Table.Td>
                    );
                  })}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Box>
      </details>
    </figure>
  );
}

function wholeText(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 0 });
}
