import { Alert, Badge, Box, Group, Stack, Table, Text, Title } from '@mantine/core';
import type { Generation } from '../api/trpc.ts';
import { Adjustments } from './adjustments.tsx';
import { engineNames } from './engine-names.ts';
import { creditsText, secondsText } from './figures.ts';

/** Which engine, by which rule, what the others would have cost, what was honoured and what it came to. */
export function Receipt({ generation }: { generation: Generation }) {
  const { routing, adjustments, credits_used: credits, seed, attempts } = generation;
  const milliseconds = generation.images[0]?.metadata.generation_time;
  return (
    <Stack gap="md">
      <Group gap="xl">
        <Fact label="Engine" value={engineNames[generation.engine]} />
        <Fact label="Charged" value={creditsText(credits)} />
        <Fact label="Seed" value={seed === null ? 'none' : String(seed)} />
        {milliseconds !== undefined && <Fact label="Time" value={secondsText(milliseconds / 1000)} />}
      </Group>
      <Box>
        <Title order={3} size="h6" mb={4}>
          Why this engine
        </Title>
        <Text size="sm">{routing.rule}</Text>
        {routing.failovers?.map(({ from, to, reason, at }) => (
          <Alert key={at} mt="xs" p="xs" color="orange" variant="light">
            Moved from {engineNames[from]} to {engineNames[to]}: {reason}
          </Alert>
        ))}
      </Box>
      <Table.ScrollContainer minWidth={420}>
        <Table fz="sm" verticalSpacing={6} className="figures">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Considered</Table.Th>
              <Table.Th ta="right">Price</Table.Th>
              <Table.Th ta="right">Time</Table.Th>
              <Table.Th>Verdict</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {routing.considered.map(({ engine, ok, reasons, estimated_cost, estimated_time }) => (
              <Table.Tr key={engine} fw={engine === generation.engine ? 600 : undefined}>
                <Table.Td className="one-line">{engineNames[engine]}</Table.Td>
                <Table.Td ta="right" className="one-line">
                  {creditsText(estimated_cost)}
                </Table.Td>
                <Table.Td ta="right" className="one-line">
                  {secondsText(estimated_time)}
                </Table.Td>
                <Table.Td>{ok ? (engine === generation.engine ? 'chosen' : 'able') : reasons.join(' ')}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Box>
        <Title order={3} size="h6" mb={4}>
          Fidelity
        </Title>
        <Adjustments adjustments={adjustments} />
      </Box>
      {attempts.length > 0 && (
        <Box>
          <Title order={3} size="h6" mb={4}>
            Attempts
          </Title>
          {attempts.map(({ n, call, engine, state, error, cost }) => (
            <Group key={`${n}.${call}`} gap="xs">
              <Text size="sm" className="figures">
                {n}.{call + 1} {engineNames[engine]}
              </Text>
              <Badge size="sm" variant="light" color={attemptColors[state]}>
                {state}
              </Badge>
              <Text size="sm" c="dimmed">
                {[cost !== undefined && creditsText(cost), error?.message].filter(Boolean).join(' · ')}
              </Text>
            </Group>
          ))}
        </Box>
      )}
    </Stack>
  );
}

const attemptColors = { intent: 'blue', submitted: 'blue', succeeded: 'teal', failed: 'red', unknown: 'orange' } as const;

function Fact({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text fw={600} className="figures">
        {value}
      </Text>
    </div>
  );
}
