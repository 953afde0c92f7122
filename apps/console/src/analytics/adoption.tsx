import { Group, Stack, Text } from '@mantine/core';
import type { Answers } from '../api/trpc.ts';
import { percentText } from '../components/figures.ts';
import { BarTable } from './bar-table.tsx';

type Analytics = Answers['data']['analytics'];

/** How far the move from the old contracts to the new ones has come, and through which doors generations come. */
export function Adoption({
  adoption: { v1, v2, v2_share: share },
  doors,
}: {
  adoption: Analytics['adoption'];
  doors: Analytics['groups'];
}) {
  return (
    <Stack gap="sm">
      <div className="adoption" role="img" aria-label={`${percentText(share)} through the new doors`}>
        <span style={{ '--share': share ?? 0 } as React.CSSProperties} />
      </div>
      <Group justify="space-between">
        <Text size="sm" className="figures">
          <b>{percentText(share)}</b> v2 · {v2.toLocaleString('en')}
        </Text>
        <Text size="sm" c="dimmed" className="figures">
          v1 · {v1.toLocaleString('en')}
        </Text>
      </Group>
      <BarTable
        label="Doors"
        columns={['Door', 'Generations', 'Success']}
        empty="Nothing came through any door."
        rows={doors.map(({ key, generations, success_rate }) => ({
          key,
          name: doorNames[key] ?? key,
          value: generations,
          figures: [generations.toLocaleString('en'), percentText(success_rate)],
        }))}
      />
    </Stack>
  );
}

const doorNames: Record<string, string> = {
  trpc: 'tRPC and this console',
  v2: 'REST v2',
  gateway: 'Unified gateway',
  openai: 'OpenAI-compatible',
  v1: 'REST v1 (old)',
  deployed: 'Deployed group (old)',
};
