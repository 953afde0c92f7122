import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

type FiguresTableProps = { label: string; columns: readonly string[]; left?: readonly number[]; children: ReactNode };

/** A table of figures that scrolls by itself when it is wider than the page. Columns are on the right but for the first and those in `left`. */
export function FiguresTable({ label, columns, left = [0], children }: FiguresTableProps) {
  return (
    <Table.ScrollContainer
      minWidth={columns.length * 96}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': `${label}, table` } }}
    >
      <Table className="figures operations-table" verticalSpacing={8} horizontalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            {columns.map((column, index) => (
              <Table.Th key={column} ta={left.includes(index) ? 'left' : 'right'} fz="xs" fw={500} c="dimmed">
                {column}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
