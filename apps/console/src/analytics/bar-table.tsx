import { Table, Text } from '@mantine/core';
import { sharesOfLargest } from './figures-by-day.ts';

type BarRow = { key: string; name: string; value: number; figures: readonly string[] };
type BarTableProps = { label: string; columns: readonly string[]; rows: readonly BarRow[]; empty: string };

/** Figures by group, with a bar under each name that says how it compares. The first column of figures is the bar's. */
export function BarTable({ label, columns, rows, empty }: BarTableProps) {
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {empty}
      </Text>
    );
  const shares = sharesOfLargest(rows.map(({ value }) => value));
  return (
    <Table.ScrollContainer
      minWidth={300}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': `${label}, table` } }}
    >
      <Table className="figures" verticalSpacing={6} horizontalSpacing="xs" withRowBorders={false}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column, index) => (
              <Table.Th key={column} ta={index === 0 ? 'left' : 'right'} fz="xs" fw={500} c="dimmed">
                {column}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ key, name, figures }, index) => (
            <Table.Tr key={key}>
              <Table.Th scope="row" fw={500} w="45%">
                {name}
                <span className="bar" style={{ '--share': shares[index] } as React.CSSProperties} />
              </Table.Th>
              {figures.map((figure, column) => (
                <Table.Td key={columns[column + 1]} ta="right" className="bar-figure">
                  {figure}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
