import { Alert, Badge, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../api/trpc.ts';

/** How well these LoRAs go together, from what became of pictures made with them. */
export function Compatibility({ ids }: { ids: number[] }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.utils.compatibility.queryOptions({ lora_ids: ids }));
  if (!data)
    return (
      <Text size="sm" c="dimmed">
        Looking how they go together …
      </Text>
    );
  return (
    <Alert variant="light" color={data.compatible ? 'teal' : 'orange'} p="sm" role="status">
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          {data.compatible ? 'They go well together' : 'They may not go well together'}
        </Text>
        <Badge variant="light" color={data.compatible ? 'teal' : 'orange'} className="figures">
          {Math.round(data.score * 100)} %
        </Badge>
      </Group>
      {data.warnings.map((warning) => (
        <Text key={warning} size="sm">
          {warning}
        </Text>
      ))}
    </Alert>
  );
}
