import { Badge, Group, Stack, Text } from '@mantine/core';
import type { Generation } from '../api/trpc.ts';
import { valueText } from './figures.ts';

type Adjustment = Generation['adjustments'][number];

/** The fidelity contract: what was not honoured as asked, and why. */
export function Adjustments({ adjustments }: { adjustments: readonly Adjustment[] }) {
  if (adjustments.length === 0) return <Text size="sm">Everything is honoured as asked.</Text>;
  return (
    <Stack gap={6} component="ul" p={0} m={0}>
      {adjustments.map(({ parameter, kind, asked, used, reason }) => (
        <Group key={`${parameter}${kind}${reason}`} gap="xs" wrap="nowrap" align="flex-start" component="li">
          <Badge size="sm" variant="light" color={kind === 'dropped' ? 'red' : 'orange'} miw={96}>
            {kind}
          </Badge>
          <Text size="sm">
            <b>{parameter}</b>: {valueText(asked)} → {valueText(used)}.{' '}
            <Text component="span" size="sm" c="dimmed">
              {reason}
            </Text>
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
